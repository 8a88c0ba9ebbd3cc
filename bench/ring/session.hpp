// SPDX-License-Identifier: BSD-3-Clause
// What lasts from the first case to the last: EAL, the CPUs, the shared page, the helper. And one
// sample of one case.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/ring/crew.hpp"
#include "bench/ring/ring_case.hpp"
#include "bench/ring/shared_page.hpp"
#include "core/result.hpp"
#include "core/statistics.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/ring.hpp"

namespace ringside::bench {

/// Share of its time that others may have a worker's CPU in a sample that counts.
inline constexpr double kMostCpuLost = 0.01;

/// One sample. Latencies are in nanoseconds. Zeros stand where a placement has no such figure (one
/// thread: round trips, latencies).
struct Sample {
  std::uint64_t elements = 0;
  double seconds = 0;  ///< for all elements
  double cycles_per_element = 0;
  double refused = 0;     ///< elements that the full ring did not take / elements offered
  Percentiles hand_over;  ///< enqueue to dequeue, one call's elements on the ring at a time
  Percentiles queued;     ///< likewise, with producers as fast as they can
  double round_trip_before_ns = 0;
  double round_trip_after_ns = 0;
  unsigned discarded = 0;  ///< samples thrown away before: see Session::measure()
  /// Share of the time in which others had a worker's CPU, of the worker and the run (elements,
  /// hand-over, queued) that lost most of it. Where workers share a CPU, of all of them together,
  /// and of the elements' run alone: the others are over before that could be told.
  double cpu_lost = 0;
  /// How often workers lost their CPUs while elements were moved, without having given them up: at
  /// least so often, since a worker may get back at once what it offered.
  std::uint64_t preempted = 0;
};

struct SessionOptions {
  std::string huge_directory;  ///< mount of hugetlbfs; empty: no hugepages
  std::string prefix;          ///< --file-prefix; empty: one of its own
  bool quick = false;
  /// In the way of ring_perf_autotest: Task::switched, and one sample counts.
  bool switched = false;
};

class Session {
 public:
  /// Starts EAL as primary in a runtime directory of its own. Errors: kEnvironment.
  static Result<std::unique_ptr<Session>> open(const SessionOptions& options);
  ~Session();

  /// Measures until the cache-line round trips before and after agree and no worker lost more than
  /// kMostCpuLost, a bounded number of times. The last one counts even so, and says what was lost,
  /// but never with round trips that differ. Errors: kTimedOut, the machine did not hold still;
  /// kInternal, not all elements arrived; kEnvironment, too few CPUs, no memory, no helper;
  /// kInterrupted, a signal asked the program to end.
  Result<Sample> measure(const RingCase& ring_case);

  /// Too few CPUs here for the placement: the reason. Else empty.
  std::string reason_to_skip(const RingCase& ring_case) const;
  /// What Google Benchmark takes for the iterations of a sample, all of a case the same; where
  /// time_of() is not 0 it is not what is moved.
  std::uint64_t elements_of(const RingCase& ring_case) const;
  std::span<const unsigned> cpus() const { return cpus_; }
  const dpdk::EalFacts& eal_facts() const { return eal_->facts(); }

 private:
  Session(const SessionOptions& options, SharedPageFile page, std::vector<unsigned> cpus)
      : options_(options), page_(std::move(page)), cpus_(std::move(cpus)) {}
  Status start_eal();
  Status start_helper();
  std::vector<std::string> eal_words(const std::string& lcores) const;
  Result<Sample> take(const RingCase& ring_case, ::rte_ring* ring);
  Status take_flow(const RingCase& ring_case, ::rte_ring* ring, Sample& sample);
  std::vector<Task> make_flow_tasks(const RingCase& ring_case,
                                    std::span<const unsigned> cpus) const;
  Status take_latencies(const RingCase& ring_case, ::rte_ring* ring, Sample& sample);
  Result<std::vector<Outcome>> run(std::vector<Task> tasks, ::rte_ring* ring);

  SessionOptions options_;
  SharedPageFile page_;
  std::vector<unsigned> cpus_;
  std::string directory_;  ///< runtime directory made by this session; removed at the end
  int owner_ = -1;         ///< the locked file in it that says so: ringside removes it otherwise
  std::optional<dpdk::Eal> eal_;
  std::optional<Helper> helper_;
};

}  // namespace ringside::bench
