// SPDX-License-Identifier: BSD-3-Clause
#include "server/returner.hpp"

#include <algorithm>

namespace ringside::server {

Returner::Returner(DataPath& path)
    : path_(path), counters_(path.tx), batches_(path.ports.size()), burst_(path.options.burst) {
  index_of_.fill(kNoPort);
  for (std::size_t i = 0; i < path.ports.size(); ++i) {
    index_of_[path.ports[i].id() % kMaxPorts] = static_cast<std::uint8_t>(i);
    batches_[i].packets.resize(path.options.burst);
  }
  marked_.packets.resize(path.options.burst);
}

unsigned Returner::turn() {
  unsigned moved = 0;
  if (waiting_ > 0) {
    moved = retry();
    if (waiting_ > 0) return moved;
  }
  // Before the rings: what a dead client returned is on its ring by now. acquire: pairs with
  // Control.
  const auto dead = ClientSet::from_bits(path_.gate.dead.load(std::memory_order_acquire));
  for (std::size_t i = 0; i < path_.back.size() && waiting_ == 0; ++i) {
    const ClientId client{static_cast<std::uint8_t>(i)};
    moved += take_back(client, dead.contains(client));
  }
  counters_.staged.store(waiting_, std::memory_order_relaxed);
  return moved;
}

/// As much as the receivers take in while this happens: a burst from each port, which may all go to
/// one client.
unsigned Returner::take_back(ClientId client, bool is_dead) {
  const std::size_t bursts = path_.ports.size() * path_.rx.size();
  unsigned moved = 0;
  for (std::size_t i = 0; i < bursts && waiting_ == 0; ++i) {
    const unsigned taken = path_.back[client.value].dequeue(burst_);
    if (taken > 0) settle(client, accept(client, {burst_.data(), taken}));
    if (taken == 0 && is_dead) note_emptied(client);
    moved += taken;
    if (taken < burst_.size()) break;
  }
  return moved;
}

/// Nobody else touches the return ring of a dead client: it is emptied of what a kill left half
/// done.
void Returner::note_emptied(ClientId client) {
  const std::uint32_t deaths = path_.gate.deaths[client.value].load(std::memory_order_relaxed);
  if (path_.emptied[client.value].load(std::memory_order_relaxed) == deaths) return;
  path_.back[client.value].reset();
  path_.emptied[client.value].store(deaths, std::memory_order_release);  // pairs: DataPath
}

std::size_t Returner::settle_run(std::size_t lcore, ClientId client,
                                 std::span<dpdk::Packet> packets) {
  return path_.owed_fifo(lcore, client.value)
      .settle({reinterpret_cast<void* const*>(packets.data()), packets.size()});
}

std::span<dpdk::Packet> Returner::accept(ClientId client, std::span<dpdk::Packet> packets) {
  const std::size_t accepted = settle_run(0, client, packets);
  // Always, with one receiver and clients that do as they should.
  if (accepted == packets.size()) return packets;
  return accept_rest(client, packets, accepted);
}

std::span<dpdk::Packet> Returner::accept_rest(ClientId client, std::span<dpdk::Packet> packets,
                                              std::size_t accepted) {
  for (std::size_t before = accepted + 1; before != accepted && accepted < packets.size();) {
    before = accepted;
    for (std::size_t lcore = 0; lcore < path_.rx.size(); ++lcore) {
      accepted += settle_run(lcore, client, packets.subspan(accepted));
    }
  }
  for (std::size_t i = accepted; i < packets.size(); ++i) {
    if (accept_one(client, packets[i])) packets[accepted++] = packets[i];
  }
  return packets.first(accepted);
}

bool Returner::accept_one(ClientId client, dpdk::Packet packet) {
  for (std::size_t lcore = 0; lcore < path_.rx.size(); ++lcore) {
    const Settled settled = path_.owed_fifo(lcore, client.value).settle_one(packet);
    if (settled == Settled::kNotOwed) continue;
    if (settled == Settled::kOutOfOrder) add(counters_.out_of_order[client.value], 1);
    return true;
  }
  add(counters_.not_owed[client.value], 1);
  return false;
}

Returner::Batch& Returner::batch_for(std::uint16_t port) {
  const std::uint8_t index = port < kMaxPorts ? index_of_[port] : kNoPort;
  return index == kNoPort ? marked_ : batches_[index];
}

void Returner::settle(ClientId client, std::span<dpdk::Packet> packets) {
  for (auto rest = packets; !rest.empty();) {
    const std::uint16_t port = rest.front()->port;
    std::size_t run = 1;
    while (run < rest.size() && rest[run]->port == port) ++run;
    Batch& batch = batch_for(port);
    std::copy_n(rest.begin(), run, &batch.packets[batch.size]);
    batch.size += run;
    rest = rest.subspan(run);
  }
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    if (batches_[i].size == 0) continue;
    batches_[i].client = client;
    transmit(PortIndex{static_cast<std::uint8_t>(i)});
  }
  if (marked_.size > 0) drop_marked(client);
  // Last, so that a packet is at any time counted as owed, staged, transmitted or dropped.
  counters_.staged.store(waiting_, std::memory_order_relaxed);
  add(counters_.returned[client.value], packets.size());
}

void Returner::drop_marked(ClientId client) {
  add(counters_.handler_drop[client.value],
      path_.seams.discard({marked_.packets.data(), marked_.size}));
  marked_.size = 0;
}

unsigned Returner::transmit(PortIndex port) {
  Batch& batch = batches_[port.value];
  const std::span packets(batch.packets.data(), batch.size);
  const unsigned sent = path_.seams.transmit(path_.ports[port.value].id(), 0, packets);
  add(counters_.transmitted[port.value], sent);
  add(counters_.sent[batch.client.value], sent);
  std::copy(packets.begin() + sent, packets.end(), packets.begin());
  batch.size -= sent;
  if (batch.size > 0 && path_.options.on_full == OnFull::kDrop) refuse(port);
  waiting_ = 0;
  for (const Batch& each : batches_) waiting_ += each.size;
  return sent;
}

void Returner::refuse(PortIndex port) {
  Batch& batch = batches_[port.value];
  const std::uint64_t counted = path_.seams.discard({batch.packets.data(), batch.size});
  add(counters_.tx_full[port.value], counted);
  add(counters_.client_tx_full[batch.client.value], counted);
  batch.size = 0;
}

unsigned Returner::retry() {
  unsigned sent = 0;
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    if (batches_[i].size > 0) sent += transmit(PortIndex{static_cast<std::uint8_t>(i)});
  }
  counters_.staged.store(waiting_, std::memory_order_relaxed);
  return sent;
}

void Returner::abandon() {
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    if (batches_[i].size > 0) refuse(PortIndex{static_cast<std::uint8_t>(i)});
  }
  waiting_ = 0;
  counters_.staged.store(0, std::memory_order_relaxed);
}

}  // namespace ringside::server
