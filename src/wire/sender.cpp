// SPDX-License-Identifier: BSD-3-Clause
#include "wire/sender.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "dpdk/packet.hpp"
#include "dpdk/packet_bytes.hpp"

namespace ringside::wire {
namespace {

constexpr unsigned kSendBurst = 32;

}  // namespace

void Sender::start(Tag tag, SendJob job, std::optional<pcap::CaptureWriter> record) {
  tag_ = std::move(tag);
  job_.emplace(std::move(job));
  record_ = std::move(record);
}

unsigned Sender::turn() {
  if (!job_ || job_->finished()) return 0;
  const unsigned due = job_->due(clock_->since_start_ns(dpdk::TscClock::tsc()), kSendBurst);
  if (due == 0) return 0;
  // Only the wire produces on this ring, so the room seen here can but grow: what is made fits.
  const unsigned room = ring_.capacity() - ring_.used();
  const SendOutcome before = job_->outcome();
  const unsigned accepted = offer(std::min(due, room));
  job_->settle(due, accepted, clock_->since_start_ns(dpdk::TscClock::tsc()));
  const SendOutcome after = job_->outcome();
  sent_ += after.sent - before.sent;
  refused_ += after.refused - before.refused;
  return static_cast<unsigned>(after.sent - before.sent + after.refused - before.refused);
}

/// Makes and enqueues the next `count` packets; fewer when the pool is low. Returns how many.
unsigned Sender::offer(unsigned count) {
  std::array<dpdk::Packet, kSendBurst> packets;
  unsigned made = 0;
  while (made < count) {
    packets[made] = dpdk::make_packet(pool_, job_->packet(made).bytes);
    if (packets[made] == nullptr) break;
    ++made;
  }
  const std::uint64_t now = dpdk::TscClock::tsc();
  for (unsigned i = 0; i < made; ++i) sent_at_.set(packets[i], now);
  const unsigned accepted = ring_.enqueue({packets.data(), made});
  dpdk::free_packets(std::span(packets).subspan(accepted, made - accepted));
  if (record_) keep(accepted, now);
  return accepted;
}

void Sender::keep(unsigned accepted, std::uint64_t tsc) {
  for (unsigned i = 0; i < accepted; ++i) {
    record_->write(job_->packet(i).bytes, clock_->wall_ns(tsc));
  }
}

std::optional<std::uint64_t> Sender::next_departure_ns() const {
  return job_ ? job_->next_departure_ns() : std::nullopt;
}

std::optional<FinishedSend> Sender::take_finished() {
  if (!job_ || !job_->finished()) return std::nullopt;
  return abort(Done{});
}

FinishedSend Sender::abort(Status why) {
  FinishedSend finished{std::move(tag_), job_->outcome(), std::move(why)};
  if (record_) {
    Status closed = record_->close();
    if (finished.status) finished.status = std::move(closed);
  }
  record_.reset();
  job_.reset();
  return finished;
}

void Sender::take_back() {
  std::array<dpdk::Packet, kSendBurst> packets;
  unsigned taken = 0;
  while ((taken = ring_.dequeue(packets)) != 0) {
    dpdk::free_packets(std::span(packets).first(taken));
  }
}

}  // namespace ringside::wire
