// SPDX-License-Identifier: BSD-3-Clause
#include "harness/checks/stretches.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/event_log.hpp"

namespace ringside::harness {
namespace {

std::optional<EventKind> kind_of(const std::string& word) {
  for (const EventKind kind : kEventKinds) {
    if (word == to_text(kind)) return kind;
  }
  return std::nullopt;
}

/// Who gets packets after `event`.
ClientSet after(ClientSet active, const ServerEvent& event) {
  const ClientId id{static_cast<std::uint8_t>(event.client)};
  const auto kind = kind_of(event.kind);
  if (!kind || event.client >= kMaxClients) return active;
  switch (*kind) {
    case EventKind::kJoin:
    case EventKind::kRejoin:
    case EventKind::kResume:
      return active.with(id);
    case EventKind::kSuspect:
    case EventKind::kDead:
    case EventKind::kLeave:
      return active.without(id);
    case EventKind::kEvict:
    case EventKind::kRecovered:
      break;
  }
  return active;
}

}  // namespace

Stretches::Stretches(const Evidence& evidence) : evidence_(evidence) {
  const Observation& observation = evidence.observation();
  if (!observation.own_server) {
    why_none_ = "nobody knows to whom this server gives a flow when clients come or go";
  } else if (!observation.server || !observation.server->events) {
    why_none_ = "the server has not said when clients came and went";
  } else if (observation.server->config.tx == "direct") {
    why_none_ = "in direct mode what one client sent may overtake what another did";
  } else if (const auto& events = *observation.server->events;
             !events.empty() && events.front().number != 0) {
    why_none_ = fmt::format("of {} events the server has kept the last {} only",
                            events.back().number + 1, events.size());
  } else {
    read_events(events);
  }
}

void Stretches::read_events(const std::vector<ServerEvent>& events) {
  const unsigned start_after = evidence_.observation().server->config.start_after;
  ClientSet active;
  bool receiving = false;
  for (const ServerEvent& event : events) {
    const ClientSet before = active;
    active = after(active, event);
    receiving = receiving || active.size() >= std::max(start_after, 1u);
    if (active == before || !receiving) continue;
    all_.push_back(
        {event.monotonic_ns, active, fmt::format("{} of client {}", event.kind, event.client)});
    find_owners(active);
  }
  if (all_.empty()) why_none_ = "no client has joined";
}

void Stretches::find_owners(ClientSet active) {
  const auto [place, is_new] = owners_.try_emplace(active.bits());
  if (!is_new || active.empty()) return;
  std::vector<std::uint8_t>& owners = place->second;
  if (evidence_.policy() == Policy::kPort) {
    std::vector<ClientId> ids;
    for (const ClientId id : active) ids.push_back(id);
    for (const PortEvidence& port : evidence_.ports()) {
      owners.push_back(ids[port.port->index % ids.size()].value);
    }
    return;
  }
  BucketTable table;
  table.rebuild(active);
  for (const FlowKey& flow : evidence_.flows()) owners.push_back(table.owner(flow.hash()).value);
}

std::uint32_t Stretches::owner(std::size_t stretch, std::uint32_t unit) const {
  const std::vector<std::uint8_t>& owners = owners_.at(all_[stretch].active.bits());
  return owners.empty() ? kNone : owners[unit];
}

}  // namespace ringside::harness
