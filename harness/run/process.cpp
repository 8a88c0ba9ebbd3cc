// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/process.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

namespace ringside::harness {

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

std::string ProcessEnd::text() const {
  return signal != 0 ? signal_name(signal) : fmt::format("exit {}", exit_code);
}

Stopped stop_process(Clock& clock, Process& process, int signal, const Deadline& deadline) {
  static const InterruptFlag never_interrupted{0};
  const auto ended = [&] { return process.poll().has_value(); };
  if (ended()) return {*process.poll(), false};
  process.signal(signal);
  process.signal(SIGCONT);
  if (wait_until(clock, deadline, never_interrupted, ended) == WaitEnd::kMet) {
    return {*process.poll(), false};
  }
  process.signal(SIGKILL);
  wait_until(clock, Deadline::never(clock), never_interrupted, ended);
  return {*process.poll(), true};
}

}  // namespace ringside::harness
