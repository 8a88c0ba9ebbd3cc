// SPDX-License-Identifier: BSD-3-Clause
#include "server/membership.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/burst.hpp"
#include "core/lcore_set.hpp"
#include "core/slot_claim.hpp"
#include "dpdk/peer_process.hpp"
#include "dpdk/robust_futex.hpp"

namespace ringside::server {

using control::JoinReply;
using control::JoinRequest;
using control::Refusal;
using shared::SlotState;

namespace {

std::string lcore_text(const shared::LcoreSet& lcores) {
  std::string text;
  for (unsigned i = 0; i < kMaxLcores; ++i) {
    if ((lcores[i / 64] >> (i % 64) & 1) == 0) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ",", i);
  }
  return text;
}

ClientId id_of(std::uint32_t id) {
  return {static_cast<std::uint8_t>(id)};
}

JoinReply refuse(const JoinRequest& request, Refusal refusal, const std::string& words) {
  return {request.id, 0, refusal, decltype(JoinReply::words)(words)};
}

/// A worker that has moved on further has been at its ring since.
constexpr std::uint64_t kProgressOfBurst = 2 * (1 + kMaxBurst / kSmallBurst);

}  // namespace

void Membership::poll(Clock::time_point now) {
  const std::chrono::nanoseconds passed = now - last_look_.value_or(now);
  last_look_ = now;
  for (std::uint8_t i = 0; i < clients_; ++i) look_at(ClientId{i}, passed);
  // Last: receivers must hear of a death before it can be asked whether the dead still owe
  // anything.
  for (const ClientId id : watch_.ended()) bury(id);
  for (std::uint8_t i = 0; i < clients_; ++i) look_whether_its_worker_ended(ClientId{i});
}

void Membership::look_at(ClientId id, std::chrono::nanoseconds since_last_look) {
  const SlotState state = slot(id).state;
  if (state == SlotState::kAbsent) return;
  if (state == SlotState::kDead) {
    if (debts_.owes_nothing(id)) clear(id);
    return;
  }
  // First: the turns that it counts are over, and what it took in them has been returned.
  const std::uint64_t progress = read(info_.client[id.value].counters.progress);
  const Counted counted = counted_by(id);  // before what was handed to it
  const Returns returns = debts_.returns(id);
  const bool turned = look_whether_it_moves(id, progress, since_last_look);
  // A client that is stopped, or waits for a CPU, has no time to return anything. What moves looks
  // odd for a moment: one look is not enough.
  const std::chrono::nanoseconds its_time =
      turned ? std::min(since_last_look, liveness_.timeout / 4) : std::chrono::nanoseconds(0);
  look_what_it_returns(id, returns, progress, its_time);
  look_what_it_wrote(id, counted, returns);
  if (state == SlotState::kLeaving && debts_.owes_nothing(id)) move(id, SlotEvent::kSettled);
  if (state == SlotState::kReleased && has_let_go(id)) {
    slot(id).left = true;
    part(id);
  }
}

void Membership::look_what_it_wrote(ClientId id, const Counted& counted, const Returns& returns) {
  if (wrote_over_slot(id, counted, returns)) {
    evict(id, "it wrote over its slot");
  } else {
    slot(id).counted = counted;
  }
}

bool Membership::Counted::can_follow(const Counted& before, std::uint64_t handed) const {
  std::uint64_t sum = 0;
  const auto grew = [&](std::uint64_t now, std::uint64_t then) {
    if (now < then || now > handed - sum) return false;
    sum += now;
    return true;
  };
  if (done < before.done || !grew(handler_drop, before.handler_drop)) return false;
  for (std::size_t i = 0; i < kMaxPorts; ++i) {
    if (!grew(sent[i], before.sent[i]) || !grew(tx_full[i], before.tx_full[i])) return false;
  }
  return done <= sum;  // counted last
}

/// Where only the server writes there is something else than the server wrote, or counts that
/// cannot be.
bool Membership::wrote_over_slot(ClientId id, const Counted& counted,
                                 const Returns& returns) const {
  const shared::SlotVerdict& verdict = info_.client[id.value].verdict;
  const Slot& mine = slot(id);
  return verdict.state.load(std::memory_order_relaxed) != static_cast<std::uint32_t>(mine.state) ||
         verdict.generation.load(std::memory_order_relaxed) != mine.generation ||
         verdict.pid.load(std::memory_order_relaxed) != mine.pid ||
         (direct_ && !counted.can_follow(mine.counted, returns.handed));
}

