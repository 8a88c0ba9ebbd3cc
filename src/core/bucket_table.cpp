// SPDX-License-Identifier: BSD-3-Clause
#include "core/bucket_table.hpp"

namespace ringside {

namespace {

/// Finalizer of splitmix64 (Steele, Lea, Flood 2014), a bijection: scores of one bucket never tie.
std::uint64_t score(std::uint32_t bucket, ClientId client) {
  std::uint64_t x = (std::uint64_t{client.value} << 32 | bucket) + 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// Precondition: !candidates.empty().
ClientId winner(std::uint32_t bucket, ClientSet candidates) {
  ClientId best = *candidates.begin();
  std::uint64_t best_score = 0;
  for (const ClientId client : candidates) {
    const std::uint64_t its_score = score(bucket, client);
    if (its_score < best_score) continue;
    best = client;
    best_score = its_score;
  }
  return best;
}

}  // namespace

void BucketTable::rebuild(ClientSet active) {
  const ClientSet added = active - active_;
  active_ = active;
  if (active.empty()) return;
  for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    ClientId& owner = owner_[bucket];
    const bool stays = active.contains(owner);
    if (stays && added.empty()) continue;
    owner = winner(bucket, stays ? added.with(owner) : active);
  }
}

}  // namespace ringside
