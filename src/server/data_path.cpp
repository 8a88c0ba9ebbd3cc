// SPDX-License-Identifier: BSD-3-Clause
#include "server/data_path.hpp"

#include <algorithm>

namespace ringside::server {

DataPath::DataPath(const Options& options_in, const Seams& seams_in, shared::SharedInfo& info_in,
                   std::size_t rx_lcores)
    : options(options_in), seams(seams_in), info(info_in), rx(rx_lcores), acknowledged(rx_lcores) {
  // A client owes at most what its ring holds, one less than its size.
  for (std::size_t i = 0; i < rx_lcores * options.clients; ++i) {
    fifos_.push_back(std::make_unique<OwedFifo>(options.ring_size, 2 * options.burst));
  }
}

std::uint64_t DataPath::in_flight() const {
  // In the order of a packet's way: one that goes on meanwhile is counted twice, not missed.
  std::uint64_t sum = 0;
  for (const RxCounters& counters : rx) {
    sum += counters.staged.load(std::memory_order_acquire);  // pairs: Receiver::publish_staged()
  }
  for (std::size_t client = 0; client < work.size(); ++client) sum += owed(client);
  std::atomic_thread_fence(std::memory_order_acquire);  // pairs: Returner::count_returned()
  return sum + read(tx.staged);
}

bool DataPath::all_acknowledged() const {
  return others_acknowledged() &&
         acknowledged.front().load(std::memory_order_acquire) ==  // pairs: Receiver::follow_gate()
             gate.epoch.load(std::memory_order_relaxed);
}

bool DataPath::others_acknowledged() const {
  const std::uint32_t epoch = gate.epoch.load(std::memory_order_relaxed);
  return std::all_of(acknowledged.begin() + 1, acknowledged.end(), [epoch](const auto& seen) {
    return seen.load(std::memory_order_acquire) == epoch;  // pairs: Receiver::follow_gate()
  });
}

}  // namespace ringside::server
