// SPDX-License-Identifier: BSD-3-Clause
// Direct mode: what a dead client had of its packets, and what became of those that it was just
// giving to a port (shared::DirectRun). Everything it had not begun with goes to others; what it
// had begun to drop is dropped; what it was sending has left or not, which is known
//   on a wire port from the ring itself,
//   on drivers that give a packet back as soon as it is sent from what they gave back.
// What remains open may have left: it is lost, so that no packet leaves twice.
//
// Of a client that wrote over its slot neither the run nor the counters count, but what the rings
// tell that it gave away (given_away.hpp).
#pragma once

#include <vector>

#include "core/owed_fifo.hpp"
#include "server/data_path.hpp"

namespace ringside::server {

/// `had`: what dead client `id` had, oldest first, or without those it had taken from its ring
/// where these are not known; null: a packet of which nothing is known, which is lost. Appends
/// those that others are to have to `to`, sets the client's counters right and the ends of its
/// rings; what is in neither is lost. After the death of the process, once.
void settle_last_run(DataPath& path, ClientId id, std::vector<OwedPacket>& had,
                     std::vector<OwedPacket>& to);

}  // namespace ringside::server
