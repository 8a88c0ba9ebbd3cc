// SPDX-License-Identifier: BSD-3-Clause
#include "wire/receiver.hpp"

#include <array>
#include <span>
#include <utility>

#include "dpdk/packet_bytes.hpp"

namespace ringside::wire {
namespace {

constexpr unsigned kReceiveBurst = 64;

}  // namespace

unsigned Receiver::turn() {
  if (paused_) return 0;
  unsigned taken = 0;
  std::array<dpdk::Packet, kReceiveBurst> packets;
  for (const dpdk::RingView& queue : queues_) {
    const auto burst = std::span(packets).first(queue.dequeue(packets));
    if (burst.empty()) continue;
    const std::uint64_t now = dpdk::TscClock::tsc();
    for (const dpdk::Packet packet : burst) look_at(packet, now);
    dpdk::free_packets(burst);
    taken += static_cast<unsigned>(burst.size());
  }
  captured_ += taken;
  return taken;
}

void Receiver::look_at(dpdk::Packet packet, std::uint64_t tsc) {
  // A packet of another pool came in through another kind of port; nobody stamped it.
  const std::uint64_t sent = packet->pool == own_pool_.get() ? sent_at_.get(packet) : 0;
  if (sent != 0) latency_.record(tsc > sent ? clock_->to_ns(tsc - sent) : 0);
  if (!file_) return;
  file_->begin(packet->pkt_len, clock_->wall_ns(tsc));
  dpdk::for_each_segment(packet, [this](dpdk::Bytes bytes) { file_->piece(bytes); });
}

Status Receiver::start_capture(const std::string& file) {
  Result<pcap::CaptureWriter> writer = pcap::CaptureWriter::create(file);
  if (!writer) return writer.error();
  file_.emplace(*std::move(writer));
  return Done{};
}

Result<std::uint64_t> Receiver::stop_capture() {
  const std::uint64_t packets = file_->packets();
  Status closed = file_->close();
  file_.reset();
  if (!closed) return closed.error();
  return packets;
}

}  // namespace ringside::wire
