// SPDX-License-Identifier: BSD-3-Clause
// A flow in words becomes a frame, so that what a user types goes through the same parser as what
// a port receives.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace ringside::harness {

/// The smallest frame that belongs to the flow `text`, which reads as describe() writes it:
///
///   tcp 10.0.0.1:1234 > 10.0.0.2:80        udp [fe80::1]:53 > [fe80::2]:4000
///   icmp 10.0.0.1 > 10.0.0.2               tcp 10.0.0.1 > 10.0.0.2     (its fragments)
///
/// Protocols: by name (tcp, udp, sctp, icmp, icmpv6, igmp, gre, esp, ah, ipv6-frag) or number
/// ("89", "protocol 89").
/// Error: what is wrong with the text, and an example.
Result<std::vector<std::byte>> typed_flow_frame(std::string_view text);

}  // namespace ringside::harness
