// SPDX-License-Identifier: BSD-3-Clause
#include "bench/ring/worker.hpp"

#include <rte_cycles.h>
#include <rte_pause.h>
#include <rte_ring_peek_zc.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>

#include "bench/ring/switched.hpp"
#include "host/affinity.hpp"

namespace ringside::bench {
namespace {

constexpr unsigned kMaxCount = 256;
/// Calls between two looks at the clock, which takes as long as a call.
constexpr std::uint64_t kCallsBetweenLooks = 64;

/// Where a worker's elements are before and after the ring.
struct Table {
  void* slot[kMaxCount] = {};
  void fill(std::uint64_t value, unsigned count) {
    std::fill_n(slot, count, reinterpret_cast<void*>(value));
  }
  std::uint64_t first() const { return reinterpret_cast<std::uint64_t>(slot[0]); }
};

// The operations. put() and take() return how many elements they moved.

struct Single {
  static unsigned put(::rte_ring* ring, Table& table, unsigned) {
    return ::rte_ring_enqueue(ring, table.slot[0]) == 0;
  }
  static unsigned take(::rte_ring* ring, Table& table, unsigned) {
    return ::rte_ring_dequeue(ring, &table.slot[0]) == 0;
  }
};

struct Burst {
  static unsigned put(::rte_ring* ring, Table& table, unsigned count) {
    return ::rte_ring_enqueue_burst(ring, table.slot, count, nullptr);
  }
  static unsigned take(::rte_ring* ring, Table& table, unsigned count) {
    return ::rte_ring_dequeue_burst(ring, table.slot, count, nullptr);
  }
};

struct Bulk {
  static unsigned put(::rte_ring* ring, Table& table, unsigned count) {
    return ::rte_ring_enqueue_bulk(ring, table.slot, count, nullptr);
  }
  static unsigned take(::rte_ring* ring, Table& table, unsigned count) {
    return ::rte_ring_dequeue_bulk(ring, table.slot, count, nullptr);
  }
};

/// Zero-copy: elements are made, and looked at, where they are in the ring. What is made is
/// table.slot[0], for all.
template <bool kAllOrNone>
struct ZeroCopy {
  static unsigned put(::rte_ring* ring, Table& table, unsigned count) {
    ::rte_ring_zc_data place;
    const unsigned moved = kAllOrNone
                               ? ::rte_ring_enqueue_zc_bulk_start(ring, count, &place, nullptr)
                               : ::rte_ring_enqueue_zc_burst_start(ring, count, &place, nullptr);
    if (moved == 0) return 0;
    const unsigned front = std::min(moved, place.n1);
    std::fill_n(static_cast<void**>(place.ptr1), front, table.slot[0]);
    if (front < moved) {
      std::fill_n(static_cast<void**>(place.ptr2), moved - front, table.slot[0]);
    }
    ::rte_ring_enqueue_zc_finish(ring, moved);
    return moved;
  }
  static unsigned take(::rte_ring* ring, Table& table, unsigned count) {
    ::rte_ring_zc_data place;
    const unsigned moved = kAllOrNone
                               ? ::rte_ring_dequeue_zc_bulk_start(ring, count, &place, nullptr)
                               : ::rte_ring_dequeue_zc_burst_start(ring, count, &place, nullptr);
    if (moved == 0) return 0;
    look_at(static_cast<void**>(place.ptr1), std::min(moved, place.n1));
    if (place.n1 < moved) look_at(static_cast<void**>(place.ptr2), moved - place.n1);
    table.slot[0] = static_cast<void**>(place.ptr1)[0];
    ::rte_ring_dequeue_zc_finish(ring, moved);
    return moved;
  }
  static void look_at(void* const* elements, unsigned count) {
    std::uint64_t all = 0;
    for (unsigned i = 0; i < count; ++i) all ^= reinterpret_cast<std::uint64_t>(elements[i]);
    asm volatile("" : : "r"(all));  // or the compiler would leave the reading out
  }
};

struct Switched {
  static unsigned put(::rte_ring* ring, Table& table, unsigned count, SwitchedWay way) {
    return switched_put(ring, table.slot, way.element_size, count, way.call);
  }
  static unsigned take(::rte_ring* ring, Table& table, unsigned count, SwitchedWay way) {
    return switched_take(ring, table.slot, way.element_size, count, way.call);
  }
};

/// What a worker does when the ring is full or empty, until its patience ends.
class Waiting {
 public:
  Waiting(const RingCase& ring_case, SharedPage& page)
      : yields_(ring_case.placement == Placement::kOversubscribed), page_(page) {}
  void moved() { rounds_ = 0; }
  std::uint64_t yielded() const { return yielded_; }
  /// False: give up.
  bool wait() {
    if (yields_) {
      ++yielded_;
      ::sched_yield();
    } else {
      ::rte_pause();
    }
    return ++rounds_ % 4096 != 0 || has_patience();
  }

