// SPDX-License-Identifier: BSD-3-Clause
#include "wire/send_job.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ringside::wire {
namespace {

constexpr std::uint64_t kStart = 1'000'000;  // the clock of a job does not begin at zero

std::shared_ptr<const pcap::Capture> letters(const std::string& names) {
  auto capture = std::make_shared<pcap::Capture>();
  for (const char& name : names) {
    const auto byte = static_cast<std::uint8_t>(name);
    capture->append({&byte, 1}, capture->size() * 100, 1);
  }
  return capture;
}

char letter(const SendJob& job, unsigned i) {
  return static_cast<char>(job.packet(i).bytes[0]);
}

Send job_at_rate(double rate) {
  Send send;
  send.pace = {.kind = Pace::Kind::kRate, .rate = rate};
  return send;
}

TEST(SendJob, SendsTheCaptureOnceByDefault) {
  SendJob job(letters("abc"), {}, kStart);
  EXPECT_EQ(job.due(kStart, 32), 3u);
  EXPECT_EQ(letter(job, 2), 'c');
  job.settle(3, 3, kStart + 5);
  EXPECT_TRUE(job.finished());
  EXPECT_EQ(job.outcome().sent, 3u);
  EXPECT_EQ(job.outcome().refused, 0u);
  EXPECT_EQ(job.outcome().duration_ns, 5u);
}

TEST(SendJob, RepeatsTheCaptureForLoops) {
  Send send;
  send.loops = 3;
  SendJob job(letters("ab"), send, kStart);
  EXPECT_EQ(job.due(kStart, 32), 6u);
  EXPECT_EQ(letter(job, 4), 'a');
  EXPECT_EQ(letter(job, 5), 'b');
}

TEST(SendJob, CountCutsOrRepeatsTheCapture) {
  Send send;
  send.count = 2;
  EXPECT_EQ(SendJob(letters("abc"), send, kStart).due(kStart, 32), 2u);
  send.count = 7;
  SendJob job(letters("abc"), send, kStart);
  EXPECT_EQ(job.due(kStart, 32), 7u);
  EXPECT_EQ(letter(job, 6), 'a');
}

TEST(SendJob, LoopsBeyondAllNumbersSaturate) {
  Send send;
  send.loops = UINT64_MAX;
  EXPECT_EQ(SendJob(letters("abc"), send, kStart).total(), UINT64_MAX);
}

TEST(SendJob, AsapOffersAgainWhatWasNotAccepted) {
  SendJob job(letters("abcd"), {}, kStart);
  job.settle(4, 1, kStart);
  EXPECT_EQ(job.outcome().refused, 0u);
  EXPECT_EQ(job.due(kStart, 32), 3u);
  EXPECT_EQ(letter(job, 0), 'b');
  EXPECT_FALSE(job.finished());
}

TEST(SendJob, AsapTimeRunsToTheLastAcceptedPacket) {
  SendJob job(letters("ab"), {}, kStart);
  job.settle(2, 2, kStart + 10);
  job.settle(0, 0, kStart + 99);
  EXPECT_EQ(job.outcome().duration_ns, 10u);
}

TEST(SendJob, OpenLoopRefusesWhatWasNotAccepted) {
  SendJob job(letters("abcd"), job_at_rate(1e9), kStart);
  EXPECT_EQ(job.due(kStart + 3, 32), 4u);
  job.settle(4, 1, kStart + 3);
  EXPECT_TRUE(job.finished());
  EXPECT_EQ(job.outcome().sent, 1u);
  EXPECT_EQ(job.outcome().refused, 3u);
}

TEST(SendJob, RateCountsFromTheStartOfTheJob) {
  SendJob job(letters("ab"), job_at_rate(1000), kStart);
  EXPECT_EQ(job.due(kStart, 32), 1u);
  job.settle(1, 1, kStart);
  EXPECT_EQ(job.due(kStart + 999'999, 32), 0u);
  EXPECT_EQ(job.next_departure_ns(), kStart + 1'000'000);
  EXPECT_EQ(job.due(kStart + 1'000'000, 32), 1u);
}

TEST(SendJob, HasNoNextDepartureWhenItWaitsForRoomOrIsFinished) {
  EXPECT_FALSE(SendJob(letters("a"), {}, kStart).next_departure_ns());
  SendJob job(letters("a"), job_at_rate(1), kStart);
  job.settle(1, 1, kStart);
  EXPECT_FALSE(job.next_departure_ns());
}

TEST(SendJob, KeepsItsCaptureAliveWhenTheNameIsLoadedAnew) {
  auto capture = letters("z");
  SendJob job(capture, {}, kStart);
  capture.reset();
  EXPECT_EQ(letter(job, 0), 'z');
}

}  // namespace
}  // namespace ringside::wire
