// SPDX-License-Identifier: BSD-3-Clause
// sent = captured + drops by reason + in flight. The left side and the first term are packets that
// the harness sent and captured; the server only gets to explain the difference, and every figure
// of its books that the harness can count itself is compared.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "harness/checks/judges.hpp"
#include "harness/checks/verdict.hpp"

namespace ringside::harness {
namespace {

template <typename List, typename Field>
std::uint64_t sum(const List& list, Field field) {
  return std::accumulate(
      list.begin(), list.end(), std::uint64_t{0},
      [&](std::uint64_t total, const auto& item) { return total + item.*field; });
}

std::uint64_t never_given(const ServerPortStats& port) {
  return port.missed + port.no_mbuf + port.errors;
}

std::uint64_t never_given(const ServerStats& server) {
  return sum(server.ports, &ServerPortStats::missed) +
         sum(server.ports, &ServerPortStats::no_mbuf) + sum(server.ports, &ServerPortStats::errors);
}

std::uint64_t arrived(const PortObservation& port) {
  return port.sent.size() - std::min<std::uint64_t>(port.refused, port.sent.size());
}

std::uint64_t arrived(const Observation& observation) {
  std::uint64_t total = 0;
  for (const PortObservation& port : observation.ports) total += arrived(port);
  return total;
}

/// "; among those that did not come out: packet 3 of a.pcap (tcp ...), ...", or "".
std::string name_absent_packets(const Evidence& evidence) {
  constexpr int kNamed = 3;
  std::string names;
  int named = 0;
  for (std::uint32_t out = 0; out < evidence.ports().size(); ++out) {
    const PortEvidence& output = evidence.ports()[out];
    if (output.input == kNone || !output.port->captured_known) continue;
    const PortEvidence& input = evidence.ports()[output.input];
    std::vector<std::uint32_t> left = output.captured_count;
    for (std::uint32_t i = 0; i < input.sent.size() && named < kNamed; ++i) {
      std::uint32_t& copies = left[input.sent[i]];
      if (copies > 0) {
        --copies;
        continue;
      }
      const std::uint32_t flow = evidence.packets()[input.sent[i]].flow;
      names += fmt::format("{}{}{}", named++ == 0 ? "; among those that did not come out: " : ", ",
                           evidence.sent_name(output.input, i),
                           flow == kNone ? "" : " (" + evidence.flow_name(flow) + ")");
    }
  }
  return names;
}

void judge_something_seen(const Evidence& evidence, const Expectations& expectations,
                          Verdict& verdict) {
  if (!expectations.packets) {
    if (evidence.captured_total() == 0) return;
    verdict.fail(
        fmt::format("nothing may come out here, but {} packets did", evidence.captured_total()));
    return;
  }
  const auto& server = evidence.observation().server;
  if (evidence.all_sent_known() && evidence.sent_total() == 0) {
    verdict.fail("no packets at all were sent");
  } else if (evidence.all_captured_known() && evidence.captured_total() == 0) {
    verdict.fail("no packets at all came out");
  } else if (server && server->ledger.received == 0) {
    verdict.fail("the server says that it received no packets at all");
  }
}

/// Without a server's books, losses are fine as far as the scenario expects drops.
void judge_unexplained(const Evidence& evidence, const Expectations& expectations,
                       Verdict& verdict) {
  if (!expectations.drops || !expectations.all_received) return;
  const std::uint64_t in = arrived(evidence.observation());
  const std::uint64_t out = evidence.captured_total();
  const std::uint64_t least = sum(*expectations.drops, &DropExpectation::min);
  const std::uint64_t most = sum(*expectations.drops, &DropExpectation::max);
  if (in >= out + least && in <= out + most) return;
  verdict.fail(fmt::format("{} packets went in, {} came out; {} to {} were to be dropped{}", in,
                           out, least, most, in > out ? name_absent_packets(evidence) : ""));
}

/// What must have come out, by what went in and what the server says of the rest.
void judge_packets(const Evidence& evidence, const Expectations& expectations, Verdict& verdict) {
  if (!evidence.all_sent_known() || !evidence.all_captured_known()) return;
  const auto& server = evidence.observation().server;
  if (!server) return judge_unexplained(evidence, expectations, verdict);
  const std::uint64_t missed = never_given(*server);
  const std::uint64_t explained = server->ledger.dropped + server->ledger.in_flight + missed;
  const std::uint64_t captured = evidence.captured_total();
  std::uint64_t came_in = arrived(evidence.observation());
  if (!expectations.all_received) came_in = std::min(came_in, server->ledger.received + missed);
  if (captured + explained == came_in) return;
  const bool vanished = captured + explained < came_in;
  verdict.fail([&] {
    return fmt::format(
        "{} {}: {} went in, {} came out; the books say {} dropped, {} in flight, {} missed "
        "by the driver{}",
        counted(vanished ? came_in - captured - explained : captured + explained - came_in,
                "packet"),
        vanished ? "vanished" : "too many", came_in, captured, server->ledger.dropped,
        server->ledger.in_flight, missed, vanished ? name_absent_packets(evidence) : "");
  });
}

/// The books in themselves: sums, and the server's own verdict about them.
void judge_arithmetic(const ServerStats& server, Verdict& verdict) {
  const LedgerStats& ledger = server.ledger;
  const auto compare = [&](std::string_view what, std::uint64_t said, std::uint64_t is) {
    if (said == is) return;
    verdict.fail(fmt::format("the ledger says {} {}, but its parts add up to {}", what, said, is));
  };
  compare("received", ledger.received, sum(server.ports, &ServerPortStats::received));
  compare("transmitted", ledger.transmitted, sum(server.ports, &ServerPortStats::transmitted));
  compare("dropped", ledger.dropped, sum(ledger.drops, &LedgerDrop::packets));

  const std::uint64_t known = ledger.transmitted + ledger.dropped + ledger.in_flight;
  const auto missing = static_cast<std::int64_t>(ledger.received - known);
  if (missing != 0) {
    verdict.fail(fmt::format(
        "the ledger does not balance: received {} = transmitted {} + dropped {} + in flight {} + "
        "{}",
        ledger.received, ledger.transmitted, ledger.dropped, ledger.in_flight, missing));
  }
  if (ledger.balanced != (missing == 0) || ledger.missing != missing) {
    verdict.fail(fmt::format("the ledger calls itself {} with {} missing; its figures say {}",
                             ledger.balanced ? "balanced" : "not balanced", ledger.missing,
                             missing));
  }
}

void judge_port(const PortObservation& seen, const ServerPortStats& said,
                const Expectations& expectations, Verdict& verdict) {
  if (seen.sent_known) {
    const std::uint64_t in = arrived(seen);
    const std::uint64_t of_it = said.received + never_given(said);
    if (of_it > in || (of_it < in && expectations.all_received)) {
      verdict.fail(fmt::format(
          "port {}: {} packets were sent into it, but the server says received {} (and {} that the "
          "driver missed)",
          seen.index, in, said.received, never_given(said)));
    }
  }
  if (seen.captured_known && said.transmitted != seen.captured.size()) {
    verdict.fail(
        fmt::format("port {}: {} packets came out of it, but the server says transmitted {}",
                    seen.index, seen.captured.size(), said.transmitted));
  }
}

void judge_ports(const Observation& observation, const Expectations& expectations,
                 Verdict& verdict) {
  for (const PortObservation& seen : observation.ports) {
    const auto& said = observation.server->ports;
    const auto its = std::ranges::find(said, seen.index, &ServerPortStats::index);
    if (its == said.end()) {
      verdict.fail(fmt::format("the server's statistics know no port {}", seen.index));
    } else {
      judge_port(seen, *its, expectations, verdict);
    }
  }
}

/// Packets that bear the mark of client `id`; all captured ports together.
std::uint64_t marked_by(const Evidence& evidence, unsigned id) {
  std::uint64_t packets = 0;
  for (const PortEvidence& port : evidence.ports()) {
    packets += static_cast<std::uint64_t>(std::ranges::count_if(
        port.captured, [&](const CapturedFrame& f) { return f.mark && f.mark->client == id; }));
  }
  return packets;
}

std::uint64_t unmarked(const Evidence& evidence) {
  std::uint64_t packets = 0;
  for (const PortEvidence& port : evidence.ports()) {
    packets += static_cast<std::uint64_t>(
        std::ranges::count_if(port.captured, [](const CapturedFrame& f) { return !f.mark; }));
  }
  return packets;
}

void judge_clients(const Evidence& evidence, Verdict& verdict) {
  const ServerStats& server = *evidence.observation().server;
  const bool all_marked = evidence.observation().marked && evidence.all_captured_known();
  const std::uint64_t spare = all_marked ? unmarked(evidence) : 0;
  std::uint64_t given = 0;
  for (const ServerClientStats& client : server.clients) {
    given += client.handed + client.ring_full - client.recovered;
    const std::uint64_t away =
        client.handed - client.returned - client.recovered - client.lost_in_crash;
    if (client.in_flight != away) {
      verdict.fail(fmt::format(
          "client {}: in flight {}, but handed {} - returned {} - recovered {} - lost in "
          "crash {} is {}",
          client.id, client.in_flight, client.handed, client.returned, client.recovered,
          client.lost_in_crash, static_cast<std::int64_t>(away)));
    }
    if (client.returned < client.sent + client.handler_drop + client.tx_full) {
      verdict.fail(fmt::format(
          "client {}: returned {} is less than sent {} + handler_drop {} + tx_full {}", client.id,
          client.returned, client.sent, client.handler_drop, client.tx_full));
    }
    if (!all_marked) continue;
    const std::uint64_t marks = marked_by(evidence, client.id);
    if (client.sent < marks || client.sent > marks + spare) {
      verdict.fail(
          fmt::format("client {}: {} packets came out with its mark, but the server says "
                      "sent {}",
                      client.id, marks, client.sent));
    }
  }
  if (!server.clients.empty() && given > server.ledger.received) {
    verdict.fail(
        fmt::format("the clients were given or refused {} packets, more than the {} that "
                    "the server received",
                    given, server.ledger.received));
  }
}

/// The wire is a part of the harness: where it contradicts the files it wrote, nothing can be
/// judged.
std::string wire_contradiction(const Observation& observation) {
  for (const WireCounters& wire : observation.wire) {
    const auto port = std::ranges::find(observation.ports, wire.port, &PortObservation::index);
    if (port == observation.ports.end()) continue;
    if (port->sent_known && wire.sent != arrived(*port)) {
      return fmt::format("mp_wire says it sent {} packets into port {}, but {} are on record",
                         wire.sent, wire.port, arrived(*port));
    }
    if (port->captured_known && wire.captured != port->captured.size()) {
      return fmt::format("mp_wire says that {} packets came out of port {}, but it kept {}",
                         wire.captured, wire.port, port->captured.size());
    }
  }
  return {};
}

std::string drops_in_words(const LedgerStats& ledger) {
  std::string words;
  for (const LedgerDrop& drop : ledger.drops) {
    if (drop.packets == 0) continue;
    words += fmt::format("{}{} {}", words.empty() ? " (" : ", ", drop.key(), drop.packets);
  }
  return words.empty() ? words : words + ")";
}

std::string summary(const Evidence& evidence) {
  const auto& server = evidence.observation().server;
  const std::string in = evidence.all_sent_known()
                             ? fmt::format("{} went in", arrived(evidence.observation()))
                             : fmt::format("{} received", server ? server->ledger.received : 0);
  const std::string out =
      evidence.all_captured_known()
          ? fmt::format("{} came out", evidence.captured_total())
          : fmt::format("{} transmitted", server ? server->ledger.transmitted : 0);
  if (!server) return fmt::format("{}, {}; no server statistics", in, out);
  const std::uint64_t missed = never_given(*server);
  return fmt::format("{} = {} + {} dropped{}{} + {} in flight", in, out, server->ledger.dropped,
                     drops_in_words(server->ledger),
                     missed == 0 ? "" : fmt::format(" + {} missed by the driver", missed),
                     server->ledger.in_flight);
}

}  // namespace

CheckResult judge_conservation(const Evidence& evidence, const Expectations& expectations) {
  const Observation& observation = evidence.observation();
  if (const std::string error = evidence.capture_error(); !error.empty()) {
    return not_judged(Outcome::kError, error);
  }
  if (const std::string error = wire_contradiction(observation); !error.empty()) {
    return not_judged(Outcome::kError, error);
  }
  if (!observation.server && !(evidence.all_sent_known() && evidence.all_captured_known())) {
    return skipped("neither all packets nor the server's statistics are there to compare");
  }
  Verdict verdict;
  judge_something_seen(evidence, expectations, verdict);
  judge_packets(evidence, expectations, verdict);
  if (observation.server) {
    judge_arithmetic(*observation.server, verdict);
    judge_ports(observation, expectations, verdict);
    judge_clients(evidence, verdict);
  }
  return std::move(verdict).done(summary(evidence));
}

}  // namespace ringside::harness
