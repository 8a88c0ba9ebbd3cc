// SPDX-License-Identifier: BSD-3-Clause
#include "harness/report/replay_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/checks/evidence.hpp"
#include "harness/report/text.hpp"

namespace ringside::harness {
namespace {

void count_clients(const Evidence& evidence, ReplayReport& report) {
  std::map<unsigned, ClientShare> shares;
  std::map<unsigned, std::set<std::uint32_t>> flows;
  for (const unsigned id : report.client_ids) shares[id].client = id;
  for (const PortEvidence& port : evidence.ports()) {
    for (std::size_t i = 0; i < port.captured.size(); ++i) {
      const CapturedFrame& frame = port.captured[i];
      if (!frame.mark) {
        ++report.unmarked;
        continue;
      }
      ClientShare& share = shares[frame.mark->client];
      share.client = frame.mark->client;
      ++share.packets;
      share.bytes += port.port->captured[i].bytes.size();
      const std::uint32_t flow = evidence.packets()[frame.packet].flow;
      if (flow != kNone) flows[share.client].insert(flow);
    }
  }
  for (auto& [id, share] : shares) {
    share.flows = flows[id].size();
    report.clients.push_back(share);
  }
}

std::string or_unknown(const std::optional<std::uint64_t>& number) {
  return number ? fmt::format("{}", *number) : "?";
}

std::string ports_text(const ReplayReport& report, bool colour) {
  std::size_t width = 4;
  for (const PortTraffic& port : report.ports) width = std::max(width, port.sent_name.size());
  std::string text = bold(fmt::format("  {:>4}  {:>10}  {:<{}}  {:>6}  {:>10}\n", "port", "sent in",
                                      "from", width, "peer", "came out"),
                          colour);
  for (const PortTraffic& port : report.ports) {
    text +=
        fmt::format("  {:>4}  {:>10}  {:<{}}  {:>6}  {:>10}{}\n", port.index, or_unknown(port.sent),
                    port.sent_name, width, port.peer, or_unknown(port.captured),
                    port.refused == 0 ? "" : fmt::format("  ({} refused)", port.refused));
  }
  return text;
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string clients_text(const ReplayReport& report, bool colour) {
  constexpr double kBarColumns = 30;
  if (!report.marked) return "  who forwarded what is not known: the packets bear no marks\n";
  ClientShare total;
  for (const ClientShare& share : report.clients) {
    total.packets += share.packets;
    total.bytes += share.bytes;
    total.flows += share.flows;
  }
  std::string text = bold(fmt::format("  {:>6}  {:>10}  {:>6}  {:>12}  {:>8}  {:>6}\n", "client",
                                      "packets", "%", "bytes", "flows", "%"),
                          colour);
  for (const ClientShare& share : report.clients) {
    const double part = percent(share.packets, total.packets);
    text += fmt::format("  {:>6}  {:>10}  {:>6.1f}  {:>12}  {:>8}  {:>6.1f}  {}\n", share.client,
                        share.packets, part, share.bytes, share.flows,
                        percent(share.flows, total.flows),
                        std::string(static_cast<std::size_t>(part / 100 * kBarColumns + 0.5), '#'));
  }
  text += fmt::format("  {:>6}  {:>10}  {:>6}  {:>12}  {:>8}\n", "all", total.packets, "",
                      total.bytes, report.flows);
  if (report.unmarked != 0) text += fmt::format("  {} packets bear no mark\n", report.unmarked);
  return text;
}

std::string ledger_text(const ReplayReport& report, bool colour) {
  if (!report.ledger) return "  the server left no ledger\n";
  const LedgerStats& ledger = *report.ledger;
  std::string text = fmt::format(
      "  {} received {} = transmitted {} + dropped {} + in flight {}: {}\n", bold("ledger", colour),
      ledger.received, ledger.transmitted, ledger.dropped, ledger.in_flight,
      ledger.balanced ? "balanced" : fmt::format("{} missing", ledger.missing));
  for (const LedgerDrop& drop : ledger.drops) {
    if (drop.packets == 0) continue;
    text += fmt::format("    {:>10}  {}\n", drop.packets, drop.key());
  }
  return text;
}

}  // namespace

ReplayReport summarize_replay(const Observation& observation, const Expectations& expectations) {
  ReplayReport report;
  report.policy = observation.policy;
  report.client_ids = observation.clients;
  report.marked = observation.marked;
  if (observation.server) report.ledger = observation.server->ledger;
  for (const PortObservation& port : observation.ports) {
    PortTraffic& traffic = report.ports.emplace_back();
    traffic.index = port.index;
    traffic.peer = port.peer;
    traffic.sent_name = port.sent_name;
    traffic.captured_name = port.captured_name;
    traffic.refused = port.refused;
    if (port.sent_known) traffic.sent = port.sent.size();
    if (port.captured_known && port.capture_error.empty()) traffic.captured = port.captured.size();
  }
  const Evidence evidence(observation);
  report.flows = evidence.flows().size();
  count_clients(evidence, report);
  report.checks = *run_checks(observation, expectations);
  report.outcome = overall(report.checks);
  return report;
}

std::string to_text(const ReplayReport& report, bool colour) {
  const std::size_t clients = report.client_ids.size();
  std::string text = fmt::format("policy {}, {} client{}, {} ports, {} memory, {:.2f} s\n\n",
                                 report.policy, clients, clients == 1 ? "" : "s", report.port_kind,
                                 report.memory, report.duration_s);
  text += ports_text(report, colour) + "\n";
  text += clients_text(report, colour) + "\n";
  text += ledger_text(report, colour) + "\n";
  text += checks_text(report.checks, "  ", colour);
  if (!report.capture_dir.empty()) text += fmt::format("\n  captures: {}\n", report.capture_dir);
  return text;
}

}  // namespace ringside::harness
