// SPDX-License-Identifier: BSD-3-Clause
// Only in a build with RINGSIDE_CRASH_POINTS.
#include "client/crash_points.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "core/parse_number.hpp"
#include "dpdk/ring_steps.hpp"

namespace ringside::client {
namespace {

using namespace std::string_view_literals;

constexpr auto kSteps = std::to_array<std::pair<std::string_view, Step>>({
    {"before-join", Step::kBeforeJoin},
    {"admitted", Step::kAdmitted},
    {"tied", Step::kTied},
    {"asleep", Step::kAsleep},
    {"before-dequeue", Step::kBeforeDequeue},
    {"dequeue-reserved", Step::kDequeueReserved},
    {"dequeue-copied", Step::kDequeueCopied},
    {"after-dequeue", Step::kAfterDequeue},
    {"before-handler", Step::kBeforeHandler},
    {"in-packet", Step::kInPacket},
    {"in-handler", Step::kInHandler},
    {"after-handler", Step::kAfterHandler},
    {"enqueue-reserved", Step::kEnqueueReserved},
    {"enqueue-half-copied", Step::kEnqueueHalfCopied},
    {"enqueue-copied", Step::kEnqueueCopied},
    {"enqueue-half-done", Step::kEnqueueHalfDone},
    {"after-enqueue", Step::kAfterEnqueue},
    {"after-done", Step::kAfterDone},
    {"run-begun", Step::kRunBegun},
    {"run-sent", Step::kRunSent},
    {"run-counted", Step::kRunCounted},
    {"before-heartbeat", Step::kBeforeHeartbeat},
    {"after-heartbeat", Step::kAfterHeartbeat},
    {"leave-asked", Step::kLeaveAsked},
    {"leave-sent", Step::kLeaveSent},
    {"let-go", Step::kLetGo},
});

constexpr const char* kCrashed = "crashed";

// Set before the threads that read them start; the worker alone writes `taken` and `asked`.
std::optional<Step> planned;
std::uint64_t after_packets = 0;
bool asked = false;
std::atomic<std::uint64_t> taken{0};

bool is_due() {
  if (!planned) return false;
  return *planned <= Step::kTied || taken.load(std::memory_order_relaxed) >= after_packets;
}

std::string names_of_steps() {
  std::string names;
  for (const auto& [name, step] : kSteps) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  return names;
}

Status plan(std::string_view text) {
  const auto colon = std::min(text.find(':'), text.size());
  const auto found = std::find_if(kSteps.begin(), kSteps.end(), [&](const auto& entry) {
    return entry.first == text.substr(0, colon);
  });
  const auto packets = parse_number<std::uint64_t>(text.substr(std::min(colon + 1, text.size())));
  if (found == kSteps.end() || !packets) {
    return Error{
        fmt::format("--crash-at '{}' is not POINT:PACKETS; points are {}", text, names_of_steps())};
  }
  if (::access(kCrashed, F_OK) != 0) planned = found->second;
  after_packets = *packets;
  return Done{};
}

/// The steps of a leave come only when somebody asks for it.
void ask_to_end_when_due() {
  if (asked || !is_due() || *planned < Step::kLeaveAsked) return;
  asked = true;
  ::kill(::getpid(), SIGINT);  // not to this thread, which has it blocked
}

unsigned enqueue_passing(dpdk::RingView ring, std::span<const dpdk::Packet> packets) {
  return dpdk::enqueue_in_steps(
      ring, packets, [] { pass(Step::kEnqueueReserved); }, [] { pass(Step::kEnqueueHalfCopied); },
      [] { pass(Step::kEnqueueCopied); });
}

}  // namespace

Status take_crash_option(std::vector<std::string>& words) {
  const auto option = std::find(words.begin(), words.end(), "--crash-at"sv);
  if (option == words.end()) return Done{};
  if (option + 1 == words.end()) return plan("");
  const std::string text = *(option + 1);
  words.erase(option, option + 2);
  return plan(text);
}

void pass(Step step) {
  if (planned != step || !is_due()) return;
  ::creat(kCrashed, 0600);
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();  // another thread may be the one that takes it
}

unsigned dequeue(dpdk::ConsumerEnd& end, std::span<dpdk::Packet> packets, bool in_steps) {
  ask_to_end_when_due();
  const unsigned count = in_steps ? end.begin_dequeue(packets)
                                  : dpdk::dequeue_in_steps(
                                        end.ring(), packets, [] { pass(Step::kDequeueReserved); },
                                        [] { pass(Step::kDequeueCopied); });
  taken.store(taken.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  return count;
}

unsigned enqueue(dpdk::ProducerEnd& end, std::span<const dpdk::Packet> packets) {
  const auto half = packets.first(packets.size() / 2);
  const unsigned gone = half.empty() ? 0 : enqueue_passing(end.ring(), half);
  if (gone < half.size()) return gone;
  pass(Step::kEnqueueHalfDone);
  return gone + enqueue_passing(end.ring(), packets.subspan(gone));
}

void handle(HandleFn function, const Handler& handler, std::span<dpdk::Packet> packets) {
  const std::size_t half = packets.size() / 2;
  function(handler, packets.first(half));
  pass(Step::kInHandler);
  function(handler, packets.subspan(half));
}

}  // namespace ringside::client
