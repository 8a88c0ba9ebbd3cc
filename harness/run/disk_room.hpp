// SPDX-License-Identifier: BSD-3-Clause
// Room on the disk for what a run puts into its directory. DPDK maps files there, and a process
// that touches a page of such a file which the disk has no room for dies by SIGBUS: so the room is
// looked at before anything starts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "harness/run/inputs.hpp"
#include "harness/run/memory.hpp"
#include "harness/run/scenario.hpp"

namespace ringside::harness {

/// Bytes of DPDK's files and of captures. Packets of a scenario that stops something early are not
/// counted: nobody knows how many there will be. Errors: as CaptureCache.
Result<std::uint64_t> needed_disk_bytes(const Scenario& scenario, const MemoryPlan& memory,
                                        CaptureCache& captures);

/// Bytes that this user can still write below `directory`; nothing when that cannot be found out.
std::optional<std::uint64_t> free_disk_bytes(const std::string& directory);

/// Errors: kEnvironment, with what is needed, what is free and what to do.
Status check_disk_room(const std::string& directory, std::uint64_t needed);

/// The error to report in place of whatever went wrong in a run that used up all the room; nothing
/// when there is some left.
std::optional<Error> disk_is_full(const std::string& directory);

}  // namespace ringside::harness
