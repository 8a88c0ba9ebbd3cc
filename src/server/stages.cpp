// SPDX-License-Identifier: BSD-3-Clause
#include "server/stages.hpp"

#include <algorithm>

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
      burst_(path.options.burst),
      stages_(path.work.size()) {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    stages_[i].fresh = path.owed_fifo(lcore, i).stage(0);
    stages_[i].work = dpdk::ProducerEnd(path.work[i]);
  }
}

void Stages::follow_resets(ClientSet dead) {
  for (const ClientId id : dead_ - dead) {
    stages_[id.value].work = dpdk::ProducerEnd(path_.work[id.value]);
  }
  dead_ = dead;
}

void Stages::put(std::span<const dpdk::Packet> packets, std::span<const Assignment> assigned) {
  // What is written to may be anything, for the compiler: what stays the same is kept in registers.
  Stage* const stages = stages_.data();
  const std::size_t burst = burst_;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const Assignment each = assigned[i];
    Stage& stage = stages[each.owner().value];
    const std::size_t at = stage.filled;
    stage.fresh.packets[at] = packets[i];
    stage.fresh.origins[at] = each;
    stage.filled = at + 1;
    if (at + 1 == burst) flush(each.owner());
  }
}

void Stages::put_together(std::span<const dpdk::Packet> packets,
                          std::span<const Assignment> assigned) {
  append(assigned[0].owner(), packets.size(),
         [=](std::size_t first, std::size_t count, OwedFifo::Stage to) {
           std::copy_n(packets.begin() + first, count, to.packets);
           std::copy_n(assigned.begin() + first, count, to.origins);
         });
}

void Stages::put_every(std::size_t stride, std::span<const dpdk::Packet> packets,
                       Assignment assigned) {
  // What is read and what is written lie apart: looking whether they do would take forty
  // instructions each time.
  append(assigned.owner(), (packets.size() + stride - 1) / stride,
         [=](std::size_t first, std::size_t count, OwedFifo::Stage to) {
#pragma GCC ivdep
           for (std::size_t i = 0; i < count; ++i) {
             to.packets[i] = packets[(first + i) * stride];
             to.origins[i] = assigned;
           }
         });
}

/// `packets` more for the client; write(first, count, to) writes those from the first-th on.
template <typename Write>
void Stages::append(ClientId client, std::size_t packets, Write&& write) {
  Stage& stage = stages_[client.value];
  for (std::size_t next = 0; next < packets;) {
    const std::size_t full = stage.filled < burst_ ? burst_ : 2 * burst_;
    const std::size_t count = std::min(packets - next, full - stage.filled);
    write(next, count,
          OwedFifo::Stage{stage.fresh.packets + stage.filled, stage.fresh.origins + stage.filled});
    stage.filled += count;
    next += count;
    if (stage.filled == burst_) flush(client);
  }
}

void Stages::keep(ClientId client, OwedPacket packet) {
  stages_[client.value].kept.push_back(packet);
  ++kept_;
}

std::size_t Stages::size() const {
  std::size_t size = kept_;
  for (const Stage& stage : stages_) size += stage.filled;
  return size;
}

unsigned Stages::flush_all(std::size_t least) {
  unsigned handed = 0;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].filled < least) continue;
    handed += flush(ClientId{static_cast<std::uint8_t>(i)});
  }
  return handed;
}

unsigned Stages::flush(ClientId client) {
  Stage& stage = stages_[client.value];
  unsigned handed = 0;
  if (!stage.kept.empty()) handed = flush_kept(client);
  if (stage.filled == 0) return handed;
  if (stage.kept.empty()) handed += flush_stage(client);
  if (path_.options.on_full == OnFull::kDrop && stage.filled > 0) {
    add(counters_.ring_full[client.value], path_.seams.discard(staged(stage)));
    stage.filled = 0;
  }
  return handed;
}

unsigned Stages::flush_kept(ClientId client) {
  Stage& stage = stages_[client.value];
  // They take the place of the fresh ones for a while.
  std::vector<OwedPacket> fresh;
  for (std::size_t i = 0; i < stage.filled; ++i) {
    fresh.push_back({stage.fresh.packets[i], stage.fresh.origins[i]});
  }
  std::size_t done = 0;
  while (done < stage.kept.size()) {
    stage.filled = std::min(burst_, stage.kept.size() - done);
    for (std::size_t i = 0; i < stage.filled; ++i) write(stage, i, stage.kept[done + i]);
    const unsigned handed = flush_stage(client);
    done += handed;
    if (stage.filled > 0) break;
  }
  stage.kept.erase(stage.kept.begin(), stage.kept.begin() + static_cast<std::ptrdiff_t>(done));
  kept_ -= done;
  stage.filled = fresh.size();
  for (std::size_t i = 0; i < fresh.size(); ++i) write(stage, i, fresh[i]);
  return static_cast<unsigned>(done);
}

unsigned Stages::flush_stage(ClientId client) {
  Stage& stage = stages_[client.value];
  OwedFifo& debts = path_.owed_fifo(lcore_, client.value);
  // No more than fits: what is written down as handed over could be given back at once, by a client
  // that guesses.
  const std::size_t allowed =
      stage.work.fits(static_cast<std::uint32_t>(std::min(stage.filled, credit(client))));
  unsigned handed = 0;
  if (allowed > 0) {
    // Written down before they are on the ring, or they could be back before.
    Counter& books = counters_.handed[client.value];
    add(books, allowed);
    if (path_.direct()) debts.make_room(allowed);
    debts.push(allowed);
    handed = path_.seams.hand_over(stage.work, staged(stage).first(allowed));
    if (handed < allowed) {
      books.store(read(books) - (allowed - handed), std::memory_order_relaxed);
      debts.undo_push(allowed - handed);
    }
  }
  const bool full = handed < stage.filled;
  if (full || stage.work.used_at_most() > read(counters_.peak[client.value])) {
    note_peak(client, full);
  }
  stage.filled -= handed;
  stage.fresh = debts.stage(stage.filled, burst_);
  return handed;
}

/// All that the client may have is as good as a full ring.
void Stages::note_peak(ClientId client, bool full) {
  Counter& peak = counters_.peak[client.value];
  const std::uint64_t used =
      full ? path_.work[client.value].capacity() : stages_[client.value].work.used();
  if (used > read(peak)) peak.store(used, std::memory_order_relaxed);
}

std::size_t Stages::credit(ClientId client) {
  const std::size_t capacity = path_.work[client.value].capacity();
  const std::uint64_t owed = path_.direct() ? path_.owed(client.value) : path_.on_way(client.value);
  return owed < capacity ? capacity - owed : 0;
}

void Stages::abandon() {
  std::vector<OwedPacket> all;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    take(
        ClientId{static_cast<std::uint8_t>(i)}, [](OwedPacket) { return true; }, all);
    add(counters_.undelivered[i], free_all(all));
  }
}

}  // namespace ringside::server
