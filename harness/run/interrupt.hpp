// SPDX-License-Identifier: BSD-3-Clause
// SIGINT and SIGTERM to ringside are counted in one flag, and nothing else; loops see it, children
// are ended and directories removed by destructors, and the exit code says why.
#pragma once

#include "harness/run/clock.hpp"

namespace ringside::harness {

/// Installs the handlers for SIGINT, SIGTERM and SIGHUP and ignores SIGPIPE (a child that went away
/// is reported where its pipe is written). Call once, first thing in main.
void install_interrupt_handlers();

/// The flag that the handlers raise.
InterruptFlag& interrupt_flag();

}  // namespace ringside::harness
