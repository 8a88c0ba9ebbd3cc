// SPDX-License-Identifier: BSD-3-Clause
#include "bench/core/benchmarks.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <span>

#include "bench/core/slowdown.hpp"
#include "core/burst.hpp"

namespace ringside::bench {
namespace {

constexpr unsigned kClients = 4;
/// Results go here, so that the compiler cannot leave out the work.
std::atomic<std::uint64_t> sink;

/// The time of so many rounds of `work(first packet of a burst)` over all bursts. A slowdown is
/// more bursts in the same loop, so that nothing but their number differs.
template <typename Work>
BenchTime time_of(std::uint64_t rounds, std::size_t packets, Work work) {
  using Clock = std::chrono::steady_clock;
  const std::uint64_t bursts = rounds * (packets / kSmallBurst);
  const std::uint64_t all = bursts + bursts * again_of_whole / kWhole;
  const Clock::time_point begin = Clock::now();
  std::uint64_t sum = 0;
  std::size_t first = 0;
  for (std::uint64_t i = 0; i < all; ++i) {
    sum += work(first);
    first += kSmallBurst;
    if (first == packets) first = 0;
  }
  sink.store(sum, std::memory_order_relaxed);
  const auto time = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin);
  return {static_cast<std::uint64_t>(time.count()), std::nullopt};
}

Benchmark parsing(const FrameSet& frames) {
  return {{"parse", frames.views.size()}, [&frames](std::uint64_t rounds) {
            return time_of(rounds, frames.views.size(), [&](std::size_t first) {
              std::uint64_t sum = 0;
              for (const PacketView& packet : std::span(frames.views).subspan(first, kSmallBurst)) {
                FlowKey key;
                parse_key({packet.data, packet.length}, packet.length, key);
                sum += key.words[0];
              }
              return sum;
            });
          }};
}

Benchmark hashing(const FrameSet& frames) {
  std::vector<FlowKey> keys(frames.views.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const PacketView& packet = frames.views[i];
    parse_key({packet.data, packet.length}, packet.length, keys[i]);
  }
  return {{"hash", keys.size()}, [keys = std::move(keys)](std::uint64_t rounds) {
            return time_of(rounds, keys.size(), [&](std::size_t first) {
              std::uint64_t sum = 0;
              for (const FlowKey& key : std::span(keys).subspan(first, kSmallBurst)) {
                sum += BucketTable::bucket(key.hash());
              }
              return sum;
            });
          }};
}

Benchmark dispatching(const FrameSet& frames, Policy policy) {
  auto state = std::make_shared<DispatchState>();
  state->set_active(ClientSet::first(kClients));
  return {{fmt::format("dispatch-{}", to_text(policy)), frames.views.size()},
          [&frames, state, assign = assign_function(policy)](std::uint64_t rounds) {
            std::array<Assignment, kSmallBurst> assigned;
            return time_of(rounds, frames.views.size(), [&](std::size_t first) {
              assign(*state, std::span(frames.views).subspan(first, kSmallBurst), assigned);
              return std::uint64_t{assigned[0].owner().value};
            });
          }};
}

}  // namespace

std::vector<Benchmark> core_benchmarks(const FrameSet& frames) {
  std::vector<Benchmark> benchmarks;
  benchmarks.push_back(parsing(frames));
  benchmarks.push_back(hashing(frames));
  for (const Policy policy : all_policies()) benchmarks.push_back(dispatching(frames, policy));
  return benchmarks;
}

}  // namespace ringside::bench
