// SPDX-License-Identifier: BSD-3-Clause
// The machine in JSON, as every report has it. For .cpp files only (json_parts.hpp).
#pragma once

#include "harness/perf/machine.hpp"
#include "harness/report/json_parts.hpp"

namespace ringside::harness::perf {

Json machine_json(const Machine& machine);
/// Throws Json::exception, whose text names the field.
Machine machine_in(const Json& json);

}  // namespace ringside::harness::perf
