// SPDX-License-Identifier: BSD-3-Clause
// What the ring benchmark measures: a case, its name, the whole matrix and parts of it, and the
// CPUs that the workers of a case get. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/result.hpp"
#include "core/ring_mode.hpp"

namespace ringside::bench {

enum class Verb : std::uint8_t {
  kSingle,  ///< one element for each call
  kBurst,   ///< as many as fit
  kBulk     ///< all or none
};

enum class Placement : std::uint8_t {
  kOneThread,      ///< puts on, takes off, puts on ...: no cache line moves
  kThreads,        ///< each producer and consumer on a CPU of its own
  kProcesses,      ///< likewise, producers in the primary, consumers in a secondary
  kOversubscribed  ///< more threads than CPUs; a thread that finds nothing to do yields
};

struct RingCase {
  RingMode mode = RingMode::kSpSc;
  unsigned size = 1024;
  Verb verb = Verb::kBulk;
  bool zero_copy = false;
  unsigned count = 32;  ///< elements for each call
  unsigned producers = 1;
  unsigned consumers = 1;
  Placement placement = Placement::kThreads;

  unsigned workers() const { return producers + consumers; }
  bool operator==(const RingCase&) const = default;
};
static_assert(std::is_trivially_copyable_v<RingCase>, "sent to the helper process as it is");

/// "ring/sp-sc/size:1024/bulk/copy/32/1:1/threads". Unique among all cases.
std::string name_of(const RingCase& ring_case);

/// Whether DPDK and arithmetic allow it: a mode for so many producers and consumers, a call that
/// fits into the ring, zero-copy where both ends have it (ST or HTS: rte_ring_peek_zc.h).
bool is_possible(const RingCase& ring_case);

enum class Selection {
  kQuick,   ///< a handful: does everything work?
  kLesson,  ///< what the tables of `ringside bench ring` need: one thing varied at a time
  kAll      ///< every possible case
};
/// Error: lists the names "quick", "lesson", "all".
Result<Selection> parse_selection(std::string_view text);
std::vector<RingCase> select_cases(Selection selection);

/// Those of `cases` in whose name `expression` (POSIX, extended) finds something. Error: it is no
/// regular expression.
Result<std::vector<RingCase>> filter_cases(const std::vector<RingCase>& cases,
                                           const std::string& expression);

/// The CPU of each worker, producers first. Error kEnvironment: why the placement needs more CPUs
/// than these. Precondition: `cpus` is not empty.
Result<std::vector<unsigned>> place_workers(const RingCase& ring_case,
                                            std::span<const unsigned> cpus);

/// Elements moved in one sample: about 5 ms of work in a good moment, a fraction of that when
/// `quick`. A multiple of count * producers. Where time_of() is not 0 as many as come in that time.
std::uint64_t elements_of(const RingCase& ring_case, bool quick);

/// How long elements are moved in one sample; 0: until elements_of() have been moved. Threads that
/// share a CPU have to be interrupted again and again, also between the two steps of a call, or
/// there is nothing that RTS and HTS could help against: the scheduler does so every few
/// milliseconds.
std::chrono::milliseconds time_of(const RingCase& ring_case);

/// Share of the time in which others had a worker's CPU, of the CPU that was lost most. `cpus`: of
/// each worker; `lost`: share of its time in which it had not got that CPU. Workers on one CPU take
/// it from each other, which is no loss.
double most_cpu_lost(std::span<const unsigned> cpus, std::span<const double> lost);

}  // namespace ringside::bench
