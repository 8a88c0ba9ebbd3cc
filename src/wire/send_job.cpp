// SPDX-License-Identifier: BSD-3-Clause
#include "wire/send_job.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace ringside::wire {
namespace {

std::uint64_t total_packets(const Send& request, std::uint64_t capture_size) {
  if (request.count) return *request.count;
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  return request.loops > kMost / capture_size ? kMost : request.loops * capture_size;
}

}  // namespace

SendJob::SendJob(std::shared_ptr<const pcap::Capture> capture, const Send& request,
                 std::uint64_t now_ns)
    : capture_(std::move(capture)),
      pacer_(request.pace, *capture_),
      total_(total_packets(request, capture_->size())),
      start_ns_(now_ns) {}

unsigned SendJob::due(std::uint64_t now_ns, unsigned most) const {
  const std::uint64_t left = std::min<std::uint64_t>(most, total_ - next_);
  return static_cast<unsigned>(pacer_.due(next_, now_ns - start_ns_, left));
}

pcap::Packet SendJob::packet(unsigned i) const {
  return (*capture_)[(next_ + i) % capture_->size()];
}

void SendJob::settle(unsigned offered, unsigned accepted, std::uint64_t now_ns) {
  const unsigned refused = pacer_.open_loop() ? offered - accepted : 0;
  next_ += accepted + refused;
  outcome_.sent += accepted;
  outcome_.refused += refused;
  if (accepted + refused != 0) outcome_.duration_ns = now_ns - start_ns_;
}

std::optional<std::uint64_t> SendJob::next_departure_ns() const {
  if (finished() || !pacer_.open_loop()) return std::nullopt;
  const std::uint64_t after = pacer_.departure_ns(next_);
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  return after > kMost - start_ns_ ? kMost : start_ns_ + after;
}

}  // namespace ringside::wire