/// Nothing in return mode, where the server counts for itself.
Membership::Counted Membership::counted_by(ClientId id) const {
  if (!direct_) return {};
  const shared::ClientSlot& from = info_.client[id.value];
  // First, since the client counts it last. acquire: pairs with DirectOutlet::take()
  Counted counted{.done = from.counters.done.load(std::memory_order_acquire)};
  counted.handler_drop = read(from.counters.handler_drop);
  for (std::size_t i = 0; i < kMaxPorts; ++i) {
    counted.sent[i] = read(from.sent_by_port[i]);
    counted.tx_full[i] = read(from.tx_full_by_port[i]);
  }
  return counted;
}

/// What it was before somebody wrote over it; nobody else writes there any more.
void Membership::restore_slot(ClientId id) {
  shared::ClientSlot& to = info_.client[id.value];
  to.verdict.generation.store(slot(id).generation, std::memory_order_relaxed);
  to.verdict.pid.store(slot(id).pid, std::memory_order_relaxed);
  to.verdict.lcores = slot(id).lcores;
  if (!direct_) return;
  const Counted& counted = slot(id).counted;
  to.counters.done.store(counted.done, std::memory_order_relaxed);
  to.counters.handler_drop.store(counted.handler_drop, std::memory_order_relaxed);
  for (std::size_t i = 0; i < kMaxPorts; ++i) {
    to.sent_by_port[i].store(counted.sent[i], std::memory_order_relaxed);
    to.tx_full_by_port[i].store(counted.tx_full[i], std::memory_order_relaxed);
  }
}

/// `progress`: as its worker counts it. Not by heartbeats: another thread sends them.
bool Membership::look_whether_it_moves(ClientId id, std::uint64_t progress,
                                       std::chrono::nanoseconds since_last_look) {
  Slot& client = slot(id);
  const bool moved = client.progress.look(progress, since_last_look);
  if (client.state == SlotState::kSuspect && moved) {
    move(id, SlotEvent::kMoveAgain);
    active_.add(id);
    journal_.note(event(EventKind::kResume, id));
  } else if (client.progress.still_for() >= liveness_.timeout) {
    if (client.state == SlotState::kActive) suspect(id);
    if (liveness_.evict) {
      evict(id, "it hangs");
    } else if (is_going(client.state) && !std::exchange(client.hangs, true)) {
      log_.warning(
          "Client process {} (pid {}) hangs while it leaves, and keeps its id and what it has; "
          "kill "
          "it, or use --evict-hung",
          id.value, client.pid);
    }
  }
  return moved;
}

void Membership::suspect(ClientId id) {
  move(id, SlotEvent::kStall);
  active_.remove(id);
  add(suspected_, 1);
  journal_.note(event(EventKind::kSuspect, id),
                fmt::format("{} ms", liveness_.timeout / std::chrono::milliseconds(1)));
}

/// `progress`: of its worker, by its own word, before `returns`. `its_time`: that it has had since
/// the last look.
void Membership::look_what_it_returns(ClientId id, const Returns& returns, std::uint64_t progress,
                                      std::chrono::nanoseconds its_time) {
  Slot& client = slot(id);
  if (returns.foreign > client.foreign) {
    evict(id, "it returned packets that it had not been given");
  }
  if (!returns.hides) {
    client.hides.restart(0);
  } else if (!client.hides.look(0, its_time) && client.hides.still_for() >= liveness_.timeout) {
    evict(id, "it leaves packets on its ring that it has returned");
  }
  const bool waits = returns.awaits_server && !returns.keeps_back;
  if (!returns.has_some) {
    client.returns.restart(returns.settled);
    client.progress_then = progress;
  } else if (client.returns.look(returns.settled, waits ? std::chrono::nanoseconds(0) : its_time)) {
    client.progress_then = progress;
  }
  if (client.returns.still_for() < liveness_.timeout) return;
  if (returns.keeps_back) {
    evict(id, "it keeps a packet back and returns later ones");
  } else if (!waits && progress - client.progress_then > kProgressOfBurst) {
    evict(id, "it returns none of the packets that it has");
  }
}

