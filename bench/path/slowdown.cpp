// SPDX-License-Identifier: BSD-3-Clause
#include "bench/path/slowdown.hpp"

#include <rte_cycles.h>

#ifndef RINGSIDE_SLOWDOWN
#define RINGSIDE_SLOWDOWN 0
#endif

namespace ringside::bench {
namespace {

constexpr double kShare = RINGSIDE_SLOWDOWN / 100.0;
/// Looking at the clock costs time as well: once in so many bursts it is less than 0.1 %.
constexpr unsigned kBursts = 16;

decltype(server::Seams::hand_over) product_hand_over = nullptr;
std::uint64_t begin = 0;
unsigned bursts = 0;

unsigned slow_hand_over(dpdk::ProducerEnd& ring, std::span<dpdk::Packet> packets) {
  if (++bursts % kBursts == 0) {
    const std::uint64_t now = ::rte_rdtsc();
    const std::uint64_t end =
        now + static_cast<std::uint64_t>(kShare * static_cast<double>(now - begin));
    while (::rte_rdtsc() < end) {
    }
    begin = end;
  }
  return product_hand_over(ring, packets);
}

}  // namespace

server::Seams slowed(server::Seams seams) {
  if constexpr (kShare > 0) {
    product_hand_over = seams.hand_over;
    seams.hand_over = slow_hand_over;
  }
  return seams;
}

void slowdown_begins() {
  begin = ::rte_rdtsc();
}

}  // namespace ringside::bench
