// SPDX-License-Identifier: BSD-3-Clause
// Events as telemetry tells them: by pages.
#include <gtest/gtest.h>

#include <memory>

#include "server/report.hpp"

namespace ringside::server {
namespace {

class EventsReportTest : public ::testing::Test {
 protected:
  void append(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      log_->append({EventKind::kDead, ClientId{1}, i, 100 + i, 0, 1, 2});
    }
  }
  static std::uint64_t value(const dpdk::TelemetryDict& dict, const std::string& name) {
    for (const auto& [key, value] : dict.values) {
      if (key == name) return std::get<std::uint64_t>(value);
    }
    ADD_FAILURE() << "no " << name;
    return 0;
  }
  std::unique_ptr<EventLog> log_ = std::make_unique<EventLog>();
};

TEST_F(EventsReportTest, NothingHappenedYet) {
  const auto dict = events_dict(*log_, "");
  EXPECT_EQ(value(dict, "total"), 0u);
  EXPECT_EQ(value(dict, "dead"), 0u);
  EXPECT_EQ(value(dict, "next"), 0u);
  EXPECT_TRUE(dict.dicts.empty());
}

TEST_F(EventsReportTest, TheLastPageIsGivenUnlessAskedOtherwise) {
  append(200);
  const auto dict = events_dict(*log_, "");
  EXPECT_EQ(value(dict, "total"), 200u);
  EXPECT_EQ(value(dict, "dead"), 200u);
  EXPECT_EQ(value(dict, "join"), 0u);
  EXPECT_EQ(dict.dicts.back().first, "199");
  EXPECT_EQ(value(dict.dicts.back().second, "generation"), 199u);
}

TEST_F(EventsReportTest, PagesThatFollowEachOtherHaveEveryEventOnce) {
  append(200);
  std::uint64_t expected = 0;
  for (std::uint64_t from = 0; from < 200;) {
    const auto page = events_dict(*log_, std::to_string(from));
    for (const auto& [number, event] : page.dicts) EXPECT_EQ(number, std::to_string(expected++));
    ASSERT_GT(value(page, "next"), from);
    from = value(page, "next");
  }
  EXPECT_EQ(expected, 200u);
  EXPECT_EQ(events_dict(*log_, "abc").values.back().first, "error");
  EXPECT_TRUE(events_dict(*log_, "200").dicts.empty());
}

TEST_F(EventsReportTest, APageFromBeforeTheOldestBeginsWithTheOldest) {
  append(EventLog::kRoom + 10);
  EXPECT_EQ(events_dict(*log_, "0").dicts.front().first, "10");
}

TEST_F(EventsReportTest, ThePageFitsIntoWhatDpdkSends) {
  for (unsigned i = 0; i < 100; ++i) {
    log_->append({EventKind::kRecovered, ClientId{15}, 0xffffffff, 0xffffffff, ~std::uint64_t{0},
                  ~std::uint64_t{0}, ~std::uint64_t{0} >> 1});
  }
  std::size_t bytes = 0;
  const auto dict = events_dict(*log_, "");
  for (const auto& [number, event] : dict.dicts) {
    bytes += number.size() + 6;
    for (const auto& [name, value] : event.values) {
      bytes += name.size() + 4;
      const auto* text = std::get_if<std::string>(&value);
      bytes += text != nullptr ? text->size() + 2
                               : std::to_string(std::get<std::uint64_t>(value)).size();
    }
  }
  EXPECT_LT(bytes, 16u * 1024 - 512);
}

}  // namespace
}  // namespace ringside::server
