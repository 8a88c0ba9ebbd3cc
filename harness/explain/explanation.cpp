// SPDX-License-Identifier: BSD-3-Clause
#include "harness/explain/explanation.hpp"

#include <algorithm>
#include <limits>

namespace ringside::harness {
namespace {

/// Whom the server's own function would give the packet to, were `clients` active.
ClientId owner_among(ClientSet clients, const Question& question) {
  DispatchState state;
  state.set_active(clients);
  // A turn comes back after as many packets as there are clients, so the others need no replay.
  const std::uint64_t before = question.position % clients.size();
  const auto length =
      std::min<std::size_t>(question.frame.size(), std::numeric_limits<std::uint16_t>::max());
  const PacketView packet{.data = question.frame.data(),
                          .length = static_cast<std::uint16_t>(length),
                          .port = question.port};
  const std::vector<PacketView> packets(before + 1, packet);
  std::vector<Assignment> assigned(packets.size());
  assign_function(question.policy)(state, packets, assigned);
  return assigned.back().owner();
}

}  // namespace

Explanation explain(const Question& question) {
  Explanation result;
  result.question = question;
  result.packet = parse(question.frame);
  result.owner = owner_among(question.clients, question);
  const bool symmetric_policy = question.policy == Policy::kSymmetricFlowHash;
  if (question.policy == Policy::kFlowHash || symmetric_policy) {
    const FlowKey key = symmetric_policy ? symmetric(result.packet.key) : result.packet.key;
    result.hashing = {key, key.hash(), BucketTable::bucket(key.hash())};
  }
  for (const ClientId client : question.clients) {
    const ClientSet others = question.clients.without(client);
    result.departures.push_back(
        {client, others.empty() ? std::nullopt : std::optional(owner_among(others, question))});
  }
  return result;
}

}  // namespace ringside::harness