 private:
  bool has_patience() {
    const std::uint64_t now = ::rte_rdtsc();
    if (rounds_ == 4096) since_ = now;
    if (now - since_ > kPatience * ::rte_get_tsc_hz()) page_.given_up.fetch_add(1);
    return page_.given_up.load(std::memory_order_relaxed) == 0;
  }
  bool yields_;
  SharedPage& page_;
  std::uint64_t rounds_ = 0;
  std::uint64_t yielded_ = 0;
  std::uint64_t since_ = 0;
};

bool meet(const Task& task, SharedPage& page) {
  Waiting waiting(task.ring_case, page);
  page.arrived.fetch_add(1, std::memory_order_acq_rel);
  while (page.arrived.load(std::memory_order_acquire) < task.workers) {
    if (!waiting.wait()) return false;
  }
  return true;
}

/// Whether elements carry the TSC of their enqueue.
constexpr bool is_stamped(Phase phase) {
  return phase == Phase::kQueued || phase == Phase::kHandOver;
}

/// `how`: whatever the calls want to know besides.
template <typename Operation, typename... How>
void do_both(const Task& task, ::rte_ring* ring, Outcome& outcome, How... how) {
  Table table;
  const unsigned count = task.ring_case.count;
  std::uint64_t moved = 0;
  outcome.begin = ::rte_rdtsc_precise();
  for (std::uint64_t calls = task.elements / count; calls > 0; --calls) {
    Operation::put(ring, table, count, how...);
    moved += Operation::take(ring, table, count, how...);
  }
  outcome.end = ::rte_rdtsc_precise();
  outcome.elements = moved;
  outcome.offered = task.elements;
}

template <typename Operation, Phase kPhase, typename... How>
void produce(const Task& task, ::rte_ring* ring, SharedPage& page, Outcome& outcome, How... how) {
  Table table;
  Waiting waiting(task.ring_case, page);
  const std::uint64_t count = task.ring_case.count;
  [[maybe_unused]] std::uint64_t calls = 0;
  outcome.begin = ::rte_rdtsc_precise();
  while (outcome.elements < task.elements) {
    const auto wanted = static_cast<unsigned>(std::min(count, task.elements - outcome.elements));
    if constexpr (kPhase == Phase::kTimed) {
      const bool looks = ++calls % kCallsBetweenLooks == 0;
      if (looks && ::rte_rdtsc() - outcome.begin > task.limit) break;
    }
    if constexpr (kPhase == Phase::kHandOver) {
      while (::rte_ring_empty(ring) == 0) {
        if (!waiting.wait()) return;
      }
    }
    if constexpr (is_stamped(kPhase)) {
      const std::uint64_t now = ::rte_rdtsc();
      if (now - outcome.begin > task.limit) break;
      table.fill(now, wanted);
    }
    const unsigned moved = Operation::put(ring, table, wanted, how...);
    outcome.elements += moved;
    outcome.offered += wanted;
    if (moved == 0) {
      if (!waiting.wait()) return;
    } else {
      waiting.moved();
    }
  }
  outcome.end = ::rte_rdtsc_precise();
  outcome.yielded = waiting.yielded();
  // Pairs with the acquire in all_taken(): whoever sees it finds all elements on the ring.
  page.producers_done.fetch_add(1, std::memory_order_release);
}

bool all_taken(const Task& task, ::rte_ring* ring, SharedPage& page) {
  // Pairs with the release in produce().
  return page.producers_done.load(std::memory_order_acquire) == task.ring_case.producers &&
         ::rte_ring_empty(ring) != 0;
}

/// TSC cycles since `stamp`, which may be of another CPU's TSC. A plain rte_rdtsc() may be executed
/// while the element it is about is still on its way, and be earlier than the stamp.
std::uint32_t cycles_since(std::uint64_t stamp) {
  const std::uint64_t now = ::rte_rdtsc_precise();
  const std::uint64_t cycles = now > stamp ? now - stamp : 0;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(cycles, UINT32_MAX));
}

template <typename Operation, Phase kPhase, typename... How>
void consume(const Task& task, ::rte_ring* ring, SharedPage& page, Outcome& outcome, How... how) {
  Table table;
  Waiting waiting(task.ring_case, page);
  const unsigned count = task.ring_case.count;
  outcome.begin = ::rte_rdtsc_precise();
  for (;;) {
    const unsigned moved = Operation::take(ring, table, count, how...);
    if (moved != 0) {
      if constexpr (is_stamped(kPhase)) {
        page.latencies[task.index][outcome.latencies] = cycles_since(table.first());
        if (outcome.latencies + 1 < kMaxLatencies) ++outcome.latencies;
      }
      outcome.elements += moved;
      waiting.moved();
    } else if (all_taken(task, ring, page) || !waiting.wait()) {
      break;
    }
  }
  outcome.end = ::rte_rdtsc_precise();
  outcome.yielded = waiting.yielded();
}

template <typename Operation, Phase kPhase, typename... How>
void do_side(const Task& task, ::rte_ring* ring, SharedPage& page, Outcome& outcome, How... how) {
  task.role == Role::kProducer ? produce<Operation, kPhase>(task, ring, page, outcome, how...)
                               : consume<Operation, kPhase>(task, ring, page, outcome, how...);
}

template <typename Operation, typename... How>
void do_task(const Task& task, ::rte_ring* ring, SharedPage& page, Outcome& outcome, How... how) {
  if (task.role == Role::kBoth) return do_both<Operation>(task, ring, outcome, how...);
  switch (task.phase) {
    case Phase::kFlow:
      return do_side<Operation, Phase::kFlow>(task, ring, page, outcome, how...);
    case Phase::kTimed:
      return do_side<Operation, Phase::kTimed>(task, ring, page, outcome, how...);
    case Phase::kQueued:
      return do_side<Operation, Phase::kQueued>(task, ring, page, outcome, how...);
    case Phase::kHandOver:
      return do_side<Operation, Phase::kHandOver>(task, ring, page, outcome, how...);
  }
}

double seconds_of(::clockid_t clock) {
  ::timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// How often another thread got the CPU of this one so far. Linux counts sched_yield() as if it had
/// not been asked for.
std::uint64_t switches() {
  ::rusage used{};
  ::getrusage(RUSAGE_THREAD, &used);
  return static_cast<std::uint64_t>(used.ru_nivcsw);
}

/// How much of this thread's time the CPU was with others: the worker itself never sleeps.
class OwnCpu {
 public:
  double lost_share() const {
    const double passed = seconds_of(CLOCK_MONOTONIC) - begin_;
    const double used = seconds_of(CLOCK_THREAD_CPUTIME_ID) - used_before_;
    return passed > 0 ? std::max(0.0, 1 - used / passed) : 0;
  }

 private:
  double begin_ = seconds_of(CLOCK_MONOTONIC);
  double used_before_ = seconds_of(CLOCK_THREAD_CPUTIME_ID);
};

}  // namespace

Outcome work(const Task& task, ::rte_ring* ring, SharedPage& page) {
  host::bind_to_cpu(task.cpu);
  Outcome outcome;
  if (meet(task, page)) {
    const RingCase& what = task.ring_case;
    const OwnCpu own_cpu;
    const std::uint64_t switches_before = switches();
    if (task.switched && !what.zero_copy) {
      do_task<Switched>(task, ring, page, outcome, switched_way(what));
    } else if (what.verb == Verb::kSingle) {
      do_task<Single>(task, ring, page, outcome);
    } else if (what.verb == Verb::kBurst) {
      what.zero_copy ? do_task<ZeroCopy<false>>(task, ring, page, outcome)
                     : do_task<Burst>(task, ring, page, outcome);
    } else {
      what.zero_copy ? do_task<ZeroCopy<true>>(task, ring, page, outcome)
                     : do_task<Bulk>(task, ring, page, outcome);
    }
    outcome.cpu_lost = own_cpu.lost_share();
    const std::uint64_t switched = switches() - switches_before;
    outcome.preempted = switched - std::min(switched, outcome.yielded);
  }
  outcome.gave_up = page.given_up.load() != 0;
  return outcome;
}

}  // namespace ringside::bench
