// SPDX-License-Identifier: BSD-3-Clause
#include "server/stages.hpp"

#include <algorithm>

#include "core/sizing.hpp"

namespace ringside::server {

std::size_t free_all(std::vector<OwedPacket>& packets) {
  for (const OwedPacket packet : packets) {
    dpdk::Packet each = packet_of(packet);
    dpdk::free_packets({&each, 1});
  }
  const std::size_t freed = packets.size();
  packets.clear();
  return freed;
}

Stages::Stages(DataPath& path, std::size_t lcore)
    : path_(path),
      lcore_(lcore),
      counters_(path.rx[lcore]),
      stages_(path.work.size()),
      burst_(path.options.burst) {
  for (Stage& stage : stages_) stage.fresh.resize(std::size_t{2} * path.options.burst);
}

void Stages::keep(ClientId client, OwedPacket packet) {
  stages_[client.value].kept.push_back(packet);
  ++kept_;
}

bool Stages::blocked() const {
  if (kept_ >= most_kept(path_.options.ring_size)) return true;  // the pool counts on it
  return std::ranges::any_of(stages_,
                             [this](const Stage& stage) { return stage.filled >= burst_.size(); });
}

std::size_t Stages::size() const {
  std::size_t size = kept_;
  for (const Stage& stage : stages_) size += stage.filled;
  return size;
}

void Stages::lose_kept(Stage& stage, std::size_t count) {
  stage.kept.resize(stage.kept.size() - count);
  kept_ -= count;
}

unsigned Stages::flush_all() {
  unsigned handed = 0;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    handed += flush(ClientId{static_cast<std::uint8_t>(i)});
  }
  return handed;
}

unsigned Stages::flush(ClientId client) {
  Stage& stage = stages_[client.value];
  unsigned handed = 0;
  if (!stage.kept.empty()) {
    handed = hand_over_from(client, stage.kept);
    lose_kept(stage, handed);
  }
  if (stage.filled == 0) return handed;
  if (stage.kept.empty()) {
    const unsigned of_fresh = hand_over_from(client, stage.staged());
    stage.filled -= of_fresh;
    handed += of_fresh;
  }
  if (path_.options.on_full == OnFull::kDrop && stage.filled > 0) {
    // A burst at most: put() flushes a full one at once.
    add(counters_.ring_full[client.value], path_.seams.discard(buffers(stage.staged())));
    stage.filled = 0;
  }
  return handed;
}

unsigned Stages::hand_over_from(ClientId client, std::span<OwedPacket> packets) {
  std::size_t done = 0;
  while (done < packets.size()) {
    const std::size_t count = std::min(burst_.size(), packets.size() - done);
    const unsigned handed = hand_over(client, packets.subspan(done, count));
    done += handed;
    if (handed < count) break;
  }
  std::ranges::copy(packets.subspan(done), packets.begin());
  return static_cast<unsigned>(done);
}

unsigned Stages::hand_over(ClientId client, std::span<const OwedPacket> packets) {
  const dpdk::RingView ring = path_.work[client.value];
  const std::size_t allowed = std::min(packets.size(), credit(client));
  Counter& books = counters_.handed[client.value];
  unsigned handed = 0, room = 0;
  if (allowed > 0) {
    // Written down before they are on the ring, or they could be back before.
    add(books, allowed);
    OwedFifo& fifo = path_.owed_fifo(lcore_, client.value);
    if (path_.direct()) fifo.make_room(allowed);
    fifo.push(packets.first(allowed), reinterpret_cast<void**>(burst_.data()));
    handed = path_.seams.hand_over(ring, std::span(burst_).first(allowed), room);
    if (handed < allowed) {
      books.store(read(books) - (allowed - handed), std::memory_order_relaxed);
      fifo.undo_push(allowed - handed);
    }
  }
  Counter& peak = counters_.peak[client.value];
  // All that the client may have is as good as a full ring.
  const std::uint64_t used = ring.capacity() - (handed < packets.size() ? 0 : room);
  if (used > read(peak)) peak.store(used, std::memory_order_relaxed);
  return handed;
}

std::size_t Stages::credit(ClientId client) {
  const std::size_t capacity = path_.work[client.value].capacity();
  const std::uint64_t owed = path_.owed(client.value);
  if (owed >= capacity) return 0;
  const std::size_t credit = capacity - owed;
  return path_.direct() ? credit : std::min(credit, path_.owed_fifo(lcore_, client.value).room());
}

std::span<dpdk::Packet> Stages::buffers(std::span<const OwedPacket> packets) {
  std::transform(packets.begin(), packets.end(), burst_.begin(), packet_of);
  return std::span(burst_).first(packets.size());
}

void Stages::abandon() {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    Stage& stage = stages_[i];
    stage.kept.insert(stage.kept.end(), stage.staged().begin(), stage.staged().end());
    add(counters_.undelivered[i], free_all(stage.kept));
    stage.filled = 0;
  }
  kept_ = 0;
}

}  // namespace ringside::server
