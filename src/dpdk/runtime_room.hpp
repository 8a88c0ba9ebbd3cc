// SPDX-License-Identifier: BSD-3-Clause
// Whether the disk of the runtime directory has room for what DPDK keeps there. EAL makes those
// files sparse and maps them: on a full disk a process dies by SIGBUS at the first write, inside
// its start.
#pragma once

#include <string>

#include "core/eal_args.hpp"
#include "core/result.hpp"

namespace ringside::dpdk {

/// To be asked before rte_eal_init(). Errors: kEnvironment, with what is needed and what is free.
/// A primary: `directory` need not exist.
Status check_runtime_room(const std::string& directory, const EalArgs& args);
/// A secondary, whose primary has started in `directory`.
Status check_secondary_room(const std::string& directory);

}  // namespace ringside::dpdk
