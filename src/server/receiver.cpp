// SPDX-License-Identifier: BSD-3-Clause
#include "server/receiver.hpp"

#include <algorithm>
#include <memory>

#include "core/sizing.hpp"
#include "dpdk/ring_remains.hpp"
#include "server/last_run.hpp"

namespace ringside::server {

Receiver::Receiver(DataPath& path, std::uint16_t queue)
    : path_(path),
      counters_(path.rx[queue]),
      acknowledged_(path.acknowledged[queue]),
      queue_(queue),
      assigner_(path.options.policy, path.seams.assign, path.options.burst),
      deals_(path.seams.assign == nullptr && deals_in_turn(path.options.policy)),
      looks_on_rings_(path.direct() && path.rx.size() > 1),
      stages_(path, queue),
      hold_(hold_capacity(path.options.ring_size, path.options.burst)),
      burst_(path.options.burst),
      assigned_(path.options.burst) {
  for (std::size_t i = 0; i < path.work.size(); ++i) {
    shared::ClientSlot& slot = path.info.client[i];
    ringers_.emplace_back(slot.naps, slot.verdict.bell);
  }
}

unsigned Receiver::turn() {
  follow_gate();
  if (!hold_.idle()) release_held();
  unsigned moved = 0;
  if (stages_.has_kept() || stages_.blocked()) moved += stages_.flush_all();
  bool more_waits = false;
  for (std::size_t i = 0; i < path_.ports.size() && receiving_ && !blocked(); ++i) {
    const unsigned received = receive_from(PortIndex{static_cast<std::uint8_t>(i)});
    more_waits |= received >= kSmallBurst;  // what some drivers give at most
    moved += received;
  }
  if (path_.seams.flush_partial_bursts) moved += hand_over_partial(moved > 0, more_waits);
  wake_clients();
  publish_staged();
  return moved;
}

unsigned Receiver::hand_over_partial(bool moved, bool more_waits) {
  // What waits for company costs less to hand over; but it does not wait for long.
  constexpr unsigned kLongestWait = 16;
  if (!moved || ++turns_waited_ >= kLongestWait) {
    turns_waited_ = 0;
    return stages_.flush_all();
  }
  return more_waits ? 0 : stages_.flush_all(kSmallBurst);
}

void Receiver::wake_clients() {
  for (std::size_t i = 0; i < ringers_.size(); ++i) {
    ringers_[i].look(read(counters_.handed[i]), [&] { return path_.work[i].used() > 0; });
  }
}

bool Receiver::blocked() const {
  const bool must_not_drop = path_.options.on_full == OnFull::kWait;
  if (!hold_.idle() && must_not_drop && hold_.room() < path_.options.burst) return true;
  return stages_.blocked();
}

void Receiver::follow_gate() {
  const std::uint32_t epoch = path_.gate.epoch.load(std::memory_order_acquire);  // pairs: Control
  if (epoch == epoch_) return;
  receiving_ = false;
  const auto active = ClientSet::from_bits(path_.gate.active.load(std::memory_order_relaxed));
  const auto dead = ClientSet::from_bits(path_.gate.dead.load(std::memory_order_relaxed));
  if (!dead_are_at_rest(dead)) return;
  stages_.follow_resets(dead);
  if (!(dispatch_.active() == active) || !dead.empty()) regroup(active, dead);
  receiving_ = path_.gate.receiving.load(std::memory_order_relaxed) &&
               (!active.empty() || path_.options.on_no_client == OnNoClient::kDrop);
  epoch_ = epoch;
  publish_staged();
  acknowledged_.store(epoch, std::memory_order_release);  // pairs: all_acknowledged()
}

bool Receiver::dead_are_at_rest(ClientSet dead) const {
  if (path_.direct()) {
    // The first receiver takes from their rings what all have put there.
    return dead.empty() || queue_ != 0 || path_.others_acknowledged();
  }
  for (const ClientId id : dead) {
    if (!path_.emptied_after_death(id)) return false;
  }
  return true;
}

void Receiver::regroup(ClientSet active, ClientSet dead) {
  // The order in which packets change hands: within each flow, oldest first.
  collect_debts(dead);
  hold_.take_all(loose_);
  loose_.insert(loose_.end(), homeless_.begin(), homeless_.end());
  homeless_.clear();
  if (!(dispatch_.active() == active)) dispatch_.set_active(active);
  for (std::size_t i = 0; i < path_.work.size(); ++i) {
    collect_staged(ClientId{static_cast<std::uint8_t>(i)});
  }
  hold_moved_flows(dead);
  for (const OwedPacket packet : loose_) place(packet);
  loose_.clear();
}

void Receiver::collect_debts(ClientSet dead) {
  for (const ClientId id : dead) {
    const std::size_t before = loose_.size();
    if (!path_.direct()) {
      path_.owed_fifo(queue_, id.value).drain(loose_);
    } else if (queue_ == 0) {
      std::vector<OwedPacket> had;
      if (looks_on_rings_) {
        collect_from_ring(id, had);
      } else {
        collect_from_fifo(id, had);
      }
      settle_last_run(path_, id, had, loose_);
    }
    add(counters_.recovered[id.value], loose_.size() - before);
  }
  if (!loose_.empty()) path_.seams.recover(loose_);
}

void Receiver::collect_from_fifo(ClientId dead, std::vector<OwedPacket>& had) {
  path_.settle_direct(queue_, dead);
  path_.owed_fifo(queue_, dead.value).drain(had);
}

/// What the client had not finished with is still on its ring (Worker), in most ring modes.
void Receiver::collect_from_ring(ClientId dead, std::vector<OwedPacket>& had) {
  const dpdk::RingView ring = path_.work[dead.value];
  if (path_.distrusts(dead) && !dpdk::can_be(ring)) return;
  dpdk::mend_taking(ring);
  // Buckets do not depend on who is there; this state knows somebody always.
  const auto somebody = std::make_unique<DispatchState>();
  somebody->set_active(ClientSet{ClientId{0}});
  std::optional<dpdk::Mbufs> mbufs;
  if (path_.distrusts(dead)) mbufs.emplace(path_.pools);
  while (const unsigned taken = ring.dequeue(burst_)) {
    for (unsigned i = 0; i < taken; ++i) {
      had.emplace_back();  // somebody may have written over it: it is lost
      if (mbufs && !mbufs->take_out(burst_[i])) continue;
      const PortIndex port{path_.input_field->get(burst_[i])};
      if (port.value >= path_.ports.size()) continue;
      assigner_.assign(*somebody, {&burst_[i], 1}, port, /*cold=*/false, assigned_);
      had.back() = {burst_[i], assigned_[0]};
    }
  }
  // The first ones of a burst may be done with.
  const std::uint64_t owed = path_.owed(dead.value);
  if (had.size() > owed) had.erase(had.begin(), had.end() - static_cast<std::ptrdiff_t>(owed));
}

/// Takes what is staged for a client that no longer has it.
void Receiver::collect_staged(ClientId client) {
  const bool gone = !dispatch_.active().contains(client);
  const auto moves = [&](OwedPacket packet) {
    return gone || owner_of(packet).value_or(client) != client;
  };
  stages_.take(client, moves, loose_);
}

void Receiver::hold_moved_flows(ClientSet dead) {
  hold_.unblock_all();
  if (dispatch_.active().empty() || looks_on_rings_) return;
  for (std::size_t i = 0; i < path_.work.size(); ++i) {
    const ClientId client{static_cast<std::uint8_t>(i)};
    if (dead.contains(client)) continue;
    path_.settle_direct(queue_, client);
    path_.owed_fifo(queue_, i).for_each([&](OwedPacket packet, std::uint64_t number) {
      if (owner_of(packet).value_or(client) != client) {
        hold_.block(packet.origin.bucket(), client, number);
      }
    });
  }
}

std::optional<ClientId> Receiver::owner_of(OwedPacket packet) const {
  if (dispatch_.active().empty()) return std::nullopt;
  return bucket_owner(path_.options.policy, dispatch_, packet.origin.bucket());
}

void Receiver::place(OwedPacket packet) {
  if (dispatch_.active().empty()) {
    dpdk::Packet each = packet_of(packet);
    if (path_.options.on_no_client == OnNoClient::kDrop) return drop_without_client({&each, 1});
    return homeless_.push_back(packet);
  }
  // A client may have written its output port into it.
  packet_of(packet)->port = path_.ports[packet.origin.port().value].id();
  const auto sticky_owner = owner_of(packet);
  const ClientId owner = sticky_owner ? *sticky_owner : dispatch_.next_in_turn();
  // Room or not: it is inside already.
  if (sticky_owner && hold_.blocks(packet.origin.bucket())) return hold_.add(packet);
  stages_.keep(owner, packet);
}

void Receiver::hold_received(OwedPacket packet, ClientId owner) {
  if (hold_.room() > 0) return hold_.add(packet);
  dpdk::Packet each = packet_of(packet);
  add(counters_.moving[owner.value], path_.seams.discard({&each, 1}));
}

void Receiver::release_held() {
  const auto settled = [this](ClientId id) {
    path_.settle_direct(queue_, id);
    return path_.owed_fifo(queue_, id.value).settled();
  };
  if (!hold_.release(settled, loose_)) return;
  for (const OwedPacket packet : loose_) place(packet);
  loose_.clear();
}

unsigned Receiver::receive_from(PortIndex port) {
  const unsigned received = path_.ports[port.value].receive(queue_, burst_);
  if (received == 0) return 0;
  add(counters_.received[port.value], received);
  if (dispatch_.active().empty()) {
    drop_without_client({burst_.data(), received});
  } else {
    dispatch({burst_.data(), received}, port);
  }
  return received;
}

void Receiver::drop_without_client(std::span<dpdk::Packet> packets) {
  add(counters_.no_client, path_.seams.discard(packets));
}

void Receiver::dispatch(std::span<dpdk::Packet> packets, PortIndex port) {
  const std::uint16_t dpdk_id = path_.ports[port.value].id();
  // net_ring leaves the port of an earlier life in it before 24.07
  for (const dpdk::Packet packet : packets) packet->port = dpdk_id;
  if (looks_on_rings_) {
    for (const dpdk::Packet packet : packets) path_.input_field->set(packet, port.value);
  }
  if (deals_) return deal_out(packets, port);
  assigner_.assign(dispatch_, packets, port, path_.ports[port.value].leaves_cold(), assigned_);
  const std::span assigned(assigned_.data(), packets.size());
  if (!hold_.idle()) {
    put_or_hold(packets, assigned);
  } else if (path_.seams.assign == nullptr &&
             keeps_ports_together(path_.options.policy, dispatch_)) {
    stages_.put_together(packets, assigned);
  } else {
    stages_.put(packets, assigned);
  }
  publish_counters();
}

void Receiver::put_or_hold(std::span<const dpdk::Packet> packets,
                           std::span<const Assignment> assigned) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (hold_.blocks(assigned[i].bucket())) {
      hold_received({packets[i], assigned[i]}, assigned[i].owner());
    } else {
      stages_.put(packets.subspan(i, 1), assigned.subspan(i, 1));
    }
  }
}

/// As assign_ and Stages::put() for each, in an order that keeps each client's packets in theirs.
void Receiver::deal_out(std::span<dpdk::Packet> packets, PortIndex port) {
  const std::size_t clients = dispatch_.active().size();
  for (std::size_t i = 0; i < std::min(clients, packets.size()); ++i) {
    stages_.put_every(clients, packets.subspan(i), {dispatch_.in_turn(i), port, 0});
  }
  dispatch_.pass_turns(packets.size());
}

void Receiver::abandon() {
  stages_.abandon();
  hold_.take_all(homeless_);
  add(counters_.homeless, free_all(homeless_));
  publish_staged();
}

void Receiver::publish_counters() {
  counters_.truncated.store(dispatch_.parse.truncated, std::memory_order_relaxed);
  counters_.malformed.store(dispatch_.parse.malformed, std::memory_order_relaxed);
}

void Receiver::publish_staged() {
  counters_.staged.store(stages_.size() + hold_.size() + homeless_.size(),
                         std::memory_order_release);  // pairs: DataPath::in_flight()
}

}  // namespace ringside::server
