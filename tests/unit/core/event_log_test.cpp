// SPDX-License-Identifier: BSD-3-Clause
#include "core/event_log.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <thread>

namespace ringside {
namespace {

Event event_of(std::uint64_t number) {
  Event event;
  event.kind = kEventKinds[number % kEventKinds.size()];
  event.client = ClientId{static_cast<std::uint8_t>(number % kMaxClients)};
  event.generation = static_cast<std::uint32_t>(number);
  event.pid = static_cast<std::uint32_t>(number + 1);
  event.packets = number + 2;
  event.lost = number + 5;
  event.monotonic_ns = number + 3;
  event.wall_ns = number + 4;
  return event;
}

void expect_event(const std::optional<Event>& event, std::uint64_t number) {
  ASSERT_TRUE(event) << number;
  const Event expected = event_of(number);
  EXPECT_EQ(event->kind, expected.kind);
  EXPECT_EQ(event->client, expected.client);
  EXPECT_EQ(event->generation, expected.generation);
  EXPECT_EQ(event->pid, expected.pid);
  EXPECT_EQ(event->packets, expected.packets);
  EXPECT_EQ(event->lost, expected.lost);
  EXPECT_EQ(event->monotonic_ns, expected.monotonic_ns);
  EXPECT_EQ(event->wall_ns, expected.wall_ns);
}

TEST(EventLog, IsEmptyAtFirst) {
  const auto log = std::make_unique<EventLog>();
  EXPECT_EQ(log->total(), 0u);
  EXPECT_EQ(log->oldest(), 0u);
  EXPECT_FALSE(log->at(0));
}

TEST(EventLog, GivesBackWhatWasAppendedByNumber) {
  const auto log = std::make_unique<EventLog>();
  for (std::uint64_t i = 0; i < 20; ++i) log->append(event_of(i));
  EXPECT_EQ(log->total(), 20u);
  for (std::uint64_t i = 0; i < 20; ++i) expect_event(log->at(i), i);
  EXPECT_FALSE(log->at(20));
}

TEST(EventLog, KeepsEveryFieldWhole) {
  const auto log = std::make_unique<EventLog>();
  log->append({EventKind::kLeave, ClientId{15}, 0xffffffff, 0xfffffffe, ~std::uint64_t{0},
               ~std::uint64_t{3}, ~std::uint64_t{1}, ~std::uint64_t{2}});
  const auto event = log->at(0);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, EventKind::kLeave);
  EXPECT_EQ(event->client.value, 15);
  EXPECT_EQ(event->generation, 0xffffffffu);
  EXPECT_EQ(event->pid, 0xfffffffeu);
  EXPECT_EQ(event->packets, ~std::uint64_t{0});
  EXPECT_EQ(event->lost, ~std::uint64_t{3});
  EXPECT_EQ(event->monotonic_ns, ~std::uint64_t{1});
  EXPECT_EQ(event->wall_ns, ~std::uint64_t{2});
}

TEST(EventLog, KeepsTheLastOnesAndCountsAll) {
  const auto log = std::make_unique<EventLog>();
  const std::uint64_t many = 3 * EventLog::kRoom + 7;
  for (std::uint64_t i = 0; i < many; ++i) log->append(event_of(i));
  EXPECT_EQ(log->total(), many);
  EXPECT_EQ(log->oldest(), many - EventLog::kRoom);
  EXPECT_FALSE(log->at(log->oldest() - 1)) << "overwritten";
  for (std::uint64_t i = log->oldest(); i < many; ++i) expect_event(log->at(i), i);
  std::uint64_t sum = 0;
  for (const EventKind kind : kEventKinds) sum += log->count(kind);
  EXPECT_EQ(sum, many);
  EXPECT_EQ(log->count(EventKind::kJoin), many / kEventKinds.size() + 1);
}

TEST(EventLog, HasAsMuchRoomAsItWasGiven) {
  EventLog log(3);
  for (std::uint64_t i = 0; i < 5; ++i) log.append(event_of(i));
  EXPECT_EQ(log.oldest(), 2u);
  EXPECT_FALSE(log.at(1)) << "overwritten";
  for (std::uint64_t i = 2; i < 5; ++i) expect_event(log.at(i), i);
}

TEST(EventLog, AReaderNeverSeesHalfAnEventWhileTheWriterGoesOn) {
  const auto log = std::make_unique<EventLog>();
  constexpr std::uint64_t kMany = 200'000;
  std::thread writer([&log] {
    for (std::uint64_t i = 0; i < kMany; ++i) log->append(event_of(i));
  });
  while (log->total() < kMany) {
    const std::uint64_t oldest = log->oldest();  // the one that is about to be overwritten
    if (const auto event = log->at(oldest)) expect_event(event, oldest);
  }
  writer.join();
  EXPECT_EQ(log->total(), kMany);
}

TEST(EventLog, EveryKindHasAWordOfItsOwn) {
  std::set<std::string> words;
  for (const EventKind kind : kEventKinds) words.insert(to_text(kind));
  EXPECT_EQ(words.size(), kEventKinds.size());
  EXPECT_EQ(words.count("unknown"), 0u);
}

TEST(EventLog, TimesAreWrittenToTheNanosecondInUtc) {
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(iso_time(951'782'400'000'000'001), "2000-02-29T00:00:00.000000001Z");
  EXPECT_EQ(iso_time(1'706'702'399'123'456'789), "2024-01-31T11:59:59.123456789Z");
}

}  // namespace
}  // namespace ringside
