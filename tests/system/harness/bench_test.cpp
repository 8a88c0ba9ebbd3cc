// SPDX-License-Identifier: BSD-3-Clause
// The benchmarks run, and their figures follow from their samples. How large they are is nobody's
// business here.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

class Bench : public test::RingsideTest {};

TEST_F(Bench, ForwardMeasuresEachMethodWithEachNumberOfClients) {
  const auto run = ringside({"bench", "forward", "--quick", "--json", "-"});
  ASSERT_EQ(run.code, 0) << run.err;
  const Json json = Json::parse(run.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << run.out;
  std::vector<std::string> names;
  for (const Json& each : json["cases"]) {
    names.push_back(each["name"]);
    ASSERT_EQ(each["samples"].size(), 1u);
    const Json& sample = each["samples"][0];
    const double delivered = sample["delivered"];
    EXPECT_GT(delivered, 0) << names.back();
    EXPECT_DOUBLE_EQ(each["mpps"], delivered / double{sample["seconds"]} / 1e6);
    EXPECT_DOUBLE_EQ(each["cpu_ns_per_packet"], double{sample["cpu_seconds"]} * 1e9 / delivered);
  }
  EXPECT_THAT(names,
              ElementsAre("floor", "classic/1", "classic/2", "return/1/round-robin",
                          "return/2/round-robin", "direct/1/round-robin", "direct/2/round-robin"));
  EXPECT_THAT(run_directories(), IsEmpty());
  EXPECT_THAT(processes_left(), IsEmpty());
}

TEST_F(Bench, ForwardRefusesWhatItDoesNotKnow) {
  const auto method = ringside({"bench", "forward", "--methods", "modern"});
  EXPECT_EQ(method.code, 2);
  EXPECT_THAT(method.err, HasSubstr("unknown method 'modern'; use floor, classic"));
  const auto policy = ringside({"bench", "forward", "--policies", "fair"});
  EXPECT_EQ(policy.code, 2);
  EXPECT_THAT(policy.err, HasSubstr("unknown policy 'fair'"));
  EXPECT_EQ(ringside({"bench"}).code, 2);
}

}  // namespace
}  // namespace ringside::harness
