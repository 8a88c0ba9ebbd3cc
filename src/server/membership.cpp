// SPDX-License-Identifier: BSD-3-Clause
#include "server/membership.hpp"

#include <fmt/format.h>

#include <bit>

namespace ringside::server {
namespace {

using shared::Refusal;
using shared::SlotState;

std::string lcore_text(const shared::LcoreSet& lcores) {
  std::string text;
  for (unsigned i = 0; i < kMaxLcores; ++i) {
    if ((lcores[i / 64] >> (i % 64) & 1) == 0) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ",", i);
  }
  return text;
}

/// The lowest lcore id in both, or -1.
int common(const shared::LcoreSet& a, const shared::LcoreSet& b) {
  for (std::size_t word = 0; word < a.size(); ++word) {
    const std::uint64_t both = a[word] & b[word];
    if (both != 0) return static_cast<int>(word * 64) + std::countr_zero(both);
  }
  return -1;
}

ClaimWord claim_of(const shared::SharedInfo& info, ClientId id) {
  return ClaimWord::from(info.client[id.value].claim.claim.load(std::memory_order_acquire));
}

}  // namespace

bool Membership::poll(bool stopping) {
  const ClientSet active = active_;
  const ClientSet dead = dead_;
  for (std::uint8_t i = 0; i < info_.clients; ++i) poll_slot(ClientId{i}, stopping);
  // Last: receivers must hear of a death before it can be asked whether the dead still owe
  // anything.
  for (const ClientId id : watch_.ended()) bury(id);
  return !(active_ == active && dead_ == dead);
}

/// The process of this slot has ended, in whatever state it was.
void Membership::bury(ClientId id) {
  watch_.forget(id);
  const SlotState was = state(id);
  if (was == SlotState::kAbsent) return free_claim(id);  // it had left, or had not come yet
  if (was == SlotState::kDead) return;
  log_.warning("Client process {} died (pid {}, {})", id.value, claim_of(info_, id).pid,
               ringside::to_text(was));
  move(id, SlotEvent::kGone);
  active_.remove(id);
  dead_.add(id);
}

void Membership::free_claim(ClientId id) {
  std::atomic<std::uint64_t>& claim = info_.client[id.value].claim.claim;
  give_back_claim(claim, ClaimWord::from(claim.load(std::memory_order_acquire)).generation);
  watched_[id.value] = {};
}

/// Nothing of this client is left anywhere.
void Membership::clear(ClientId id) {
  const bool died = dead_.contains(id);
  dead_.remove(id);
  if (died) {
    // Before the slot is free: the next client's wish must be its own.
    info_.client[id.value].claim.wish.store(0, std::memory_order_relaxed);
    free_claim(id);
  }
  move(id, SlotEvent::kCleared);
  log_.info("Client process {} disconnected", id.value);
}

void Membership::watch(ClientId id, std::uint32_t pid) {
  const Status watching = watch_.watch(id, pid);
  if (!watching) log_.warning("client {}: {}", id.value, watching.error().message);
}

unsigned Membership::held() const {
  unsigned held = wire_there() ? 1 : 0;
  for (std::uint8_t i = 0; i < info_.clients; ++i) held += claim_of(info_, ClientId{i}).pid != 0;
  return held;
}

bool Membership::wire_there() const {
  // acquire: pairs with the claim and its release in wire/claim.cpp
  return ClaimWord::from(info_.wire.claim.load(std::memory_order_acquire)).pid != 0;
}

