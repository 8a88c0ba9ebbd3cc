// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/interrupt.hpp"

#include <csignal>

namespace ringside::harness {
namespace {

InterruptFlag g_interrupted{0};
static_assert(InterruptFlag::is_always_lock_free);

extern "C" void on_interrupt(int) {
  g_interrupted.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

void install_interrupt_handlers() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  ::sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
  // tcsetpgrp() from a background process group would stop ringside when it takes the terminal
  // back.
  ::sigaction(SIGTTOU, &action, nullptr);
}

InterruptFlag& interrupt_flag() {
  return g_interrupted;
}

}  // namespace ringside::harness
