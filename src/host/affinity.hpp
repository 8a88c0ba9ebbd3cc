// SPDX-License-Identifier: BSD-3-Clause
// Where a thread runs.
#pragma once

#include <pthread.h>
#include <sched.h>

#include <vector>

namespace ringside::host {

/// CPUs that this process may run on, ascending; never empty.
std::vector<unsigned> allowed_cpus();

/// Binds the calling thread to one CPU. Where that is not allowed the thread stays where it is.
inline void bind_to_cpu(unsigned cpu) {
  ::cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set);
}

}  // namespace ringside::host
