// SPDX-License-Identifier: BSD-3-Clause
// The names that a scenario may use in conditions and expectations, so that a mistyped one is found
// when the file is read and not taken for a counter that stays 0.
#pragma once

#include <string>
#include <string_view>

#include "harness/run/scenario.hpp"

namespace ringside::harness {

/// Whether `name` can have a value while `scenario` is played: "received", "client1.handed", ...
bool is_fact_name(const std::string& name, const Scenario& scenario);

/// "place.reason" or "place.reason.client", as the ledger has them, or a loss in the driver:
/// "driver.missed", ...
bool is_drop_key(std::string_view key, unsigned client_slots);

}  // namespace ringside::harness
