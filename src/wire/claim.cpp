// SPDX-License-Identifier: BSD-3-Clause
#include "wire/claim.hpp"

#include <fmt/format.h>

#include <bit>
#include <optional>
#include <string>

namespace ringside::wire {
namespace {

/// The lowest lcore id that stands in both sets.
std::optional<unsigned> shared_lcore(const shared::LcoreSet& a, const shared::LcoreSet& b) {
  for (std::size_t word = 0; word < a.size(); ++word) {
    const std::uint64_t both = a[word] & b[word];
    if (both != 0) return static_cast<unsigned>(64 * word) + std::countr_zero(both);
  }
  return std::nullopt;
}

/// Mempool caches are indexed by lcore id, in memory that all processes share: two processes on one
/// id corrupt the pool without a word.
Status check_lcores(const shared::SharedInfo& info, const shared::LcoreSet& lcores) {
  const auto refusal = [](unsigned lcore, const std::string& owner) {
    return environment_error(
        fmt::format("lcore id {} belongs to {}; give this process ids of its own, for example "
                    "--lcores {}@0",
                    lcore, owner, kMaxLcores - 1));
  };
  if (const auto lcore = shared_lcore(lcores, info.server_lcores)) {
    return refusal(*lcore, fmt::format("the server (pid {})", info.server_pid));
  }
  for (unsigned id = 0; id < info.clients; ++id) {
    const shared::ClientSlot& slot = info.client[id];
    // Acquire: pairs with the server's release store of the state, which it makes after it has
    // written the lcores.
    const auto state = slot.verdict.state.load(std::memory_order_acquire);
    if (state == static_cast<std::uint32_t>(shared::SlotState::kAbsent)) continue;
    if (const auto lcore = shared_lcore(lcores, slot.verdict.lcores)) {
      return refusal(*lcore, fmt::format("client {}", id));
    }
  }
  return Done{};
}

}  // namespace

Result<WireClaim> WireClaim::take(shared::SharedInfo& info, std::uint32_t pid,
                                  const shared::LcoreSet& lcores,
                                  const std::function<bool(std::uint32_t)>& alive) {
  if (Status status = check_lcores(info, lcores); !status) return status.error();
  std::uint64_t found = info.wire.claim.load(std::memory_order_acquire);
  for (;;) {
    const ClaimWord holder = ClaimWord::from(found);
    if (holder.pid != 0 && alive(holder.pid)) {
      return environment_error(
          fmt::format("another mp_wire (pid {}) holds the ring ports of this server; end it first",
                      holder.pid));
    }
    const ClaimWord mine{holder.generation + 1, pid};
    // Acquire: pairs with the release in the destructor of the claim before this one.
    if (info.wire.claim.compare_exchange_strong(found, mine.word(), std::memory_order_acq_rel)) {
      info.wire.lcores = lcores;
      return WireClaim(info.wire, mine);
    }
  }
}

WireClaim::~WireClaim() {
  if (slot_ == nullptr) return;
  slot_->lcores = {};
  // Release: pairs with the acquire in take(); whoever sees the entry free sees it empty. Compared,
  // because a wire that was stopped and taken for dead must not free its successor's entry.
  std::uint64_t expected = mine_.word();
  slot_->claim.compare_exchange_strong(expected, ClaimWord{mine_.generation, 0}.word(),
                                       std::memory_order_release, std::memory_order_relaxed);
}

}  // namespace ringside::wire
