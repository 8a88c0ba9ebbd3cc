// SPDX-License-Identifier: BSD-3-Clause
// A packet leaves from the peer of the port it came in at.
#include <fmt/format.h>

#include <algorithm>

#include "harness/checks/judges.hpp"
#include "harness/checks/verdict.hpp"

namespace ringside::harness {
namespace {

/// How many copies of each packet left from a wrong port, by counting alone: copies at a port
/// beyond those its input sent, less the copies that nobody sent at all (integrity judges those).
std::vector<std::uint32_t> misdirected_copies(const Evidence& evidence) {
  std::vector<std::uint32_t> copies(evidence.packets().size());
  for (const PortEvidence& output : evidence.ports()) {
    for (std::size_t packet = 0; packet < copies.size(); ++packet) {
      const std::uint32_t in =
          output.input == kNone ? 0 : evidence.ports()[output.input].sent_count[packet];
      copies[packet] += output.captured_count[packet] - std::min(in, output.captured_count[packet]);
    }
  }
  for (std::size_t packet = 0; packet < copies.size(); ++packet) {
    const PacketClass& its = evidence.packets()[packet];
    const std::uint32_t extra = its.captured - std::min(its.captured, its.sent);
    copies[packet] -= std::min(copies[packet], extra);
  }
  return copies;
}

std::string left_from_wrong_port(const Evidence& evidence, std::uint32_t out, std::uint32_t index) {
  const PortEvidence& output = evidence.ports()[out];
  const std::uint32_t packet = output.captured[index].packet;
  const PortObservation& in = *evidence.ports()[evidence.packets()[packet].first_port].port;
  return fmt::format("{} is {}, which came in at port {} and must leave from port {}, not {}",
                     evidence.captured_name(out, index), evidence.sent_name(packet), in.index,
                     in.peer, output.port->index);
}

std::string marked_for_another(const Evidence& evidence, std::uint32_t out, std::uint32_t index) {
  const PortEvidence& output = evidence.ports()[out];
  const Mark& mark = *output.captured[index].mark;
  return fmt::format("{}: client {} marked it for port {}, but it left from port {}",
                     evidence.captured_name(out, index), mark.client, mark.port,
                     output.port->index);
}

/// Judges port `out` with the copies left over in `misdirected`.
void judge_output(const Evidence& evidence, std::uint32_t out,
                  std::vector<std::uint32_t>& misdirected, Verdict& verdict) {
  const PortEvidence& output = evidence.ports()[out];
  std::vector<std::uint32_t> seen(evidence.packets().size());
  for (std::uint32_t i = 0; i < output.captured.size(); ++i) {
    const auto& [packet, mark] = output.captured[i];
    const std::uint32_t in =
        output.input == kNone ? 0 : evidence.ports()[output.input].sent_count[packet];
    const bool known = evidence.packets()[packet].sent != 0;
    const bool beyond_input = ++seen[packet] > in;
    if (known && beyond_input && (in == 0 || misdirected[packet] != 0)) {
      if (misdirected[packet] != 0) --misdirected[packet];
      verdict.fail([&] { return left_from_wrong_port(evidence, out, i); });
    } else if (mark && mark->port != output.port->index) {
      verdict.fail([&] { return marked_for_another(evidence, out, i); });
    }
  }
}

}  // namespace

CheckResult judge_pairing(const Evidence& evidence, const Expectations&) {
  Verdict verdict;
  std::vector<std::uint32_t> misdirected = misdirected_copies(evidence);
  for (std::uint32_t out = 0; out < evidence.ports().size(); ++out) {
    judge_output(evidence, out, misdirected, verdict);
  }
  return std::move(verdict).done(
      fmt::format("{} packets on {} ports", evidence.captured_total(), evidence.ports().size()));
}

}  // namespace ringside::harness
