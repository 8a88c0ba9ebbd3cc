// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/fact_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "core/event_log.hpp"
#include "core/ledger.hpp"

namespace ringside::harness {
namespace {

using Names = std::span<const std::string_view>;

// docs/interfaces.md, telemetry of mp_server; and what the harness itself knows.
constexpr auto kWholeNames = std::to_array<std::string_view>(
    {"state", "clients_active", "received", "transmitted", "dropped", "in_flight", "balanced",
     "missing", "sending", "sent", "missed", "arriving", "wire.captured"});
constexpr auto kClientNames = std::to_array<std::string_view>(
    {"id",       "state",     "generation", "pid",           "lcores",
     "handed",   "returned",  "sent",       "ring_full",     "handler_drop",
     "tx_full",  "moving",    "recovered",  "lost_in_crash", "out_of_order",
     "not_owed", "in_flight", "ring_used",  "ring_peak",     "ring_size"});
constexpr auto kPortNames = std::to_array<std::string_view>(
    {"index", "dpdk_id", "name", "driver", "mac", "peer", "received", "transmitted", "tx_full",
     "missed", "no_mbuf", "errors"});
constexpr auto kWirePortNames = std::to_array<std::string_view>({"sent", "refused", "captured"});
constexpr auto kConfigNames = std::to_array<std::string_view>(
    {"policy", "clients", "ring_size", "ring_mode", "tx", "on_full", "on_no_client", "start_after",
     "burst", "idle", "heartbeat_timeout_ms", "evict_hung", "max_frame", "mbufs", "lcores",
     "memory"});

constexpr auto kDriverLosses =
    std::to_array<std::string_view>({"driver.missed", "driver.no_mbuf", "driver.errors"});

bool has(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// How many events there were, all together or of a kind.
bool is_event_count(std::string_view name) {
  return name == "total" || std::any_of(kEventKinds.begin(), kEventKinds.end(),
                                        [&](EventKind kind) { return name == to_text(kind); });
}

/// What follows "PREFIX<number>." in `name`, when the number is below `count`.
std::optional<std::string_view> field_of(std::string_view name, std::string_view prefix,
                                         unsigned count) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || number >= count) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(end - name.data()));
  if (!name.starts_with('.')) return std::nullopt;
  return name.substr(1);
}

}  // namespace

bool is_fact_name(const std::string& name, const Scenario& scenario) {
  if (has(kWholeNames, name)) return true;
  const std::string_view view = name;
  if (view.starts_with("drops.")) return is_drop_key(view.substr(6), 0);
  if (view.starts_with("config.")) return has(kConfigNames, view.substr(7));
  if (view.starts_with("events.")) return is_event_count(view.substr(7));
  if (const auto field = field_of(view, "client", scenario.client_slots)) {
    return has(kClientNames, *field);
  }
  if (const auto field = field_of(view, "port", scenario.port_count)) {
    return has(kPortNames, *field);
  }
  const auto field = field_of(view, "wire.port", scenario.port_count);
  return field && has(kWirePortNames, *field);
}

bool is_drop_key(std::string_view key, unsigned client_slots) {
  if (has(kDriverLosses, key)) return true;
  const auto dot = key.find('.');
  if (dot == std::string_view::npos || !drop_place(key.substr(0, dot))) return false;
  const std::string_view rest = key.substr(dot + 1);
  const auto second = rest.find('.');
  if (!drop_reason(rest.substr(0, second))) return false;
  if (second == std::string_view::npos) return true;
  unsigned client = 0;
  const char* const end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data() + second + 1, end, client);
  return error == std::errc() && stop == end && client < client_slots;
}

}  // namespace ringside::harness
