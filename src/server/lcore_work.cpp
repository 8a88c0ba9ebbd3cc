// SPDX-License-Identifier: BSD-3-Clause
#include "server/lcore_work.hpp"

#include <ctime>

namespace ringside::server {
namespace {

std::chrono::nanoseconds cpu_time_of_thread() {
  std::timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

LcoreWork::LcoreWork(DataPath& path, std::optional<std::uint16_t> rx_queue, bool takes_back)
    : path_(path), idle_(path.options.idle, cpu_time_of_thread) {
  // The wire sends to the first queue only.
  if (rx_queue == 0 && path.info.wire_ports > 0) {
    sleeper_.emplace(path.info.server_naps, path.info.wire.bell);
  }
  if (rx_queue) receiver_ = std::make_unique<Receiver>(path, *rx_queue);
  if (takes_back) returner_ = std::make_unique<Returner>(path);
}

void LcoreWork::rest() {
  if (!sleeper_) return idle_.found_nothing();
  idle_.found_nothing([this](std::chrono::nanoseconds length) {
    // What the wire sent just now it rings for in its next turn.
    sleeper_->sleep(length, [] { return false; });
  });
}

}  // namespace ringside::server
