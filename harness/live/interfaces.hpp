// SPDX-License-Identifier: BSD-3-Clause
// What live ports do to network interfaces, in the namespace of the calling thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringside::harness {

/// Turns off all that would change frames on their way: checksum and segmentation offloads, and
/// the merging of received segments (GRO). What a driver does not have stays as it is.
void turn_offloads_off(const std::string& interface);

/// Frames that `interface` could not pass on, from the text of /proc/net/dev; nothing if it has no
/// line there. A veth counts here what did not fit into the receiver's backlog.
std::optional<std::uint64_t> transmit_drops(std::string_view proc_net_dev,
                                            std::string_view interface);

/// Lines for `ip -batch` that make a veth pair: `here` stays, `there` goes into the namespace at
/// `path`.
std::string veth_batch(const std::string& here, const std::string& there, const std::string& path,
                       std::size_t max_frame);

/// Lines for `ip -batch` that bring an interface up so that the kernel itself says nothing on it:
/// no IPv6 address, so no router solicitation and no duplicate detection; no ARP; no multicast
/// groups.
std::string quiet_up_batch(const std::string& interface);

}  // namespace ringside::harness
