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
  for (const dpdk::RingView ring : path.back) back_.emplace_back(ring);
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
  std::size_t moved = 0;
  for (std::size_t i = 0; i < bursts && waiting_ == 0; ++i) {
    const std::span<dpdk::Packet> shown = back_[client.value].front(burst_.size());
    if (shown.empty()) {
      note_lies(client);
      if (is_dead) note_emptied(client);
      break;
    }
    const std::size_t taken = settle_front(client, shown);
    moved += taken;
    if (taken < burst_.size()) break;
  }
  return static_cast<unsigned>(moved);
}

std::size_t Returner::settle_front(ClientId client, std::span<dpdk::Packet> shown) {
  OwedFifo& books = path_.owed_fifo(0, client.value);
  const std::span<void*> owed =
      books.matching({reinterpret_cast<void* const*>(shown.data()), shown.size()});
  // Never, with one receiver and clients that do as they should.
  if (owed.empty()) return settle_others(client, shown);
  const std::span packets(reinterpret_cast<dpdk::Packet*>(owed.data()), owed.size());
  dpdk::claim(packets);
  deliver(client, packets);
  books.settle_oldest(owed.size());
  count_returned(client, owed.size());
  // Last: while a port takes its time, the client's part is done, as whoever looks can see.
  back_[client.value].take(owed.size());
  return owed.size();
}

std::size_t Returner::settle_others(ClientId client, std::span<dpdk::Packet> shown) {
  std::ranges::copy(shown, burst_.begin());
  const std::span<dpdk::Packet> accepted = accept(client, {burst_.data(), shown.size()});
  if (!accepted.empty()) deliver(client, accepted);
  count_returned(client, accepted.size());
  back_[client.value].take(shown.size());
  return shown.size();
}

/// More on its return ring than the ring holds is as good as a packet that it had not been given.
void Returner::note_lies(ClientId client) {
  if (!back_[client.value].was_lied_to() || lied_.contains(client)) return;
  lied_.add(client);
  add(counters_.not_owed[client.value], 1);
}

/// Nobody else touches the return ring of a dead client: it is emptied of what a kill left half
/// done.
void Returner::note_emptied(ClientId client) {
  const std::uint32_t deaths = path_.gate.deaths[client.value].load(std::memory_order_relaxed);
  if (path_.emptied[client.value].load(std::memory_order_relaxed) == deaths) return;
  path_.back[client.value].reset();
  back_[client.value] = dpdk::ConsumerEnd(path_.back[client.value]);
  lied_.remove(client);
  foreign_[client.value] = 0;
  path_.emptied[client.value].store(deaths, std::memory_order_release);  // pairs: DataPath
}

std::size_t Returner::settle_run(std::size_t lcore, ClientId client,
                                 std::span<dpdk::Packet> packets) {
  return path_.owed_fifo(lcore, client.value)
      .settle({reinterpret_cast<void* const*>(packets.data()), packets.size()});
}

std::span<dpdk::Packet> Returner::accept(ClientId client, std::span<dpdk::Packet> packets) {
  std::size_t accepted = 0;
  for (std::size_t before = 1; before != accepted && accepted < packets.size();) {
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
  // After so many its end is decided, and what it owes is recovered from the books: looking there
  // for each packet of a ring full of others would take minutes.
  const std::size_t lcores = foreign_[client.value] < kForeignLookedUp ? path_.rx.size() : 0;
  for (std::size_t lcore = 0; lcore < lcores; ++lcore) {
    const Settled settled = path_.owed_fifo(lcore, client.value).settle_one(packet);
    if (settled == Settled::kNotOwed) continue;
    if (settled == Settled::kOutOfOrder) add(counters_.out_of_order[client.value], 1);
    return true;
  }
  ++foreign_[client.value];
  add(counters_.not_owed[client.value], 1);
  return false;
}

void Returner::deliver(ClientId client, std::span<dpdk::Packet> packets) {
  // Runs that are long enough leave from where they stand.
  constexpr std::size_t kShortest = 8;
  while (!packets.empty()) {
    const std::uint16_t port = packets.front()->port;
    std::size_t run = 1;
    while (run < packets.size() && packets[run]->port == port) ++run;
    const std::uint8_t index = index_of(port);
    const bool is_last = run == packets.size();
    if (waiting_ > 0 || index == kNoPort || !(is_last || run >= kShortest))
      return deliver_sorted(client, packets);
    transmit(PortIndex{index}, client, packets.first(run));
    packets = packets.subspan(run);
  }
}

void Returner::deliver_sorted(ClientId client, std::span<dpdk::Packet> packets) {
  for (auto rest = packets; !rest.empty();) {
    const std::uint16_t port = rest.front()->port;
    std::size_t run = 1;
    while (run < rest.size() && rest[run]->port == port) ++run;
    const std::uint8_t index = index_of(port);
    (index == kNoPort ? marked_ : batches_[index]).add(rest.first(run));
    rest = rest.subspan(run);
  }
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    if (batches_[i].size == 0) continue;
    transmit(PortIndex{static_cast<std::uint8_t>(i)}, client, batches_[i].all());
  }
  if (marked_.size > 0) drop_marked(client);
}

void Returner::count_returned(ClientId client, std::size_t packets) {
  counters_.staged.store(waiting_, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);  // pairs: DataPath::in_flight()
  add(counters_.returned[client.value], packets);
}

void Returner::drop_marked(ClientId client) {
  add(counters_.handler_drop[client.value], path_.seams.discard(marked_.all()));
  marked_.size = 0;
}

unsigned Returner::transmit(PortIndex port, ClientId client, std::span<dpdk::Packet> packets) {
  const unsigned sent = path_.seams.transmit(path_.ports[port.value].id(), 0, packets);
  add(counters_.transmitted[port.value], sent);
  add(counters_.sent[client.value], sent);
  std::span<dpdk::Packet> rest = packets.subspan(sent);
  if (!rest.empty() && path_.options.on_full == OnFull::kDrop) {
    refuse(port, client, rest);
    rest = {};
  }
  Batch& batch = batches_[port.value];
  batch.client = client;
  batch.size = 0;
  batch.add(rest);
  if (!rest.empty() || waiting_ > 0) count_waiting();
  return sent;
}

void Returner::count_waiting() {
  waiting_ = 0;
  for (const Batch& batch : batches_) waiting_ += batch.size;
}

void Returner::refuse(PortIndex port, ClientId client, std::span<dpdk::Packet> packets) {
  const std::uint64_t counted = path_.seams.discard(packets);
  add(counters_.tx_full[port.value], counted);
  add(counters_.client_tx_full[client.value], counted);
}

unsigned Returner::retry() {
  unsigned sent = 0;
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    Batch& batch = batches_[i];
    if (batch.size == 0) continue;
    sent += transmit(PortIndex{static_cast<std::uint8_t>(i)}, batch.client, batch.all());
  }
  counters_.staged.store(waiting_, std::memory_order_relaxed);
  return sent;
}

void Returner::abandon() {
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    Batch& batch = batches_[i];
    if (batch.size > 0) refuse(PortIndex{static_cast<std::uint8_t>(i)}, batch.client, batch.all());
    batch.size = 0;
  }
  waiting_ = 0;
  counters_.staged.store(0, std::memory_order_relaxed);
}

}  // namespace ringside::server
