// SPDX-License-Identifier: BSD-3-Clause
// net_pcap's output files. Every process that attaches re-opens and truncates them; one that does
// so after the first packet leaves a hole of zeros at the front.
#pragma once

#include <vector>

#include "core/eal_args.hpp"
#include "server/report.hpp"

namespace ringside::server {

/// Looks at the tx_pcap files of all --vdev. Call after the ports are closed.
std::vector<CaptureReport> inspect_captures(const EalArgs& args);

}  // namespace ringside::server
