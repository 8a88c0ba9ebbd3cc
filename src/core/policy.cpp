// SPDX-License-Identifier: BSD-3-Clause
#include "core/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>

#include "core/hash_assign.hpp"

namespace ringside {

namespace {

ClientId owner_of_bucket(const DispatchState& state, std::uint16_t bucket) {
  return state.buckets().bucket_owner(bucket);
}

ClientId owner_of_port(const DispatchState& state, std::uint16_t port) {
  return state.active_at(port % state.active().size());
}

void assign_round_robin(DispatchState& state, std::span<const PacketView> packets,
                        std::span<Assignment> assigned) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    assigned[i] = {state.next_in_turn(), packets[i].port, 0};
  }
}

template <typename Fold>
void assign_hash(DispatchState& state, std::span<const PacketView> packets,
                 std::span<Assignment> assigned) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    assigned[i] = assign_by_hash(state, packets[i], Fold{});
  }
}

void assign_port(DispatchState& state, std::span<const PacketView> packets,
                 std::span<Assignment> assigned) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const PortIndex port = packets[i].port;
    assigned[i] = {owner_of_port(state, port.value), port, port.value};
  }
}

struct Row {
  Policy policy;
  std::string_view name;
  AssignFn assign;
  bool reads_packets;
  ClientId (*owner)(const DispatchState& state, std::uint16_t bucket);  // null: buckets have none
};

constexpr std::array kRows{
    Row{Policy::kRoundRobin, "round-robin", assign_round_robin, false, nullptr},
    Row{Policy::kFlowHash, "flow-hash", assign_hash<std::identity>, true, owner_of_bucket},
    Row{Policy::kSymmetricFlowHash, "symmetric-flow-hash", assign_hash<SymmetricKey>, true,
        owner_of_bucket},
    Row{Policy::kPort, "port", assign_port, false, owner_of_port},
};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].policy) != i) return false;
  }
  return true;
}
static_assert(rows_are_in_order(), "a policy's row is found by its number");

const Row& row(Policy policy) {
  return kRows[static_cast<std::size_t>(policy)];
}

}  // namespace

void DispatchState::set_active(ClientSet active) {
  const ClientId was_next = ids_[turn_];
  active_ = active;
  count_ = 0;
  for (const ClientId id : active) ids_[count_++] = id;
  const auto ids = std::span(ids_).first(count_);
  const auto next = std::ranges::lower_bound(ids, was_next);
  turn_ = next == ids.end() ? 0 : static_cast<std::size_t>(next - ids.begin());
  buckets_.rebuild(active);
}

AssignFn assign_function(Policy policy) {
  return row(policy).assign;
}

bool reads_packets(Policy policy) {
  return row(policy).reads_packets;
}

std::optional<ClientId> bucket_owner(Policy policy, const DispatchState& state,
                                     std::uint16_t bucket) {
  const auto owner = row(policy).owner;
  if (owner == nullptr) return std::nullopt;
  return owner(state, bucket);
}

std::string_view to_text(Policy policy) {
  return row(policy).name;
}

Result<Policy> parse_policy(std::string_view text) {
  std::string names;
  for (const Row& row : kRows) {
    if (row.name == text) return row.policy;
    names += names.empty() ? "" : ", ";
    names += row.name;
  }
  return Error{fmt::format("unknown policy '{}'; the policies are {}", text, names)};
}

std::span<const Policy> all_policies() {
  static constexpr auto kAll = [] {
    std::array<Policy, kRows.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = kRows[i].policy;
    return all;
  }();
  return kAll;
}

}  // namespace ringside
