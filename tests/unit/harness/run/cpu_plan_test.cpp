// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/cpu_plan.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/ids.hpp"

namespace ringside::harness {
namespace {

std::set<std::string> lcore_ids(const CpuPlan& plan) {
  std::set<std::string> ids;
  const auto add = [&](const std::string& text) { ids.insert(text.substr(0, text.find('@'))); };
  add(plan.server());
  add(plan.wire());
  for (unsigned client = 0; client < kMaxClients; ++client) add(plan.client(client));
  return ids;
}

TEST(CpuPlan, LcoreIdsAreDistinctAlsoWhenAllShareOneCpu) {
  EXPECT_EQ(lcore_ids(CpuPlan({5}, 1)).size(), 2 + kMaxClients);
}

TEST(CpuPlan, ClientsTakeTurnsOnTheCpusThatTheServerLeaves) {
  const CpuPlan plan({2, 3, 6}, 1);
  EXPECT_EQ(plan.server(), "0@2");
  EXPECT_EQ(plan.client(0), "32@3");
  EXPECT_EQ(plan.client(1), "33@6");
  EXPECT_EQ(plan.client(2), "34@3");
}

TEST(CpuPlan, AServerWithMoreLcoresThanCpusSharesThem) {
  const CpuPlan plan({0, 1}, 3);
  EXPECT_EQ(plan.server(), "0@0,1@1,2@0");
  EXPECT_EQ(plan.client(0), "32@1");
}

}  // namespace
}  // namespace ringside::harness
