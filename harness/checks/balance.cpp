// SPDX-License-Identifier: BSD-3-Clause
// The clients get their fair shares. Round robin: to the packet. Hash policies: a chi-square test
// with flows as the unit, because packets of one flow are no independent draws.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "harness/checks/chi_square.hpp"
#include "harness/checks/judges.hpp"
#include "harness/checks/verdict.hpp"

namespace ringside::harness {
namespace {

using Counts = std::map<unsigned, std::uint64_t>;  // by client

/// "client 0: 12, client 1: 13"
std::string in_words(const Counts& counts) {
  std::string words;
  for (const auto& [client, count] : counts) {
    words += fmt::format("{}client {}: {}", words.empty() ? "" : ", ", client, count);
  }
  return words;
}

Counts zeros(const Observation& observation) {
  Counts counts;
  for (const unsigned client : observation.clients) counts[client] = 0;
  return counts;
}

struct Given {
  Counts packets;
  std::uint64_t too_short = 0;  ///< to be marked: anybody may have been given them
  std::uint64_t unmarked = 0;   ///< though they could be
};

/// Packets given to each client: those that came out with its mark, and those that the books say
/// were dropped at or by it.
Given packets_given(const Evidence& evidence) {
  Given given{.packets = zeros(evidence.observation())};
  for (const PortEvidence& port : evidence.ports()) {
    for (std::size_t i = 0; i < port.captured.size(); ++i) {
      if (port.captured[i].mark) {
        ++given.packets[port.captured[i].mark->client];
      } else if (port.port->captured[i].bytes.size() < kShortestMarked) {
        ++given.too_short;
      } else {
        ++given.unmarked;
      }
    }
  }
  if (evidence.observation().server) {
    for (const LedgerDrop& drop : evidence.observation().server->ledger.drops) {
      if (drop.client) given.packets[*drop.client] += drop.packets;
    }
  }
  return given;
}

void judge_unmarked(const Given& given, Verdict& verdict) {
  if (given.unmarked == 0) return;
  verdict.fail(counted(given.unmarked, "packet") + " without a client's mark");
}

CheckResult judge_exact_counts(const Given& given, const Expectations& expectations) {
  Verdict verdict;
  judge_unmarked(given, verdict);
  const auto& expected = expectations.packets_per_client;
  for (const auto& [client, count] : given.packets) {
    const std::uint64_t want = client < expected.size() ? expected[client] : 0;
    if (count > want || count + given.too_short < want) {
      verdict.fail(fmt::format("client {} was given {} packets, expected {}", client, count, want));
    }
  }
  verdict.left_out(given.too_short);
  return std::move(verdict).done(in_words(given.packets));
}

CheckResult judge_even_counts(const Given& given, const Expectations& expectations) {
  Verdict verdict;
  judge_unmarked(given, verdict);
  const auto [least, most] =
      std::ranges::minmax_element(given.packets, {}, &Counts::value_type::second);
  if (most->second - least->second > expectations.round_robin_spread + given.too_short) {
    verdict.fail(fmt::format(
        "client {} was given {} packets and client {} {}; round robin may differ by {}",
        most->first, most->second, least->first, least->second, expectations.round_robin_spread));
  }
  verdict.left_out(given.too_short);
  return std::move(verdict).done(in_words(given.packets));
}

/// Flows on each client, by the first packet of each that came out.
Counts flows_per_client(const Evidence& evidence) {
  Counts counts = zeros(evidence.observation());
  std::vector<bool> counted(evidence.flows().size());
  for (const PortEvidence& port : evidence.ports()) {
    for (const CapturedFrame& frame : port.captured) {
      const std::uint32_t flow = evidence.packets()[frame.packet].flow;
      if (flow == kNone || !frame.mark || counted[flow]) continue;
      counted[flow] = true;
      ++counts[frame.mark->client];
    }
  }
  return counts;
}

/// Packets that the books say were dropped at or by clients.
std::uint64_t dropped_by_clients(const Observation& observation) {
  std::uint64_t sum = 0;
  if (!observation.server) return sum;
  for (const LedgerDrop& drop : observation.server->ledger.drops) {
    if (drop.client) sum += drop.packets;
  }
  return sum;
}

/// The part of all flows that a client should have: its part of the buckets, or of a foreign server
/// an equal one.
double fair_share(const Evidence& evidence, unsigned client, std::size_t clients) {
  const BucketTable* buckets = evidence.buckets();
  if (buckets == nullptr) return 1.0 / static_cast<double>(clients);
  std::uint32_t own = 0;
  for (std::uint32_t i = 0; i < BucketTable::kBuckets; ++i) {
    if (buckets->bucket_owner(i).value == client) ++own;
  }
  return own / static_cast<double>(BucketTable::kBuckets);
}

CheckResult judge_flows(const Evidence& evidence, const Expectations& expectations) {
  constexpr double kFewest = 5;  // Cochran's rule: below it the distribution is no chi-square
  const Counts counts = flows_per_client(evidence);
  std::vector<std::uint64_t> observed;
  for (const auto& [client, count] : counts) observed.push_back(count);
  const auto flows = std::accumulate(observed.begin(), observed.end(), std::uint64_t{0});
  const std::uint64_t dropped = dropped_by_clients(evidence.observation());
  if (dropped > 0 && flows < evidence.flows().size()) {
    // A client that drops more shows fewer of its flows.
    return skipped(fmt::format(
        "clients dropped {}, and nothing came out of {}: whose these are cannot be seen",
        counted(dropped, "packet"), counted(evidence.flows().size() - flows, "flow")));
  }
  std::vector<double> expected;
  Verdict verdict;
  for (const auto& [client, count] : counts) {
    const double share = fair_share(evidence, client, counts.size());
    if (share == 0) continue;  // did not take part: affinity says so
    expected.push_back(share * static_cast<double>(flows));
  }
  if (expected.size() != observed.size()) {
    return skipped("packets bear marks of clients that did not take part");
  }
  if (std::ranges::min(expected) < kFewest) {
    return skipped(fmt::format("{} flows over {} clients are too few for a chi-square test", flows,
                               counts.size()));
  }
  const double statistic = chi_square(observed, expected);
  const double p = chi_square_tail(statistic, static_cast<unsigned>(observed.size() - 1));
  if (p < expectations.false_alarm_rate) {
    verdict.fail(
        fmt::format("{} flows are spread unfairly ({}): chi-square {:.1f}, which a fair "
                    "hash exceeds with probability {:.2g} (limit {:.2g})",
                    flows, in_words(counts), statistic, p, expectations.false_alarm_rate));
  }
  return std::move(verdict).done(
      fmt::format("{} flows ({}), p = {:.2g}", flows, in_words(counts), p));
}

}  // namespace

CheckResult judge_balance(const Evidence& evidence, const Expectations& expectations) {
  const Observation& observation = evidence.observation();
  if (!expectations.packets_per_client.empty()) {
    return judge_exact_counts(packets_given(evidence), expectations);
  }
  if (observation.clients.size() < 2) return skipped("one client has no one to share with");
  if (!observation.clients_constant) return skipped("clients came or went during the run");
  if (!evidence.policy() || evidence.policy() == Policy::kPort) {
    return skipped(fmt::format("policy '{}' promises no equal shares", observation.policy));
  }
  if (evidence.policy() != Policy::kRoundRobin) return judge_flows(evidence, expectations);
  return judge_even_counts(packets_given(evidence), expectations);
}

}  // namespace ringside::harness
