// SPDX-License-Identifier: BSD-3-Clause
// The books as a screen for people.
#include <fmt/format.h>

#include "core/slot_state.hpp"
#include "server/report.hpp"
#include "server/report_text.hpp"

namespace ringside::server {

std::string to_line(const Snapshot& snapshot) {
  std::size_t active = 0;
  for (const ClientSnapshot& client : snapshot.clients) {
    active += client.state == shared::SlotState::kActive ? 1 : 0;
  }
  const Ledger& ledger = snapshot.ledger;
  return fmt::format("Stats: RX={} TX={} dropped={} in_flight={} clients={} state={}",
                     ledger.received, ledger.transmitted, balance(ledger).dropped, ledger.in_flight,
                     active, state_text(snapshot.state));
}

std::string to_screen(const Snapshot& snapshot, const Identity& identity, const Options& options) {
  std::string text =
      fmt::format("\n=== mp_server statistics: {} ===\n", state_text(snapshot.state));
  text += fmt::format("{:<20} {:>14} {:>14} {:>10} {:>10}\n", "port", "received", "sent", "tx_full",
                      "missed");
  for (std::size_t i = 0; i < snapshot.ports.size(); ++i) {
    const PortSnapshot& port = snapshot.ports[i];
    text += fmt::format("{:<20} {:>14} {:>14} {:>10} {:>10}\n",
                        fmt::format("{} {}", i, identity.ports[i].name), port.received,
                        port.transmitted, port.tx_full,
                        port.losses.missed + port.losses.no_mbuf + port.losses.errors);
  }
  text += fmt::format("{:<20} {:>14} {:>14} {:>10} {:>10} {:>10}  {}\n", "client", "received",
                      "sent", "ring_full", "handler", "tx_full", "ring usage (peak)");
  for (std::size_t i = 0; i < snapshot.clients.size(); ++i) {
    const ClientSnapshot& client = snapshot.clients[i];
    text += fmt::format("{:<20} {:>14} {:>14} {:>10} {:>10} {:>10}  {}/{} {:.1f} % ({})\n",
                        fmt::format("{} {}", i, to_text(client.state)), client.handed, client.sent,
                        client.ring_full, client.handler_drop, client.tx_full, client.ring_used,
                        options.ring_size, 100.0 * client.ring_used / client.ring_capacity,
                        client.ring_peak);
  }
  return text;
}

}  // namespace ringside::server
