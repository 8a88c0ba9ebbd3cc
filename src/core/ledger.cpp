// SPDX-License-Identifier: BSD-3-Clause
#include "core/ledger.hpp"

#include <fmt/format.h>

#include <array>

namespace ringside {

namespace {

constexpr std::array<std::string_view, 4> kPlaces{"work_ring", "client", "port", "exit"};
constexpr std::array<std::string_view, 7> kReasons{
    "ring_full", "handler", "tx_full", "undelivered", "moving", "no_client", "lost_in_crash"};

template <typename Enum, std::size_t N>
std::optional<Enum> named(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

/// 1234567 -> "1,234,567".
std::string grouped(std::uint64_t packets) {
  std::string text = fmt::format("{}", packets);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(at, 1, ',');
  return text;
}

void add_line(std::string& block, std::string_view label, std::uint64_t packets) {
  block += fmt::format("  {:<34}{:>20}\n", label, grouped(packets));
}

std::string label(const Drop& drop) {
  std::string text = fmt::format("    {} {}", to_text(drop.place), to_text(drop.reason));
  if (drop.client) text += fmt::format(", client {}", drop.client->value);
  return text;
}

std::string verdict(const Balance& result) {
  if (result.balanced()) return "balanced: every packet is accounted for";
  const bool lost = result.missing > 0;
  const std::uint64_t count = lost ? static_cast<std::uint64_t>(result.missing)
                                   : 0 - static_cast<std::uint64_t>(result.missing);
  return fmt::format("NOT BALANCED: {} packet{} {}", grouped(count), count == 1 ? "" : "s",
                     lost ? "vanished" : "more came out than went in");
}

}  // namespace

Balance balance(const Ledger& ledger) {
  Balance result;
  for (const Drop& drop : ledger.drops) result.dropped += drop.packets;
  result.missing = static_cast<std::int64_t>(ledger.received - ledger.transmitted - result.dropped -
                                             ledger.in_flight);
  return result;
}

std::string to_text(const Ledger& ledger) {
  const Balance result = balance(ledger);
  std::string block = "ledger, packets\n";
  add_line(block, "received", ledger.received);
  add_line(block, "= transmitted", ledger.transmitted);
  add_line(block, "+ dropped", result.dropped);
  for (const Drop& drop : ledger.drops) {
    if (drop.packets != 0) add_line(block, label(drop), drop.packets);
  }
  add_line(block, "+ in flight", ledger.in_flight);
  block += fmt::format("  {}\n", verdict(result));
  return block;
}

std::string_view to_text(DropPlace place) {
  return kPlaces[static_cast<std::size_t>(place)];
}
std::string_view to_text(DropReason reason) {
  return kReasons[static_cast<std::size_t>(reason)];
}
std::optional<DropPlace> drop_place(std::string_view text) {
  return named<DropPlace>(kPlaces, text);
}
std::optional<DropReason> drop_reason(std::string_view text) {
  return named<DropReason>(kReasons, text);
}

}  // namespace ringside
