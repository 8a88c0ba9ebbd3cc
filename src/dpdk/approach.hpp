// SPDX-License-Identifier: BSD-3-Clause
// How a secondary comes near a server, before it enters rte_eal_init().
#pragma once

#include <chrono>
#include <functional>

#include "core/eal_args.hpp"
#include "core/result.hpp"
#include "dpdk/runtime_directory.hpp"
#include "dpdk/start_turn.hpp"

namespace ringside::dpdk {

/// A server that can be joined now, and the right to do so.
struct Approach {
  pid_t server;
  StartTurn turn;
};

/// Waits for a server that has announced itself and is not stopped, then for the turn to start. A
/// server that ends meanwhile is waited for anew. Errors: kEnvironment when none is there within
/// `wait`, saying what to start or to continue; kInterrupted when `cancelled`.
Result<Approach> approach_server(const RuntimeDirectory& directory, const EalArgs& args,
                                 std::chrono::nanoseconds wait,
                                 const std::function<bool()>& cancelled);

}  // namespace ringside::dpdk
