// SPDX-License-Identifier: BSD-3-Clause
// What the forwarding benchmark measures: a method, how many clients, what the ports are fed with;
// and whether that is possible here. Pure, but for the reading of a capture.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "harness/run/scenario.hpp"

namespace ringside::harness {

/// How packets get from a port to a port.
enum class ForwardMethod {
  kLines,  ///< no packets: a cache line of each to the other CPU and back, the bound of a hand-over
  kFloor,  ///< received and transmitted by one process, without any hand-over
  kClassic,  ///< the lesson's example: bench/classic
  kReturn,   ///< mp_server --tx return
  kDirect    ///< mp_server --tx direct
};
inline constexpr ForwardMethod kForwardMethods[] = {ForwardMethod::kLines, ForwardMethod::kFloor,
                                                    ForwardMethod::kClassic, ForwardMethod::kReturn,
                                                    ForwardMethod::kDirect};
std::string_view to_string(ForwardMethod method);
/// Errors: kUsage, naming those there are.
Result<ForwardMethod> parse_forward_method(std::string_view text);

struct ForwardCase {
  ForwardMethod method = ForwardMethod::kReturn;
  unsigned clients = 1;
  std::string policy = "round-robin";
  std::optional<unsigned> ring_size;
  std::optional<unsigned> burst;

  /// "return/2/round-robin/ring:1024/burst:32"; what is not given is left out.
  std::string name() const;
  /// Programs of bench/classic.
  bool is_classic() const {
    return method == ForwardMethod::kFloor || method == ForwardMethod::kClassic;
  }
  /// Bounds of what can be reached, of which there is one.
  bool is_bound() const {
    return method == ForwardMethod::kLines || method == ForwardMethod::kFloor;
  }
  unsigned client_processes() const { return is_bound() ? 0 : clients; }
};

/// What the ports are made of and what comes in at them: frames of zeros at both null ports; a
/// capture over and over at port 0, by net_pcap (port 1 is a null port that receives nothing) or by
/// mp_wire.
struct ForwardTraffic {
  PortKind ports = PortKind::kNull;
  std::string capture;      ///< absolute path; empty with null ports
  unsigned packets = 0;     ///< in it
  unsigned longest = 1522;  ///< its longest frame, at least an Ethernet frame with a tag
};

/// Null ports, or a capture looked at. Errors: kUsage, no such capture, none that these ports can
/// loop, live ports.
Result<ForwardTraffic> forward_traffic(PortKind ports, const std::string& capture);

/// Why this cannot be measured on these ports with so many CPUs; empty when it can.
std::string reason_to_skip(const ForwardCase& what, PortKind ports, std::size_t cpus);

/// More processes than CPUs want to run all the time: the scheduler is part of what is measured.
bool is_oversubscribed(const ForwardCase& what, PortKind ports, std::size_t cpus);

}  // namespace ringside::harness
