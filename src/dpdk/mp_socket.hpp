// SPDX-License-Identifier: BSD-3-Clause
// The socket of DPDK's IPC, made safe against what its readers and writers do not survive.
//
// DPDK's IPC thread ends, for good and without a word, when it is sent a datagram that is not
// exactly one of its messages: three bytes are enough to make a server deaf. It closes whatever
// file descriptors a message pretends to carry. And a send to a peer that is stopped (SIGSTOP) and
// whose queue is full blocks for as long as the peer is stopped.
#pragma once

#include <chrono>
#include <string>

#include "core/result.hpp"

namespace ringside::dpdk {

/// Finds this process's socket and has the kernel drop every datagram that is no message of DPDK's;
/// a send to a peer that does not read ends with an error after `patience`. Call once EAL is up.
/// Error kEnvironment when there is no such socket or the kernel does not take the filter. What it
/// cannot see: more than 8 file descriptors attached to a message end DPDK's thread too.
Status guard_mp_socket(const std::string& runtime_directory, std::chrono::milliseconds patience);

}  // namespace ringside::dpdk
