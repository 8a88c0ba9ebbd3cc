// SPDX-License-Identifier: BSD-3-Clause
#include "wire/claim.hpp"

#include <fmt/format.h>

#include <string>

#include "core/lcore_set.hpp"

namespace ringside::wire {
namespace {

/// Mempool caches are indexed by lcore id, in memory that all processes share: two processes on one
/// id corrupt the pool without a word.
Status check_lcores(const shared::SharedInfo& info, const shared::LcoreSet& lcores) {
  const auto refusal = [](unsigned lcore, const std::string& owner) {
    return environment_error(
        fmt::format("lcore id {} belongs to {}; give this process ids of its own, for example "
                    "--lcores {}@0",
                    lcore, owner, kMaxLcores - 1));
  };
  if (const auto lcore = common_lcore(lcores, info.server_lcores)) {
    return refusal(*lcore, fmt::format("the server (pid {})", info.server_pid));
  }
  for (unsigned id = 0; id < info.clients; ++id) {
    const shared::ClientSlot& slot = info.client[id];
    // Acquire: pairs with the server's release store of the state, which it makes after it has
    // written the lcores.
    const auto state = slot.verdict.state.load(std::memory_order_acquire);
    if (state == static_cast<std::uint32_t>(shared::SlotState::kAbsent)) continue;
    if (const auto lcore = common_lcore(lcores, slot.verdict.lcores)) {
      return refusal(*lcore, fmt::format("client {}", id));
    }
  }
  return Done{};
}

}  // namespace

Result<WireClaim> WireClaim::take(shared::SharedInfo& info, ClaimWord mine,
                                  const shared::LcoreSet& lcores,
                                  const std::function<bool(ClaimWord)>& alive) {
  const ClaimWord holder = take_claim(info.wire.claim, mine, alive);
  if (holder != mine) {
    return environment_error(fmt::format(
        "another mp_wire (pid {}) holds the ring ports of this server; end it first", holder.pid));
  }
  WireClaim taken(info.wire, mine);
  info.wire.lcores = lcores;
  // Before the look at the others: a client that joins meanwhile is told that these are taken, or
  // seen here; but for one that the server looked at before and lets in after both.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (Status status = check_lcores(info, lcores); !status) return status.error();
  return taken;
}

WireClaim::~WireClaim() {
  if (slot_ == nullptr) return;
  // First: whoever sees the entry free sees it empty.
  if (slot_->claim.load(std::memory_order_relaxed) == mine_.word()) slot_->lcores = {};
  give_back_claim(slot_->claim, mine_);
}

}  // namespace ringside::wire
