// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <pugixml.hpp>

#include "harness/report/xml_text.hpp"
#include "tests/unit/harness/report/sample_reports.hpp"
#include "tests/unit/pcap/files.hpp"

namespace ringside::harness {
namespace {

using fixtures::sample_run;
using ::testing::HasSubstr;
using ::testing::Not;

pugi::xml_document parsed(const std::string& xml) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(xml.c_str())) << xml;
  return document;
}

/// What xmllint says about `xml` and the schema: its exit status.
int validate(const std::string& xml) {
  const ringside::fixtures::ScratchDirectory scratch;
  const std::string command = "xmllint --noout --schema " RINGSIDE_TEST_DATA "/junit-10.xsd " +
                              scratch.file("junit.xml", xml) + " >" + scratch.path("said") +
                              " 2>&1";
  return std::system(command.c_str());
}

bool xmllint_is_there() {
  return std::system("xmllint --version >/dev/null 2>&1") == 0;
}

TEST(Junit, TheJenkinsDialectValidates) {
  if (!xmllint_is_there()) GTEST_SKIP() << "xmllint (package libxml2-utils) is not installed";
  EXPECT_EQ(validate(to_junit(sample_run(), JunitDialect::kJenkins)), 0);
  EXPECT_EQ(validate(to_junit(RunReport{}, JunitDialect::kJenkins)), 0);
}

TEST(Junit, TheSchemaRefusesWhatJenkinsDoes) {
  if (!xmllint_is_there()) GTEST_SKIP() << "xmllint (package libxml2-utils) is not installed";
  EXPECT_NE(validate(to_junit(sample_run(), JunitDialect::kDefault)), 0);
}

TEST(Junit, TheDefaultDialectSaysFileAndLineOfEachCase) {
  const auto document = parsed(to_junit(sample_run(), JunitDialect::kDefault));
  const auto suite = document.child("testsuites").first_child();
  const auto steps = suite.find_child_by_attribute("testcase", "name", "steps");
  EXPECT_STREQ(steps.attribute("file").value(), "scenarios/flow_hash.toml");
  EXPECT_EQ(steps.attribute("line").as_int(), 1);
  for (const auto test : suite.children("testcase")) {
    EXPECT_TRUE(test.attribute("file")) << test.attribute("name").value();
    EXPECT_TRUE(test.attribute("line")) << test.attribute("name").value();
  }
}

TEST(Junit, CountsEveryCaseOnce) {
  const auto document = parsed(to_junit(sample_run(), JunitDialect::kDefault));
  const auto root = document.child("testsuites");
  // Three suites: steps + 2 checks passed, steps + 3 checks (one each fails and skips), steps only.
  EXPECT_EQ(root.attribute("tests").as_int(), 8);
  EXPECT_EQ(root.attribute("failures").as_int(), 2);
  EXPECT_EQ(root.attribute("errors").as_int(), 0);
  EXPECT_EQ(root.attribute("skipped").as_int(), 2);
  unsigned cases = 0;
  for (const auto suite : root.children("testsuite")) {
    for ([[maybe_unused]] const auto test : suite.children("testcase")) ++cases;
  }
  EXPECT_EQ(cases, 8u);
}

TEST(Junit, AFailedStepAndAFailedCheckCarryTheirReasons) {
  const auto document = parsed(to_junit(sample_run(), JunitDialect::kDefault));
  const auto suite = document.child("testsuites").first_child().next_sibling();
  const auto steps = suite.find_child_by_attribute("testcase", "name", "steps");
  EXPECT_EQ(steps.attribute("line").as_int(), 14);
  EXPECT_THAT(steps.child("failure").attribute("message").value(), HasSubstr("expected 100"));
  const auto affinity = suite.find_child_by_attribute("testcase", "name", "affinity");
  EXPECT_STREQ(affinity.child("failure").attribute("message").value(), "packet 17 went astray");
  EXPECT_THAT(affinity.child("failure").text().get(), HasSubstr("and 12 more"));
  const auto leak = suite.find_child_by_attribute("testcase", "name", "leak");
  EXPECT_STREQ(leak.child("skipped").attribute("message").value(), "no statistics");
  EXPECT_THAT(suite.child("system-out").text().get(), HasSubstr("EAL: Error"));
}

TEST(Junit, AScenarioThatCouldNotRunIsSkippedWithItsReason) {
  const auto document = parsed(to_junit(sample_run(), JunitDialect::kDefault));
  const auto suite = document.child("testsuites").last_child();
  EXPECT_STREQ(suite.child("testcase").child("skipped").attribute("message").value(),
               "needs root to make a network namespace");
}

TEST(Junit, RepetitionsHaveNamesOfTheirOwn) {
  RunReport report = sample_run();
  report.scenarios[0].repetition = 2;
  const auto document = parsed(to_junit(report, JunitDialect::kDefault));
  EXPECT_STREQ(document.child("testsuites").first_child().attribute("name").value(),
               "flow-hash #2");
}

TEST(Junit, LogsThatXmlCannotHoldAreStillWellFormed) {
  RunReport report = sample_run();
  report.scenarios[1].programs[0].tail = {"a\x01 b\xff <c> & \"d\" ]]>", std::string("e\0f", 3)};
  report.scenarios[1].checks[1].reasons[0] = "bell \a and \x1b[31mred";
  const std::string xml = to_junit(report, JunitDialect::kJenkins);
  parsed(xml);
  EXPECT_THAT(xml, Not(HasSubstr("&#")));
  if (xmllint_is_there()) {
    EXPECT_EQ(validate(xml), 0);
  }
}

TEST(XmlText, KeepsWhatXmlCanHold) {
  const std::string fine =
      "tab\t line\n return\r ASCII ~ \x7f \xc3\xa4 \xe2\x82\xac \xf0\x9f\xa6\x86";
  EXPECT_EQ(xml_text(fine), fine);
}

TEST(XmlText, ReplacesControlCharactersAndBytesThatAreNoUtf8) {
  const std::string no = "\xef\xbf\xbd";
  EXPECT_EQ(xml_text(std::string("a\0b", 3)), "a" + no + "b");
  EXPECT_EQ(xml_text("\x1b[0m"), no + "[0m");
  EXPECT_EQ(xml_text("\xff"), no);
  EXPECT_EQ(xml_text("\xe2\x82"), no + no) << "cut off";
  EXPECT_EQ(xml_text("\xc0\xaf"), no + no) << "not the shortest form";
  EXPECT_EQ(xml_text("\xe0\x80\xaf"), no + no + no) << "not the shortest form";
  EXPECT_EQ(xml_text("\xed\xa0\x80"), no) << "a surrogate";
  EXPECT_EQ(xml_text("\xef\xbf\xbf"), no) << "U+FFFF";
  EXPECT_EQ(xml_text("\xf4\x90\x80\x80"), no + no + no + no) << "beyond U+10FFFF";
}

}  // namespace
}  // namespace ringside::harness
