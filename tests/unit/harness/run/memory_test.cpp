// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ringside::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr unsigned kNeeded = 256;
const MemoryFacts kPlenty{"/dev/hugepages", 1024, 8000};
const MemoryFacts kFewHugepages{"/dev/hugepages", 100, 8000};
const MemoryFacts kNoMount{"", 0, 8000};

TEST(PlanMemory, AutoTakesHugepagesWhenEnoughAreFree) {
  const auto plan = plan_memory(MemoryMode::kAuto, kPlenty, kNeeded);
  ASSERT_TRUE(plan.ok());
  EXPECT_STREQ(plan->name(), "hugepages");
  EXPECT_THAT(primary_memory_args(*plan), ElementsAre("--huge-dir", "/dev/hugepages", "-m", "256"));
  EXPECT_THAT(secondary_memory_args(*plan), ElementsAre("--huge-dir", "/dev/hugepages"));
}

TEST(PlanMemory, AutoFallsBackToOrdinaryMemoryAndKnowsWhy) {
  const auto few = plan_memory(MemoryMode::kAuto, kFewHugepages, kNeeded);
  ASSERT_TRUE(few.ok());
  EXPECT_STREQ(few->name(), "no-huge");
  EXPECT_EQ(few->reason, "256 MB of hugepages needed, 100 MB free");
  EXPECT_THAT(primary_memory_args(*few), ElementsAre("--no-huge", "-m", "256"));
  EXPECT_THAT(secondary_memory_args(*few), ElementsAre("--no-huge"));
  EXPECT_STREQ(plan_memory(MemoryMode::kAuto, kNoMount, kNeeded)->name(), "no-huge");
}

TEST(PlanMemory, HugepagesThatAreAskedForAndNotThereAreAnError) {
  const auto plan = plan_memory(MemoryMode::kHugepages, kFewHugepages, kNeeded);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(plan.error().message, HasSubstr("100 MB free"));
}

TEST(PlanMemory, NoHugeIsHonouredWhereHugepagesAre) {
  EXPECT_STREQ(plan_memory(MemoryMode::kNoHuge, kPlenty, kNeeded)->name(), "no-huge");
}

TEST(PlanMemory, NoRoomIsAnErrorOfTheEnvironment) {
  const auto plan = plan_memory(MemoryMode::kAuto, MemoryFacts{"", 0, 100}, kNeeded);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code, ExitCode::kEnvironment);
  EXPECT_EQ(plan.error().message, "no room for memory: 256 MB needed, 100 MB available");
}

TEST(ParseMemoryMode, KnowsThreeWords) {
  EXPECT_EQ(*parse_memory_mode("auto"), MemoryMode::kAuto);
  EXPECT_EQ(*parse_memory_mode("hugepages"), MemoryMode::kHugepages);
  EXPECT_EQ(*parse_memory_mode("no-huge"), MemoryMode::kNoHuge);
  EXPECT_EQ(parse_memory_mode("huge").error().code, ExitCode::kUsage);
}

class MemoryFactsTest : public ::testing::Test {
 protected:
  MemoryFactsTest() {
    char path[] = "/tmp/ringside_test_XXXXXX";
    root_ = ::mkdtemp(path);
    write("/proc/meminfo",
          "MemTotal: 9000000 kB\nMemAvailable: 2097152 kB\nHugepagesize: 2048 kB\n");
    write("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "100\n");
    write("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "3\n");
    std::filesystem::create_directories(root_ + "/huge2");
    std::filesystem::create_directories(root_ + "/huge1g");
  }
  ~MemoryFactsTest() override { std::filesystem::remove_all(root_); }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  std::string root_;
};

TEST_F(MemoryFactsTest, AMountWithoutPageSizeHasTheDefaultOne) {
  write("/proc/mounts", "none /huge2 hugetlbfs rw,relatime 0 0\n");
  const MemoryFacts facts = read_memory_facts(root_);
  EXPECT_EQ(facts.hugetlbfs, "/huge2");
  EXPECT_EQ(facts.free_hugepage_megabytes, 200u);
  EXPECT_EQ(facts.available_megabytes, 2048u);
}

TEST_F(MemoryFactsTest, TheMountWithMostFreeMemoryIsTaken) {
  write("/proc/mounts",
        "none /huge2 hugetlbfs rw,pagesize=2M 0 0\nnone /huge1g hugetlbfs rw,pagesize=1024M 0 0\n");
  const MemoryFacts facts = read_memory_facts(root_);
  EXPECT_EQ(facts.hugetlbfs, "/huge1g");
  EXPECT_EQ(facts.free_hugepage_megabytes, 3072u);
}

TEST_F(MemoryFactsTest, WithoutAMountThereAreNoHugepages) {
  write("/proc/mounts", "none /tmp tmpfs rw 0 0\n");
  EXPECT_EQ(read_memory_facts(root_).hugetlbfs, "");
}

}  // namespace
}  // namespace ringside::harness
