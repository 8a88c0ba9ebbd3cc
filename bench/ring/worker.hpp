// SPDX-License-Identifier: BSD-3-Clause
// One producer or consumer of one sample: the loops that are measured.
#pragma once

#include <rte_ring.h>

#include <cstdint>
#include <type_traits>

#include "bench/ring/ring_case.hpp"
#include "bench/ring/shared_page.hpp"

namespace ringside::bench {

enum class Role : std::uint8_t { kBoth, kProducer, kConsumer };

/// What is measured. Time stamps would cost as much as a call itself, so throughput goes without.
enum class Phase : std::uint8_t {
  kFlow,     ///< time for all elements; no stamps
  kTimed,    ///< likewise, for as many as are moved until Task::limit
  kQueued,   ///< as fast as it goes, each element carries the TSC of its enqueue
  kHandOver  ///< likewise, with a single call's elements on the ring at a time
};

/// All that a worker needs to know; sent to the helper process as it is.
struct Task {
  RingCase ring_case;
  Role role = Role::kBoth;
  Phase phase = Phase::kFlow;
  unsigned index = 0;    ///< among the workers, producers first
  unsigned workers = 1;  ///< who meet at the start line
  unsigned cpu = 0;
  bool switched = false;       ///< copying calls are those of switched.hpp
  std::uint64_t elements = 0;  ///< kConsumer: unused, it takes what there is until all is done
  std::uint64_t limit = 0;     ///< all but kFlow: TSC cycles after which a producer stops early
  char ring[RTE_RING_NAMESIZE] = {};
};
static_assert(std::is_trivially_copyable_v<Task>);

struct Outcome {
  std::uint64_t elements = 0;   ///< put on (producer) or taken off
  std::uint64_t begin = 0;      ///< TSC after the start line
  std::uint64_t end = 0;        ///< TSC after the last element
  std::uint64_t offered = 0;    ///< kProducer: elements in all its calls
  double cpu_lost = 0;          ///< share of its time in which others had this worker's CPU
  std::uint64_t yielded = 0;    ///< how often it offered its CPU to others
  std::uint64_t preempted = 0;  ///< how often it lost its CPU without that, at least
  std::uint32_t latencies = 0;  ///< how many are in SharedPage::latencies[index]; TSC cycles
  bool gave_up = false;         ///< nothing moved for kPatience
};
static_assert(std::is_trivially_copyable_v<Outcome>);

/// Seconds without a single element after which a worker gives up: the other side died.
inline constexpr unsigned kPatience = 10;

/// Binds the calling thread to the CPU, meets the other workers, does the work. Throws nothing,
/// allocates nothing. Returns when all is done or a worker gave up.
Outcome work(const Task& task, ::rte_ring* ring, SharedPage& page);

}  // namespace ringside::bench
