// SPDX-License-Identifier: BSD-3-Clause
// The steps of a scenario file.
#pragma once

#include <string>
#include <vector>

#include "harness/run/scenario.hpp"
#include "harness/run/toml_reader.hpp"

namespace ringside::harness {

/// Where captures are looked for.
struct CapturePlaces {
  std::string by_name;   ///< directory of NAME.pcap
  std::string relative;  ///< directory that relative paths start from
};

/// Reads the list `steps` in [play] of `root` into `scenario`, whose ports and clients are known
/// already.
void read_steps(TomlContext& context, TomlTable& root, const CapturePlaces& places,
                Scenario& scenario);

}  // namespace ringside::harness
