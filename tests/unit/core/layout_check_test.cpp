// SPDX-License-Identifier: BSD-3-Clause
#include "core/layout_check.hpp"

#include <gmock/gmock.h>

#include <memory>

namespace ringside {
namespace {

using ::testing::HasSubstr;

class LayoutCheckTest : public ::testing::Test {
 protected:
  LayoutCheckTest() {
    info_->clients = 2;
    info_->ports = 2;
    publish_layout(*info_);
  }
  std::string complaint(std::size_t bytes = sizeof(shared::SharedInfo)) {
    const Status status = check_layout(*info_, bytes);
    return status ? "" : status.error().message;
  }
  std::unique_ptr<shared::SharedInfo> info_ = std::make_unique<shared::SharedInfo>();
};

TEST_F(LayoutCheckTest, AcceptsWhatWasPublished) {
  EXPECT_EQ(complaint(), "");
}

TEST_F(LayoutCheckTest, RefusesABlockThatIsNotOurs) {
  info_->magic = 0;
  EXPECT_THAT(complaint(), HasSubstr("not made by mp_server"));
}

TEST_F(LayoutCheckTest, RefusesAZoneTooSmallToTellWhatItIs) {
  EXPECT_THAT(complaint(8), HasSubstr("not made by mp_server"));
}

TEST_F(LayoutCheckTest, RefusesAnotherLayoutVersionAndNamesBoth) {
  info_->layout_version = shared::kLayoutVersion + 1;
  EXPECT_THAT(complaint(), HasSubstr("layout version 9, this program knows version 8"));
}

TEST_F(LayoutCheckTest, RefusesAnotherSize) {
  info_->size -= 64;
  EXPECT_THAT(complaint(), HasSubstr("one build"));
}

TEST_F(LayoutCheckTest, RefusesAZoneThatEndsBeforeTheBlockDoes) {
  EXPECT_THAT(complaint(sizeof(shared::SharedInfo) - 1), HasSubstr("one build"));
}

TEST_F(LayoutCheckTest, RefusesNumbersThatWouldLeadPastTheArrays) {
  info_->clients = kMaxClients + 1;
  EXPECT_THAT(complaint(), HasSubstr("impossible"));
  info_->clients = 1;
  info_->ports = 3;
  EXPECT_THAT(complaint(), HasSubstr("impossible"));
}

}  // namespace
}  // namespace ringside