/// Earlier than the end of its process. The kernel says so in a word that the client can write to
/// as well, so the kernel is asked again.
void Membership::look_whether_its_worker_ended(ClientId id) {
  const bool watched = slot(id).state != SlotState::kAbsent && slot(id).state != SlotState::kDead;
  if (!watched || !dpdk::says_ended(info_.client[id.value].worker)) return;
  if (watch_.runs(id)) {
    evict(id, "it says that its worker has ended, which still runs");
    return;
  }
  watch_.kill(id);  // other threads that may be left
  bury(id);
}

/// Once: its death is then seen as any other.
void Membership::evict(ClientId id, std::string_view why) {
  if (slot(id).killed) return;
  slot(id).killed = true;
  if (watch_.kill(id)) {
    add(evicted_, 1);
    journal_.note(event(EventKind::kEvict, id), why);
  } else {
    log_.error("Client process {} (pid {}) cannot be killed", id.value, slot(id).pid);
  }
}

/// The process of this slot has ended, or at least its worker, in whatever state it was.
void Membership::bury(ClientId id) {
  const Counted counted = counted_by(id);
  if (wrote_over_slot(id, counted, debts_.returns(id))) {
    restore_slot(id);
    distrusted_.add(id);
  }
  journal_.note(event(EventKind::kDead, id), ringside::to_text(slot(id).state));
  part(id);
}

/// Nobody uses the rings of this slot any more.
void Membership::part(ClientId id) {
  watch_.forget(id);
  move(id, SlotEvent::kGone);
  active_.remove(id);
  dead_.add(id);
}

/// Nothing of this client is left anywhere.
void Membership::clear(ClientId id) {
  if (!slot(id).left) {
    Event recovered = event(EventKind::kRecovered, id);
    const DeathToll toll = debts_.deaths(id);
    const DeathToll before = std::exchange(told_[id.value], toll);
    recovered.packets = toll.recovered - before.recovered;
    recovered.lost = toll.lost - before.lost;
    journal_.note(recovered);
  }
  dead_.remove(id);
  distrusted_.remove(id);
  move(id, SlotEvent::kCleared);
  log_.info("Client process {} disconnected", id.value);
}

unsigned Membership::held() {
  ClientSet living;
  for (std::uint8_t i = 0; i < clients_; ++i) {
    const ClientId id{i};
    const SlotState state = slot(id).state;
    if (state == SlotState::kAbsent || state == SlotState::kDead) continue;
    if (!has_let_go(id)) living.add(id);
  }
  return (living - watch_.ended()).size() + (wire_there() ? 1 : 0);
}

bool Membership::has_let_go(ClientId id) const {
  // acquire: pairs with let_go() in the client
  return info_.client[id.value].counters.detached.load(std::memory_order_acquire) ==
         slot(id).generation;
}

bool Membership::wire_there() const {
  // acquire: pairs with the claim and its release in wire/claim.cpp
  const auto holder = ClaimWord::from(info_.wire.claim.load(std::memory_order_acquire));
  return holder.pid != 0 && dpdk::runs(holder);
}

std::optional<JoinReply> Membership::join(const JoinRequest& request, bool stopping) {
  const Slot& holder = slot(id_of(request.id));
  const bool same = holder.pid == request.pid && holder.start_time == request.start_time;
  if (stopping) {
    return refuse(request, Refusal::kStopping, control::kStoppingWords);
  }
  if (is_going(holder.state)) return std::nullopt;
  if (holder.state != SlotState::kAbsent) {
    if (same) return JoinReply{request.id, holder.generation, Refusal::kNone, {}};
    return refuse(request, Refusal::kIdTaken, control::id_taken_words(request.id, holder.pid));
  }
  if (const auto taken = taken_lcore(request)) {
    if (taken->by && is_going(slot(*taken->by).state)) return std::nullopt;
    return refuse(request, Refusal::kLcoreTaken,
                  control::lcore_taken_words(request.id, taken->lcore));
  }
  if (!watch_.watch(id_of(request.id), request.pid, request.start_time)) {
    return refuse(request, Refusal::kNoSuchProcess,
                  fmt::format("the server sees no process {} that began when the client says; both "
                              "must run in one pid namespace",
                              request.pid));
  }
  return admit(request);
}

