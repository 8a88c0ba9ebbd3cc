// SPDX-License-Identifier: BSD-3-Clause
// Flows in words.
#pragma once

#include <string>

#include "core/flow_key.hpp"

namespace ringside::harness {

/// "tcp", "udp", "icmp", ...; "protocol 89" for those without a short name here.
std::string protocol_name(std::uint8_t protocol);

/// "10.0.0.1" or "fe80::1"; `kind` is kIpv4 or kIpv6.
std::string address_text(PacketKind kind, const IpAddress& address);

std::string mac_text(const MacAddress& mac);

/// "tcp 10.0.0.1:1234 > 10.0.0.2:80", "udp [fe80::1]:53 > [fe80::2]:4000",
/// "icmp 10.0.0.1 > 10.0.0.2", "ethernet 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff type 0x0806".
/// `both_directions`: the key is symmetric(), so "<>" takes the place of ">".
std::string describe(const FlowKey& key, bool both_directions = false);

}  // namespace ringside::harness
