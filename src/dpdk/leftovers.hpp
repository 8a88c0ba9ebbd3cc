// SPDX-License-Identifier: BSD-3-Clause
// What a server that was killed has left, and how the next one gets past it.
#pragma once

#include <chrono>
#include <functional>

#include "core/eal_args.hpp"
#include "core/result.hpp"
#include "dpdk/runtime_directory.hpp"
#include "dpdk/start_turn.hpp"

namespace ringside::dpdk {

/// Clients of ours leave within a second after their server has died.
inline constexpr std::chrono::nanoseconds kOrphanPatience = std::chrono::seconds(5);

/// Makes the directory ready for a new primary, before its rte_eal_init(): takes back what a dead
/// server announced, and waits until no process is about to start with that one (StartTurn) or
/// attached to it any more. EAL would fail on such
/// orphans ("Cannot allocate memzone list": they hold locks on the fbarray_* files), and only after
/// it has overwritten the configuration that they have mapped. Errors: kEnvironment, when a primary
/// runs or orphans stay; it names the processes that must go. kInterrupted as soon as `cancelled`.
///
/// The turn is to be kept until rte_eal_init() is through: another server that was started at the
/// same time looks again once it has it, and finds this one.
Result<StartTurn> make_way(const RuntimeDirectory& directory, const EalArgs& args,
                           const std::function<bool()>& cancelled,
                           std::chrono::nanoseconds patience = kOrphanPatience);

}  // namespace ringside::dpdk
