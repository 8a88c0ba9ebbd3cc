// SPDX-License-Identifier: BSD-3-Clause
#include "wire/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringside::wire {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::string refusal(const std::vector<std::string>& arguments) {
  const auto options = parse_options(arguments);
  if (options) return {};
  EXPECT_EQ(options.error().code, ExitCode::kUsage);
  return options.error().message;
}

TEST(WireOptions, WaitTenSecondsByDefault) {
  const auto options = parse_options({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->wait, 10s);
  EXPECT_FALSE(options->help);
}

TEST(WireOptions, ReadBothSpellingsOfWaitAndFractions) {
  EXPECT_EQ(parse_options({"--wait", "3"})->wait, 3s);
  EXPECT_EQ(parse_options({"--wait=0.5"})->wait, 500ms);
  EXPECT_EQ(parse_options({"--wait", "0"})->wait, 0s);
}

TEST(WireOptions, RefuseAWaitThatIsNoTime) {
  for (const char* bad : {"", "ten", "5s", "-1", "nan", "inf", "1e9"}) {
    EXPECT_THAT(refusal({"--wait", bad}), HasSubstr("--wait takes seconds from 0 to 86400"));
  }
  EXPECT_THAT(refusal({"--wait"}), HasSubstr("--wait needs"));
}

TEST(WireOptions, RefuseWhatTheyDoNotKnow) {
  EXPECT_EQ(refusal({"--wiat", "3"}), "unknown option '--wiat'; see mp_wire -- --help");
  EXPECT_THAT(refusal({"a.pcap"}), HasSubstr("unknown option 'a.pcap'"));
}

TEST(WireOptions, KnowHelp) {
  EXPECT_TRUE(parse_options({"--help"})->help);
  EXPECT_TRUE(parse_options({"-h"})->help);
  EXPECT_THAT(usage(), HasSubstr("--wait S"));
}

}  // namespace
}  // namespace ringside::wire
