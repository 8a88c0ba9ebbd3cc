// SPDX-License-Identifier: BSD-3-Clause
#include "server/control.hpp"

#include <fmt/format.h>

#include <string>

#include "core/idle.hpp"
#include "core/signals.hpp"
#include "dpdk/tsc_clock.hpp"

namespace ringside::server {

using shared::ServerState;

namespace {

constexpr std::uint64_t kLooksPerSecond = 1000;
constexpr auto kGoodbye = std::chrono::seconds(2);
constexpr auto kSlotPatience = std::chrono::seconds(2);
constexpr double kFullRing = 0.9;

}  // namespace

Control::Control(DataPath& path, ControlChannel& channel, const dpdk::Log& log,
                 std::function<void()> show)
    : path_(path),
      channel_(channel),
      log_(log),
      show_(std::move(show)),
      journal_(log, path.seams.keep_event, path.options.keep_events),
      watch_(path.seams.watch_processes()),
      membership_(
          path.info, log, journal_, *watch_,
          {path.options.heartbeat_timeout, path.options.evict_hung},
          {[this](ClientId id) { return path_.all_acknowledged() && path_.owed(id.value) == 0; },
           [this](ClientId id) {
             return DeathToll{path_.recovered(id.value), read(path_.lost_in_crash[id.value])};
           },
           [this](ClientId id) { return returns_of(id); }}),
      next_screen_(Clock::now() + path.options.stats_period) {
  pending_.reserve(2 * kMaxClients);
  publish(ServerState::kWaiting);
}

void Control::tick() {
  const std::uint64_t tsc = dpdk::TscClock::tsc();
  if (tsc < due_) return;
  due_ = tsc + dpdk::TscClock::ticks_per_second() / kLooksPerSecond;
  const Clock::time_point now = Clock::now();
  steer(now);
  show_statistics(now);
  warn_of_full_rings();
}

void Control::steer(Clock::time_point now) {
  const ClientSet active = membership_.active();
  const ClientSet dead = membership_.dead();
  write_off_losses();
  membership_.poll(now);
  follow_messages(now);
  answer_joins(now);
  if (!(membership_.active() == active && membership_.dead() == dead)) follow_membership();
  // Not before: a client that has its answer uses its rings, which may just have been reset.
  give_answers();
  if (state_ == ServerState::kDraining) {
    finish_when_drained(now);
  } else if (signals::stop_requested()) {
    begin_draining(now);
  }
}

Returns Control::returns_of(ClientId id) const {
  Returns returns;
  if (path_.direct()) {
    // acquire: pairs with DirectOutlet::take()
    returns.settled = path_.info.client[id.value].counters.done.load(std::memory_order_acquire);
    returns.has_some = path_.owed(id.value) > 0;
    returns.handed = path_.handed(id.value);
    return returns;
  }
  returns.foreign = read(path_.tx.not_owed[id.value]);
  // Each one that came back before its turn has a place in the FIFO and is no debt. Packets on the
  // move can look like one, or like one too many on the ring, for a moment.
  const std::uint64_t on_ring = path_.work[id.value].used();
  std::uint64_t places = 0;
  for (std::size_t lcore = 0; lcore < path_.rx.size(); ++lcore) {
    const OwedFifo& fifo = path_.owed_fifo(lcore, id.value);
    returns.settled += fifo.settled();
    places += fifo.size();
  }
  returns.keeps_back = places > path_.owed(id.value);
  returns.has_some = places > 0;
  returns.awaits_server = path_.back[id.value].used() > 0 || read(path_.tx.staged) > 0;
  returns.hides = on_ring > places;
  return returns;
}

void Control::follow_messages(Clock::time_point now) {
  ControlChannel::Accepted accepted;
  while (channel_.next(accepted)) {
    if (auto* join = std::get_if<control::JoinRequest>(&accepted.message)) {
      path_.seams.before_join(*join);
      // A client that asks again has given up on its first request.
      std::erase_if(pending_, [&](const auto& each) { return each.from.pid == accepted.from.pid; });
      if (pending_.size() < pending_.capacity()) {
        pending_.push_back({*join, accepted.from, now + kSlotPatience, {}});
      } else {
        channel_.count(*join, control::Refusal::kFlooding);
      }
    } else if (const auto* leave = std::get_if<control::Leave>(&accepted.message)) {
      channel_.count(*leave, membership_.leave(*leave));
    } else if (const auto* beat = std::get_if<control::Heartbeat>(&accepted.message)) {
      channel_.count(*beat, membership_.heartbeat(*beat));
    }
  }
}

void Control::answer_joins(Clock::time_point now) {
  for (Pending& each : pending_) {
    each.reply = membership_.join(each.request, state_ == ServerState::kDraining);
    if (each.reply || now < each.deadline) continue;
    const std::string words = fmt::format(
        "the client that held id {}, or one that held its lcores, is still leaving; try again",
        each.request.id);
    each.reply = control::JoinReply{each.request.id, 0, control::Refusal::kIdTaken,
                                    decltype(control::JoinReply::words)(words)};
  }
}

void Control::give_answers() {
  for (const Pending& each : pending_) {
    if (!each.reply) continue;
    channel_.answer(each.from, *each.reply);
  }
  std::erase_if(pending_, [](const Pending& each) { return each.reply.has_value(); });
}

void Control::follow_membership() {
  finish_recoveries();
  note_deaths();
  path_.gate.active.store(membership_.active().bits(), std::memory_order_relaxed);
  if (state_ == ServerState::kWaiting && membership_.active().size() >= path_.options.start_after) {
    open_gate();
  }
  path_.gate.epoch.fetch_add(1, std::memory_order_release);  // pairs: Receiver::follow_gate()
}

/// Those who died or left since the last look: what they had is to be recovered.
void Control::note_deaths() {
  for (const ClientId id : membership_.dead() - dead_) {
    path_.gate.deaths[id.value].fetch_add(1, std::memory_order_relaxed);
  }
  dead_ = membership_.dead();
  path_.gate.distrusted.store(membership_.distrusted().bits(), std::memory_order_relaxed);
  // release: pairs with Returner::turn(), which then finds all that the dead had returned.
  path_.gate.dead.store(dead_.bits(), std::memory_order_release);
}

/// Direct mode: what a dead client had and the receivers could not recover. Once they have, it owes
/// nothing.
void Control::write_off_losses() {
  if (!path_.direct() || dead_.empty() || !path_.all_acknowledged()) return;
  for (const ClientId id : dead_) {
    const std::uint64_t lost = path_.owed(id.value);
    if (lost == 0) continue;
    add(path_.lost_in_crash[id.value], lost);
    log_.warning("Client process {}: {} packets were lost in its hands", id.value, lost);
  }
}

/// Those whose packets are recovered: nobody uses their rings until they are admitted again.
void Control::finish_recoveries() {
  for (const ClientId id : dead_ - membership_.dead()) path_.work[id.value].reset();
}

void Control::open_gate() {
  log_.info("Reception begins (clients: {})", membership_.active().size());
  path_.gate.receiving.store(true, std::memory_order_relaxed);
  publish(ServerState::kRunning);
}

void Control::begin_draining(Clock::time_point now) {
  log_.info("Stopping: no more reception, clients finish what is queued");
  path_.gate.receiving.store(false, std::memory_order_relaxed);
  path_.gate.epoch.fetch_add(1, std::memory_order_release);  // pairs: Receiver::follow_gate()
  drain_deadline_ = now + path_.options.drain_timeout;
  publish(ServerState::kDraining);
}

void Control::finish_when_drained(Clock::time_point now) {
  const bool drained = path_.all_acknowledged() && path_.in_flight() == 0;
  const bool impatient = signals::stop_requests.load(std::memory_order_relaxed) > 1;
  if (!drained && !impatient && now < drain_deadline_) return;
  if (!drained) {
    log_.warning("{} packets did not come back in time and stay undelivered", path_.in_flight());
  }
  path_.gate.finish.store(true, std::memory_order_release);  // pairs: the loops in server.cpp
}

void Control::release_clients() {
  publish(ServerState::kStopped);
  poll_until(kGoodbye, [this] { return membership_.held() == 0; });
}

ControlBooks Control::books() const {
  ControlBooks books = channel_.books();
  books.suspected = membership_.suspected();
  books.evicted = membership_.evicted();
  return books;
}

void Control::publish(ServerState state) {
  state_ = state;
  path_.info.server_state.store(static_cast<std::uint32_t>(state),
                                std::memory_order_release);  // pairs: client, wire
}

void Control::show_statistics(Clock::time_point now) {
  const bool asked = signals::report_request.exchange(false, std::memory_order_relaxed);
  const bool due = path_.options.stats_period.count() > 0 && now >= next_screen_;
  if (due) next_screen_ = now + path_.options.stats_period;
  if (asked || due) show_();
}

void Control::warn_of_full_rings() {
  for (std::size_t i = 0; i < path_.work.size(); ++i) {
    if (warned_[i]) continue;
    std::uint64_t peak = 0;
    for (const RxCounters& counters : path_.rx) peak = std::max(peak, read(counters.peak[i]));
    const unsigned capacity = path_.work[i].capacity();
    if (static_cast<double>(peak) <= kFullRing * capacity) continue;
    warned_[i] = true;
    log_.warning("Ring of client {} was filled to {:.1f} % ({} of {}): the client is too slow", i,
                 100.0 * static_cast<double>(peak) / capacity, peak, capacity);
  }
}

}  // namespace ringside::server