JoinReply Membership::admit(const JoinRequest& request) {
  const ClientId id = id_of(request.id);
  Slot& client = slot(id);
  const std::uint32_t generation = client.generation + 1;
  const bool same = client.pid == request.pid && client.start_time == request.start_time;
  client = Slot{};
  client.generation = generation;
  client.pid = request.pid;
  client.start_time = request.start_time;
  client.lcores = request.lcores;
  client.counted = counted_by(id);
  const Returns returns = debts_.returns(id);
  client.foreign = returns.foreign;
  client.returns.restart(returns.settled);
  shared::SlotVerdict& verdict = info_.client[id.value].verdict;
  verdict.generation.store(generation, std::memory_order_relaxed);
  verdict.pid.store(request.pid, std::memory_order_relaxed);
  verdict.numa_node = request.numa_node;
  verdict.lcores = request.lcores;
  // What the one before left.
  info_.client[id.value].worker.store(0, std::memory_order_relaxed);
  info_.client[id.value].counters.progress.store(0, std::memory_order_relaxed);
  move(id, SlotEvent::kClaim);
  move(id, SlotEvent::kAdmit);
  active_.add(id);
  journal_.note(event(generation == 1 || same ? EventKind::kJoin : EventKind::kRejoin, id),
                fmt::format("lcore {}", lcore_text(request.lcores)));
  if (request.numa_node != info_.numa_node) {
    log_.warning(
        "Client process {} runs on NUMA node {}, its rings and packets are on node {}: every "
        "packet crosses; give it lcores of node {}",
        id.value, request.numa_node, info_.numa_node, info_.numa_node);
  }
  return {request.id, generation, Refusal::kNone, {}};
}

Refusal Membership::leave(const control::Leave& message) {
  const ClientId id = id_of(message.id);
  const Slot& client = slot(id);
  if (client.pid != message.pid || client.generation != message.generation) {
    return Refusal::kOtherGeneration;
  }
  // A client repeats it until it may go.
  if (is_going(client.state) || client.state == SlotState::kAbsent) return Refusal::kNone;
  move(id, SlotEvent::kLeave);
  active_.remove(id);
  journal_.note(event(EventKind::kLeave, id));
  return Refusal::kNone;
}

Refusal Membership::heartbeat(const control::Heartbeat& message) {
  const ClientId id = id_of(message.id);
  const Slot& client = slot(id);
  if (client.pid != message.pid || client.generation != message.generation) {
    return Refusal::kOtherGeneration;
  }
  if (message.progress > read(info_.client[id.value].counters.progress)) {
    evict(id, "it tells of more turns than its worker has counted");
  }
  return Refusal::kNone;
}

std::optional<Membership::TakenLcore> Membership::taken_lcore(const JoinRequest& request) const {
  const shared::LcoreSet& mine = request.lcores;
  if (const auto lcore = common_lcore(mine, server_lcores_)) return TakenLcore{*lcore, {}};
  if (wire_there()) {
    if (const auto lcore = common_lcore(mine, info_.wire.lcores)) return TakenLcore{*lcore, {}};
  }
  for (std::uint8_t i = 0; i < clients_; ++i) {
    const Slot& other = slot(ClientId{i});
    if (i == request.id || other.state == SlotState::kAbsent) continue;
    if (const auto lcore = common_lcore(mine, other.lcores)) return TakenLcore{*lcore, ClientId{i}};
  }
  return std::nullopt;
}

void Membership::move(ClientId id, SlotEvent event) {
  const auto next = next_state(slot(id).state, event);
  if (!next) {
    log_.error("slot {}: {} is forbidden in state {}", id.value, to_text(event),
               ringside::to_text(slot(id).state));
    return;
  }
  slot(id).state = *next;
  info_.client[id.value].verdict.state.store(static_cast<std::uint32_t>(*next),
                                             std::memory_order_release);  // pairs: Link::may_go()
}

}  // namespace ringside::server
