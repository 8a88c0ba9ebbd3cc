// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/end_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "core/idle.hpp"

namespace ringside::dpdk {

EndWatch::EndWatch(std::chrono::nanoseconds limit, GiveUp give_up)
    : thread_([this, limit, give_up = std::move(give_up)] {
        const auto done = [this] { return done_.load(std::memory_order_relaxed); };
        if (poll_until(limit, done, std::chrono::milliseconds(10))) return;
        ::_exit(give_up(Error{
            fmt::format("DPDK's clean-up hangs since {:.3g} s, most likely because a process was "
                        "killed inside its own start and left one of DPDK's shared locks held; "
                        "ended without it, the next server removes what is left",
                        std::chrono::duration<double>(limit).count()),
            ExitCode::kTimedOut}));
      }) {}

EndWatch::~EndWatch() {
  done_.store(true, std::memory_order_relaxed);
  thread_.join();
}

}  // namespace ringside::dpdk
