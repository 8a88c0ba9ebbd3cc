// SPDX-License-Identifier: BSD-3-Clause
#include "host/line_stream.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "host/affinity.hpp"

namespace ringside::host {
namespace {

using StreamClock = std::chrono::steady_clock;

constexpr unsigned kLines = 32;
constexpr unsigned kBatches = 64;

struct alignas(64) Touched {
  std::uint64_t times = 0;
};
/// Turn 2n + 1 of a batch is the far side's, 2n the near side's.
struct Batch {
  alignas(64) std::atomic<std::uint32_t> turn{0};
  Touched lines[kLines];
};

struct Stream {
  std::vector<Batch> batches = std::vector<Batch>(kBatches);
  std::atomic<bool> there{false};  ///< the far side is at work
  std::atomic<bool> end{false};

  Batch& of(std::uint64_t number) { return batches[number % kBatches]; }
};

void ask_for(const Batch& batch) {
  for (const Touched& line : batch.lines) __builtin_prefetch(&line, /*rw=*/1);
}

void touch(Batch& batch) {
  for (Touched& line : batch.lines) {
    ++line.times;
    asm volatile("" : : : "memory");  // each by itself, as packets are
  }
}

/// Waits until batch `number` has come to `turn`; false: the end.
bool wait_for(Stream& stream, std::uint64_t number, std::uint32_t turn) {
  for (unsigned looks = 1; stream.of(number).turn.load(std::memory_order_acquire) != turn;
       ++looks) {
    if (looks % 1024 == 0 && stream.end.load(std::memory_order_relaxed)) return false;
  }
  return true;
}

/// Takes batch after batch at its own turns, which begin with `first` and are two apart.
template <typename GoOn>
std::uint64_t take_turns(Stream& stream, std::uint32_t first, GoOn&& go_on) {
  std::uint64_t number = 0;
  for (; go_on(number); ++number) {
    const std::uint32_t turn = first + 2 * static_cast<std::uint32_t>(number / kBatches);
    if (!wait_for(stream, number, turn)) break;
    ask_for(stream.of(number + 1));
    Batch& batch = stream.of(number);
    touch(batch);
    batch.turn.store(turn + 1, std::memory_order_release);
  }
  return number;
}

}  // namespace

LineStream stream_lines(unsigned near_cpu, unsigned far_cpu, std::chrono::nanoseconds time) {
  Stream stream;
  LineStream result;
  std::thread far([&] {
    bind_to_cpu(far_cpu);
    stream.there.store(true, std::memory_order_release);
    take_turns(stream, 1, [](std::uint64_t) { return true; });
  });
  std::thread near([&] {
    bind_to_cpu(near_cpu);
    while (!stream.there.load(std::memory_order_acquire)) std::this_thread::yield();
    const auto begin = StreamClock::now();
    const auto late = [&](std::uint64_t number) {
      return number % kBatches == 0 && number > kBatches && StreamClock::now() - begin >= time;
    };
    const std::uint64_t batches =
        take_turns(stream, 0, [&](std::uint64_t number) { return !late(number); });
    result.seconds = std::chrono::duration<double>(StreamClock::now() - begin).count();
    // Those of the last round are not back yet.
    result.lines = (batches - std::min<std::uint64_t>(batches, kBatches)) * kLines;
    stream.end.store(true, std::memory_order_relaxed);
  });
  near.join();
  far.join();
  return result;
}

}  // namespace ringside::host
