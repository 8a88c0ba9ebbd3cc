// SPDX-License-Identifier: BSD-3-Clause
// All processes of a session: what a program started, in whatever process groups.
#pragma once

#include <vector>

namespace ringside::harness {

/// The processes of a session that are there, its leader left out.
std::vector<int> processes_of_session(int leader);

/// Kills these processes with all that they start meanwhile, and waits until they are gone (or, for
/// what the kernel does not let go, a second). Precondition: the leader is the caller's child and
/// not reaped, so that its number is nobody else's; it has been killed.
void kill_rest_of_session(int leader);

}  // namespace ringside::harness
