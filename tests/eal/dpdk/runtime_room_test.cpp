// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/runtime_room.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>

#include "tests/unit/pcap/files.hpp"

namespace ringside::dpdk {
namespace {

using ::testing::HasSubstr;

class SecondaryRoomTest : public ::testing::Test {
 protected:
  /// What a secondary hears when there is such a file, of a terabyte; empty when it may start.
  std::string complaint(const std::string& name) {
    const std::string path = scratch_.file(name, "");
    std::filesystem::resize_file(path, std::uintmax_t{1} << 40);
    const Status room = check_secondary_room(std::filesystem::path(path).parent_path());
    return room ? "" : room.error().message;
  }

 private:
  fixtures::ScratchDirectory scratch_;
};

TEST_F(SecondaryRoomTest, IsThatOfTheServersTablesOfPages) {
  EXPECT_THAT(complaint("fbarray_nohugemem"), HasSubstr("take 1073741840 kB"));
}

TEST_F(SecondaryRoomTest, IsThatOfEveryListOfHugepages) {
  complaint("fbarray_memseg-2048k-0-0");
  EXPECT_THAT(complaint("fbarray_memseg-2048k-0-1"), HasSubstr("take 2147483664 kB"));
}

TEST_F(SecondaryRoomTest, IsNotThatOfOtherSecondariesAndOfWhatAllShare) {
  for (const char* name : {"fbarray_nohugemem_4711", "fbarray_memseg-2048k-0-0_4711",
                           "fbarray_memzone", "config", "hugepage_data"}) {
    EXPECT_EQ(complaint(name), "") << name;
  }
}

}  // namespace
}  // namespace ringside::dpdk
