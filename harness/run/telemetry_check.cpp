// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/telemetry_check.hpp"

#include <fmt/format.h>

namespace ringside::harness {
namespace {

/// Collects differences between two sets of books.
class Comparison {
 public:
  void counter(const FactMap& facts, const std::string& name, const std::string& words,
               std::uint64_t in_file) {
    ++compared_;
    const auto fact = facts.find(name);
    const auto* value = fact != facts.end() ? std::get_if<std::int64_t>(&fact->second) : nullptr;
    if (value != nullptr && static_cast<std::uint64_t>(*value) == in_file) return;
    reasons_.push_back(fmt::format("{}: {} by telemetry, {} in the final statistics", words,
                                   value != nullptr ? std::to_string(*value) : "nothing", in_file));
  }

  CheckResult result() && {
    CheckResult result;
    result.name = kTelemetryCheck;
    result.summary = fmt::format("{} counters, {} different", compared_, reasons_.size());
    result.outcome = reasons_.empty() ? Outcome::kPass : Outcome::kFail;
    if (reasons_.size() > kMaxReasons) {
      result.more_reasons = reasons_.size() - kMaxReasons;
      reasons_.resize(kMaxReasons);
    }
    result.reasons = std::move(reasons_);
    return result;
  }

 private:
  std::uint64_t compared_ = 0;
  std::vector<std::string> reasons_;
};

}  // namespace

Result<TelemetrySnapshot> take_snapshot(Telemetry& telemetry) {
  const auto stats = telemetry.request("/mp/stats");
  if (!stats) return stats.error();
  const auto clients = telemetry.request("/mp/clients");
  if (!clients) return clients.error();
  const auto ports = telemetry.request("/mp/ports");
  if (!ports) return ports.error();
  return TelemetrySnapshot{flatten(*stats), flatten(*clients), flatten(*ports)};
}

CheckResult compare_telemetry(const TelemetrySnapshot& snapshot, const ServerStats& final_stats) {
  Comparison books;
  const LedgerStats& ledger = final_stats.ledger;
  books.counter(snapshot.stats, "received", "received", ledger.received);
  books.counter(snapshot.stats, "transmitted", "transmitted", ledger.transmitted);
  books.counter(snapshot.stats, "dropped", "dropped", ledger.dropped);
  books.counter(snapshot.stats, "in_flight", "in flight", ledger.in_flight);
  std::map<std::string, std::uint64_t> drops;
  for (const auto& drop : ledger.drops) drops[drop.place + "." + drop.reason] += drop.packets;
  for (const auto& [key, packets] : drops) {
    if (packets != 0) books.counter(snapshot.stats, "drops." + key, "drops " + key, packets);
  }
  for (const auto& client : final_stats.clients) {
    const auto compare = [&](const char* field, std::uint64_t value) {
      books.counter(snapshot.clients, fmt::format("{}.{}", client.id, field),
                    fmt::format("client {} {}", client.id, field), value);
    };
    compare("handed", client.handed);
    compare("returned", client.returned);
    compare("recovered", client.recovered);
    compare("lost_in_crash", client.lost_in_crash);
    compare("sent", client.sent);
    compare("ring_full", client.ring_full);
    compare("handler_drop", client.handler_drop);
    compare("tx_full", client.tx_full);
    compare("in_flight", client.in_flight);
  }
  for (const auto& port : final_stats.ports) {
    const auto compare = [&](const char* field, std::uint64_t value) {
      books.counter(snapshot.ports, fmt::format("{}.{}", port.index, field),
                    fmt::format("port {} {}", port.index, field), value);
    };
    compare("received", port.received);
    compare("transmitted", port.transmitted);
    compare("tx_full", port.tx_full);
  }
  return std::move(books).result();
}

}  // namespace ringside::harness
