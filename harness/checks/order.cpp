// SPDX-License-Identifier: BSD-3-Clause
// Within a unit that the policy keeps together, packets come out in the order in which they went
// in: the output is a subsequence of the input (drops are no matter of order).
//
// Matching each packet that came out with its earliest copy behind the last match finds a
// subsequence whenever there is one, identical frames or not, so there is no false alarm. Packets
// that came out more often than they went in are left to integrity: it cannot be told which of the
// copies is the false one.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/checks/judges.hpp"
#include "harness/checks/verdict.hpp"

namespace ringside::harness {
namespace {

/// What stays in order: a flow through one port; with round robin what one client forwards; with
/// the port policy all that comes in at one port.
enum class Unit { kFlow, kClient, kPort };

std::optional<Unit> unit_of(const Evidence& evidence) {
  const Observation& observation = evidence.observation();
  if (evidence.policy() == Policy::kPort) return Unit::kPort;
  if (evidence.policy() && evidence.policy() != Policy::kRoundRobin) return Unit::kFlow;
  if (observation.clients.size() == 1) return Unit::kPort;
  return evidence.policy() && observation.marked ? std::optional(Unit::kClient) : std::nullopt;
}

/// Positions of the copies of each packet among what was sent into a port, ascending.
class Positions {
 public:
  Positions(std::span<const std::uint32_t> sent, std::span<const std::uint32_t> counts)
      : begin_(counts.size() + 1), at_(sent.size()) {
    for (std::size_t i = 0; i < counts.size(); ++i) begin_[i + 1] = begin_[i] + counts[i];
    std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
    for (std::uint32_t i = 0; i < sent.size(); ++i) at_[next[sent[i]]++] = i;
  }

  std::span<const std::uint32_t> of(std::uint32_t packet) const {
    return std::span(at_).subspan(begin_[packet], begin_[packet + 1] - begin_[packet]);
  }

 private:
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint32_t> at_;
};

/// Where a unit stands: its last match.
struct Cursor {
  std::uint32_t sent = kNone;
  std::uint32_t captured = kNone;
};

/// The order of what came out of one port.
class PortOrder {
 public:
  PortOrder(const Evidence& evidence, std::uint32_t out, Unit unit, Verdict& verdict)
      : evidence_(evidence),
        out_(out),
        output_(evidence.ports()[out]),
        unit_(unit),
        verdict_(verdict),
        positions_(evidence.ports()[output_.input].sent,
                   evidence.ports()[output_.input].sent_count),
        cursors_(unit == Unit::kFlow ? evidence.flows().size() : 256) {}

  void judge() {
    const auto& sent_count = evidence_.ports()[output_.input].sent_count;
    for (std::uint32_t i = 0; i < output_.captured.size(); ++i) {
      const std::uint32_t packet = output_.captured[i].packet;
      if (evidence_.packets()[packet].sent == 0) continue;
      if (output_.captured_count[packet] > sent_count[packet]) continue;
      if (Cursor* cursor = cursor_of(output_.captured[i]); cursor != nullptr) {
        judge_frame(i, packet, *cursor);
      } else {
        ++left_out_;
      }
    }
  }

  std::uint64_t judged() const { return judged_; }
  std::uint64_t left_out() const { return left_out_; }

 private:
  /// nullptr: nobody can tell which unit the frame is of.
  Cursor* cursor_of(const CapturedFrame& frame) {
    switch (unit_) {
      case Unit::kFlow: {
        const std::uint32_t flow = evidence_.packets()[frame.packet].flow;
        return flow == kNone ? nullptr : &cursors_[flow];
      }
      case Unit::kClient:
        return frame.mark ? &cursors_[frame.mark->client] : nullptr;
      case Unit::kPort:
        break;
    }
    return &cursors_[0];
  }

  void judge_frame(std::uint32_t index, std::uint32_t packet, Cursor& cursor) {
    ++judged_;
    const auto copies = positions_.of(packet);
    const auto next =
        cursor.sent == kNone ? copies.begin() : std::ranges::upper_bound(copies, cursor.sent);
    if (next != copies.end()) {
      cursor = {*next, index};
      return;
    }
    verdict_.fail([&] { return overtaken(index, packet, copies.back(), cursor); });
  }

  std::string overtaken(std::uint32_t index, std::uint32_t packet, std::uint32_t sent_at,
                        const Cursor& cursor) const {
    const std::uint32_t flow = evidence_.packets()[packet].flow;
    return fmt::format("{} is {}{}: it came out after {} ({}), before which it was sent{}",
                       evidence_.captured_name(out_, index),
                       evidence_.sent_name(output_.input, sent_at),
                       flow == kNone ? "" : " (" + evidence_.flow_name(flow) + ")",
                       evidence_.sent_name(output_.input, cursor.sent),
                       evidence_.captured_name(out_, cursor.captured),
                       unit_ == Unit::kClient ? "; the same client forwarded both" : "");
  }

  const Evidence& evidence_;
  const std::uint32_t out_;
  const PortEvidence& output_;
  const Unit unit_;
  Verdict& verdict_;
  const Positions positions_;
  std::vector<Cursor> cursors_;  // by flow, by client (a mark's client is a byte), or one
  std::uint64_t judged_ = 0;
  std::uint64_t left_out_ = 0;
};

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::kFlow:
      return "flow";
    case Unit::kClient:
      return "client";
    case Unit::kPort:
      break;
  }
  return "input port";
}

}  // namespace

CheckResult judge_order(const Evidence& evidence, const Expectations&) {
  const std::optional<Unit> unit = unit_of(evidence);
  if (!unit) {
    return skipped(evidence.policy() ? "round-robin keeps the order of each client only, and the "
                                       "packets bear no marks that tell clients apart"
                                     : fmt::format("policy '{}' makes no promise known here",
                                                   evidence.observation().policy));
  }
  const Observation& observation = evidence.observation();
  // Our server keeps the order of a flow that moves; what is recovered comes late for its new
  // client.
  if (!observation.clients_constant && (*unit == Unit::kClient || !observation.own_server)) {
    return skipped("clients came or went during the run, so packets may have moved");
  }
  if (!observation.clients_constant && observation.server &&
      observation.server->config.tx == "direct") {
    return skipped(
        "in direct mode every client has a TX queue of its own, and nobody says which "
        "queue goes first when a flow moves");
  }
  Verdict verdict;
  std::uint64_t judged = 0;
  std::uint64_t left_out = 0;
  for (std::uint32_t out = 0; out < evidence.ports().size(); ++out) {
    if (evidence.ports()[out].input == kNone) continue;
    PortOrder port(evidence, out, *unit, verdict);
    port.judge();
    judged += port.judged();
    left_out += port.left_out();
  }
  verdict.left_out(left_out);
  const std::uint64_t faults = verdict.faults();
  return std::move(verdict).done(
      fmt::format("{} packets, by {}: {} out of order", judged, unit_name(*unit), faults));
}

}  // namespace ringside::harness
