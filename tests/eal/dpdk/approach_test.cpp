// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/approach.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/pcap/files.hpp"
#include "tests/unit/without_privileges.hpp"

namespace ringside::dpdk {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal(const std::string& directory) {
  const auto approach = approach_server(RuntimeDirectory(directory), {}, 0ns, [] { return false; });
  return approach ? "" : approach.error().message;
}

TEST(Approach, SaysWhereThereIsNoServer) {
  const fixtures::ScratchDirectory scratch;
  EXPECT_THAT(refusal(scratch.path("rte")),
              AllOf(HasSubstr("no mp_server"), HasSubstr(scratch.path("rte"))));
}

TEST(Approach, SaysWhereThisUserMayNotLookForOne) {
  const fixtures::ScratchDirectory scratch;
  fs::permissions(scratch.path(""), fs::perms::none);
  {
    const fixtures::WithoutPrivileges nobody;
    EXPECT_THAT(refusal(scratch.path("rte")),
                AllOf(HasSubstr("permission denied"), HasSubstr(scratch.path("rte"))));
  }
  fs::permissions(scratch.path(""), fs::perms::owner_all);  // to be removed
}

}  // namespace
}  // namespace ringside::dpdk
