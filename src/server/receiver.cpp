// SPDX-License-Identifier: BSD-3-Clause
#include "server/receiver.hpp"

#include <algorithm>

namespace ringside::server {

Receiver::Receiver(DataPath& path, std::uint16_t queue)
    : path_(path),
      counters_(path.rx[queue]),
      acknowledged_(path.acknowledged[queue]),
      queue_(queue),
      assign_(path.seams.assign != nullptr ? path.seams.assign
                                           : assign_function(path.options.policy)),
      stages_(path.work.size()),
      burst_(path.options.burst),
      views_(path.options.burst),
      owners_(path.options.burst) {
  for (Stage& stage : stages_) stage.packets.resize(std::size_t{2} * path.options.burst);
}

unsigned Receiver::turn() {
  follow_gate();
  unsigned moved = 0;
  if (blocked()) moved += flush_all();
  for (std::size_t i = 0; i < path_.ports.size() && receiving_ && !blocked(); ++i) {
    moved += receive_from(PortIndex{static_cast<std::uint8_t>(i)});
  }
  if (moved == 0 && staged_ > 0 && path_.seams.flush_partial_bursts) moved = flush_all();
  counters_.staged.store(staged_, std::memory_order_relaxed);
  return moved;
}

bool Receiver::blocked() const {
  if (staged_ < path_.options.burst) return false;
  return std::any_of(stages_.begin(), stages_.end(),
                     [this](const Stage& stage) { return stage.size >= path_.options.burst; });
}

void Receiver::follow_gate() {
  const std::uint32_t epoch = path_.gate.epoch.load(std::memory_order_acquire);  // pairs: Control
  if (epoch == epoch_) return;
  receiving_ = false;
  const ClientSet before = dispatch_.active();
  const auto active = ClientSet::from_bits(path_.gate.active.load(std::memory_order_relaxed));
  for (const ClientId gone : before - active) {
    flush(gone);
    if (stages_[gone.value].size > 0) return;  // its ring is full: acknowledge when it is not
  }
  if (!(before == active)) dispatch_.set_active(active);
  receiving_ = path_.gate.receiving.load(std::memory_order_relaxed) && !active.empty();
  epoch_ = epoch;
  counters_.staged.store(staged_, std::memory_order_relaxed);
  acknowledged_.store(epoch, std::memory_order_release);  // pairs: all_acknowledged()
}

unsigned Receiver::receive_from(PortIndex port) {
  const unsigned received = path_.ports[port.value].receive(queue_, burst_);
  if (received == 0) return 0;
  add(counters_.received[port.value], received);
  dispatch({burst_.data(), received}, port);
  return received;
}

void Receiver::dispatch(std::span<dpdk::Packet> packets, PortIndex port) {
  const std::uint16_t dpdk_id = path_.ports[port.value].id();
  dpdk::prefetch(packets);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    packets[i]->port = dpdk_id;  // net_ring leaves the port of an earlier life in it before 24.07
    views_[i] = dpdk::view_of(packets[i], port);
  }
  assign_(dispatch_, {views_.data(), packets.size()}, owners_);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    Stage& stage = stages_[owners_[i].value];
    stage.packets[stage.size++] = packets[i];
    ++staged_;
    if (stage.size == path_.options.burst) flush(owners_[i]);
  }
  publish_counters();
}

std::uint64_t Receiver::credit(ClientId client) const {
  const std::uint64_t capacity = path_.work[client.value].capacity();
  const std::uint64_t owed = path_.owed(client.value);
  return owed < capacity ? capacity - owed : 0;
}

unsigned Receiver::flush(ClientId client) {
  Stage& stage = stages_[client.value];
  if (stage.size == 0) return 0;
  const dpdk::RingView ring = path_.work[client.value];
  const std::size_t room = std::min<std::uint64_t>(stage.size, credit(client));
  Counter& books = counters_.handed[client.value];
  add(books, room);  // before they are on the ring, or they could be back before they were counted
  unsigned handed = 0;
  if (room > 0) handed = path_.seams.hand_over(ring, {stage.packets.data(), room});
  books.store(read(books) - (room - handed), std::memory_order_relaxed);
  Counter& peak = counters_.peak[client.value];
  const std::uint64_t used = handed < stage.size ? ring.capacity() : ring.used();
  if (used > read(peak)) peak.store(used, std::memory_order_relaxed);
  const std::span rest(stage.packets.data() + handed, stage.size - handed);
  staged_ -= handed;
  if (rest.empty()) {
    stage.size = 0;
  } else if (path_.options.on_full == OnFull::kDrop) {
    add(counters_.ring_full[client.value], path_.seams.discard(rest));
    staged_ -= rest.size();
    stage.size = 0;
  } else {
    std::copy(rest.begin(), rest.end(), stage.packets.begin());
    stage.size = rest.size();
  }
  return handed;
}

unsigned Receiver::flush_all() {
  unsigned handed = 0;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    handed += flush(ClientId{static_cast<std::uint8_t>(i)});
  }
  return handed;
}

void Receiver::abandon() {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    Stage& stage = stages_[i];
    dpdk::free_packets({stage.packets.data(), stage.size});
    add(counters_.undelivered[i], stage.size);
    stage.size = 0;
  }
  staged_ = 0;
  counters_.staged.store(0, std::memory_order_relaxed);
}

void Receiver::publish_counters() {
  counters_.truncated.store(dispatch_.parse.truncated, std::memory_order_relaxed);
  counters_.malformed.store(dispatch_.parse.malformed, std::memory_order_relaxed);
}

}  // namespace ringside::server
