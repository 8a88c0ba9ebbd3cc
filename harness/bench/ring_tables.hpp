// SPDX-License-Identifier: BSD-3-Clause
// The ring benchmark as text: one line for each case, and the claims of the lesson as tables.
#pragma once

#include <string>

#include "harness/bench/ring_results.hpp"

namespace ringside::harness {

/// Where it was measured, every case, then what the cases say of modes, sizes and calls.
std::string ring_tables(const RingResults& results);

// The parts; empty when the results do not have at least two of the cases that are compared.

/// Each placement and topology: the modes, fastest first, in multiples of the first.
std::string modes_table(const RingResults& results, const RingSummary& summary);
/// SP/SC, 1:1, bulks of 32: what the size of a ring does to time, latency and refusals.
std::string sizes_table(const RingResults& results, const RingSummary& summary);
/// SP/SC, 1:1, ring of 1024: single elements, bursts and bulks, in multiples of bulks of 32.
std::string calls_table(const RingResults& results, const RingSummary& summary);

}  // namespace ringside::harness
