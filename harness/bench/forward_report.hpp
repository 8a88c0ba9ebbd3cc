// SPDX-License-Identifier: BSD-3-Clause
// The forwarding benchmark's result as a table and as JSON. Pure.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "harness/bench/forward_figures.hpp"

namespace ringside::harness {

/// What is to be known of a row beside its figures; "" when nothing is. `rate`: that was asked for.
std::string remark_on(const ForwardRow& row, const MachineSpeeds& speeds,
                      std::optional<double> rate);

std::string forward_table(const ForwardResult& result);
/// As docs/interfaces.md describes it. `command`: what repeats it.
std::string forward_json(const ForwardResult& result, const std::string& command);

/// Of a table's column of names, which moves no other column, however long they are.
template <typename Row>
std::size_t name_width(const std::vector<Row>& rows) {
  constexpr std::size_t kUsual = 32, kGap = 2;
  std::size_t width = kUsual;
  for (const Row& row : rows) width = std::max(width, row.what.name().size() + kGap);
  return width;
}

/// What the ports are fed with; where it was measured; and, when others took more than a tenth of
/// the CPUs, that it was not quiet. Whole lines.
std::string traffic_line(const ForwardTraffic& traffic);
std::string machine_line(const MachineFacts& machine);
std::string quiet_lines(double others_share);

/// Of a cache line before and after a case, in ns: one figure, both when they are of two speeds of
/// the machine, "-" when nothing is known of it.
std::string round_trip_text(double before_ns, double after_ns);
/// What such a column means. A whole line.
std::string round_trip_explanation();

}  // namespace ringside::harness
