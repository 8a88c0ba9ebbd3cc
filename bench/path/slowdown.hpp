// SPDX-License-Identifier: BSD-3-Clause
// A slowdown of known size in the server's hot path, to see that it is found: in the step that
// hands a burst over to a client. A build option (RINGSIDE_SLOWDOWN, per cent) of this program
// alone; with 0, as in every build that anybody uses, the step is the product's and nothing stands
// around it.
#pragma once

#include "server/seams.hpp"

namespace ringside::bench {

/// `seams`, whose hand_over takes so much longer that all that happens between slowdown_begins()
/// and the last call takes RINGSIDE_SLOWDOWN per cent longer. One thread at a time.
server::Seams slowed(server::Seams seams);

/// From now on time counts.
void slowdown_begins();

}  // namespace ringside::bench
