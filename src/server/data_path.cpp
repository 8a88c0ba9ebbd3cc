// SPDX-License-Identifier: BSD-3-Clause
#include "server/data_path.hpp"

#include <algorithm>

namespace ringside::server {

std::uint64_t DataPath::in_flight() const {
  std::uint64_t sum = read(tx.staged);
  for (std::size_t client = 0; client < work.size(); ++client) sum += owed(client);
  for (const RxCounters& counters : rx) sum += read(counters.staged);
  return sum;
}

bool DataPath::all_acknowledged() const {
  const std::uint32_t epoch = gate.epoch.load(std::memory_order_relaxed);
  return std::all_of(acknowledged.begin(), acknowledged.end(), [epoch](const auto& seen) {
    return seen.load(std::memory_order_acquire) == epoch;  // pairs: Receiver::follow_gate()
  });
}

}  // namespace ringside::server
