// SPDX-License-Identifier: BSD-3-Clause
// What a server, its shared memory and its files take up at a moment, so that two moments can be
// compared.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/telemetry_client.hpp"
#include "tests/chaos/stage.hpp"

namespace ringside::harness {

struct Footprint {
  /// Bytes, allocations and free parts of EAL's heap; memory zones (which rings and pools are);
  /// files of the runtime directory by kind, a digit being like any other; the server's
  /// descriptors. All that must be the same again.
  std::map<std::string, std::int64_t> counts;
  std::int64_t server_memory_kb = 0;  ///< the server's own, not shared
};

Footprint footprint_of(Stage& stage);

/// "heap in use: 5 before, 7 after", for each count that differs.
std::vector<std::string> differences(const Footprint& before, const Footprint& after);

/// Bytes of EAL's heap in use; nothing when DPDK does not answer.
std::optional<std::int64_t> heap_in_use(Telemetry& telemetry);

}  // namespace ringside::harness
