// SPDX-License-Identifier: BSD-3-Clause
// The Environment Abstraction Layer: the first object in main and the last to die.
#pragma once

#include <rte_eal.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/eal_args.hpp"
#include "core/result.hpp"
#include "core/shared_layout.hpp"
#include "dpdk/end_watch.hpp"
#include "dpdk/hotplug_lock.hpp"
#include "dpdk/no_huge.hpp"
#include "dpdk/start_turn.hpp"
#include "dpdk/start_watch.hpp"

namespace ringside::dpdk {

enum class Role { kPrimary, kSecondary };

/// What a running EAL says of itself.
struct EalFacts {
  std::string version;  ///< "DPDK 22.11.11"
  std::string runtime_directory;
  bool hugepages = false;
};

class Eal {
 public:
  /// Starts a primary, over whatever a killed one left (make_way()). Refused when a primary with
  /// the prefix runs already, or when a --vdev did not become a port (the driver is missing, or its
  /// arguments are wrong). Errors: kEnvironment, kUsage, and kInterrupted when `cancelled` while it
  /// waits for what was attached to the last server.
  static Result<Eal> start_primary(
      const std::vector<std::string>& eal_args,
      const std::function<bool()>& cancelled = [] { return false; });

  /// Starts a secondary, after the server has announced itself (see announce()). Never enters
  /// rte_eal_init before that: EAL would hang on a primary that is not whole, and would become a
  /// primary with --proc-type=auto. `cancelled` is asked now and then. From there until arrived()
  /// no other secondary of ours starts, and the process ends by `give_up` (StartWatch) when it
  /// hangs: at the latest two seconds after `wait`, or later by the time that others have the CPU.
  /// Errors: kEnvironment when no server is there within `wait`, kServerGone when it ended during
  /// the start, kInterrupted when cancelled.
  static Result<Eal> start_secondary(const std::vector<std::string>& eal_args,
                                     std::chrono::nanoseconds wait,
                                     const std::function<bool()>& cancelled,
                                     StartWatch::GiveUp give_up);
  /// Secondary: everything has been looked up; from now on it takes no lock of DPDK's.
  void arrived();
  /// Secondary, before arrived(): why it failed with `error`, if not for the end of the server or
  /// because it was cancelled.
  Error reason(Error error) const;
  /// Secondary: what is left of `wait` and the time on top of it, in which a starved start does not
  /// count; never negative.
  std::chrono::nanoseconds time_left() const;

  /// Secondary: removes its own files, for a process that does not get to ~Eal. Any thread.
  void leave_nothing() const;

  Eal(Eal&& other) noexcept;
  Eal& operator=(Eal&&) = delete;
  /// Primary: takes the announcement back and gives all to rte_eal_cleanup(), which dead readers of
  /// the HotplugLock do not hold up when it is certain that they are dead. Secondary: removes
  /// its own files only; rte_eal_cleanup() there would stop the ports that the primary owns.
  ~Eal();

  /// Primary: tells waiting secondaries that everything they look up exists. Publishes no-huge
  /// memory and then the file mp_server.ready. Call once, after the last object has been made.
  Status announce();

  /// Primary: the end begins. From now on no secondary begins to join: one that looks for the next
  /// server would take this one for it. What is left, up to the end of ~Eal, may take `limit`, then
  /// EndWatch ends the process. `joined`: processes that have joined and may still be there; they
  /// take no lock of DPDK's any more (arrived()).
  void begin_end(std::vector<pid_t> joined, std::chrono::nanoseconds limit,
                 EndWatch::GiveUp give_up);

  const EalFacts& facts() const { return facts_; }
  const EalArgs& args() const { return args_; }

 private:
  Eal(Role role, EalArgs args);
  void withdraw();
  bool nobody_starts() const;
  static Result<Eal> start(Role role, const std::vector<std::string>& eal_args);

  Role role_;
  bool owner_ = true;
  EalArgs args_;
  EalFacts facts_;
  std::optional<NoHugePublication> memory_;
  std::optional<HotplugLock> hotplug_lock_;
  std::unique_ptr<EndWatch> end_watch_;
  std::vector<pid_t> joined_;
  std::optional<StartTurn> start_turn_;
  struct Arrival;
  std::unique_ptr<Arrival> arrival_;
  StartWatch::Clock::time_point start_limit_;
  std::string ready_file_;
};

/// Secondary: whether the process that made the shared memory still runs.
bool primary_alive();

/// Lcore ids of this process, as a set for the shared block and as a list.
shared::LcoreSet lcore_set();
std::vector<unsigned> lcore_list();

/// Runs `work(argument)` on a worker lcore. Precondition: the lcore is this process's, not the
/// main one, and idle. `argument` must live until wait_for_lcores() has returned.
void launch(int (*work)(void*), void* argument, unsigned lcore);
/// Blocks until all worker lcores have finished.
void wait_for_lcores();

/// NUMA node of the calling thread's lcore.
unsigned numa_node();

}  // namespace ringside::dpdk