void Membership::poll_slot(ClientId id, bool stopping) {
  shared::ClientSlot& slot = info_.client[id.value];
  const ClaimWord claim = claim_of(info_, id);
  // acquire: pairs with the releases in client/slot.cpp; lcores and node are valid after it.
  const auto wish = static_cast<SlotState>(slot.claim.wish.load(std::memory_order_acquire));
  const std::uint32_t spoken = slot.verdict.generation.load(std::memory_order_relaxed);
  const SlotState now = state(id);
  if (claim.pid != 0 && !(claim == watched_[id.value])) {
    watched_[id.value] = claim;
    watch(id, claim.pid);
  }
  if (now == SlotState::kAbsent) {
    if (claim.pid != 0 && claim.generation != spoken && wish == SlotState::kActive) {
      admit_or_refuse(id, claim.generation, stopping);
    }
    return;
  }
  const bool holder_is_ours = claim.pid != 0 && claim.generation == spoken;
  if (now == SlotState::kActive && !holder_is_ours) {
    log_.warning("Client process {} gave its slot back without asking", id.value);
    bury(id);
  } else if (now == SlotState::kActive && wish == SlotState::kLeaving) {
    move(id, SlotEvent::kLeave);
    active_.remove(id);
    log_.info("Client process {} leaves", id.value);
  } else if ((now == SlotState::kLeaving || now == SlotState::kDead) && owes_nothing_(id)) {
    clear(id);
  }
}

void Membership::admit_or_refuse(ClientId id, std::uint32_t generation, bool stopping) {
  shared::ClientSlot& slot = info_.client[id.value];
  shared::SlotVerdict& verdict = slot.verdict;
  move(id, SlotEvent::kClaim);
  const int taken = taken_lcore(id);
  Refusal refusal = Refusal::kNone;
  if (stopping) refusal = Refusal::kStopping;
  if (taken >= 0) refusal = Refusal::kLcoreTaken;
  verdict.refusal.store(static_cast<std::uint32_t>(refusal), std::memory_order_relaxed);
  verdict.refusal_detail = static_cast<std::uint32_t>(taken);
  move(id, refusal == Refusal::kNone ? SlotEvent::kAdmit : SlotEvent::kRefuse);
  // release: pairs with the acquire in client/slot.cpp, which then reads state and refusal.
  verdict.generation.store(generation, std::memory_order_release);
  if (refusal != Refusal::kNone) {
    log_.warning(
        "Client process {} refused: {}", id.value,
        stopping ? "the server is stopping" : fmt::format("lcore id {} is in use already", taken));
    return;
  }
  active_.add(id);
  log_.info("Client process {} connected (pid {}, lcore {})", id.value, claim_of(info_, id).pid,
            lcore_text(slot.claim.lcores));
  if (slot.claim.numa_node != info_.numa_node) {
    log_.warning(
        "Client process {} runs on NUMA node {}, its rings and packets are on node {}: every "
        "packet crosses; give it lcores of node {}",
        id.value, slot.claim.numa_node, info_.numa_node, info_.numa_node);
  }
}

int Membership::taken_lcore(ClientId id) const {
  const shared::LcoreSet& mine = info_.client[id.value].claim.lcores;
  if (const int lcore = common(mine, info_.server_lcores); lcore >= 0) return lcore;
  if (wire_there()) {
    if (const int lcore = common(mine, info_.wire.lcores); lcore >= 0) return lcore;
  }
  for (std::uint8_t i = 0; i < info_.clients; ++i) {
    if (i == id.value || state(ClientId{i}) == SlotState::kAbsent) continue;
    if (const int lcore = common(mine, info_.client[i].claim.lcores); lcore >= 0) return lcore;
  }
  return -1;
}

SlotState Membership::state(ClientId id) const {
  return static_cast<SlotState>(
      info_.client[id.value].verdict.state.load(std::memory_order_relaxed));
}

void Membership::move(ClientId id, SlotEvent event) {
  const auto next = next_state(state(id), event);
  if (!next) {
    log_.error("slot {}: {} is forbidden in state {}", id.value, to_text(event),
               ringside::to_text(state(id)));
    return;
  }
  info_.client[id.value].verdict.state.store(static_cast<std::uint32_t>(*next),
                                             std::memory_order_release);  // pairs: Slot::has_left()
}

}  // namespace ringside::server
