// SPDX-License-Identifier: BSD-3-Clause
// How fast server and clients forward on null ports, which cost nothing: each case a server and
// clients as processes, all cases in turn, round after round, so that a slow minute of the machine
// is one of all cases. Only packets that left count, never those that were offered.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "harness/run/cluster.hpp"
#include "harness/run/memory.hpp"
#include "harness/run/world.hpp"

namespace ringside::harness {

/// How packets get from a port to a port.
enum class ForwardMethod {
  kFloor,    ///< received and transmitted by one process, without any hand-over
  kClassic,  ///< the lesson's example: bench/classic
  kReturn,   ///< mp_server --tx return
  kDirect    ///< mp_server --tx direct
};
inline constexpr ForwardMethod kForwardMethods[] = {ForwardMethod::kFloor, ForwardMethod::kClassic,
                                                    ForwardMethod::kReturn, ForwardMethod::kDirect};
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
};

/// What one case did during one window.
struct ForwardSample {
  double seconds = 0;
  std::uint64_t delivered = 0;
  std::uint64_t dropped = 0;
  double cpu_seconds = 0;                ///< of all its processes
  std::vector<std::uint64_t> by_client;  ///< delivered; empty when there are none
  double fullest_ring = 0;               ///< most packets on a ring over its size, since the start
  double others_share = 0;  ///< of the machine's CPUs, taken by programs that are not of this case

  double mpps() const { return static_cast<double>(delivered) / seconds / 1e6; }
  double cpu_ns_per_packet() const { return cpu_seconds * 1e9 / static_cast<double>(delivered); }
};

struct ForwardPlan {
  std::vector<ForwardCase> cases;
  unsigned rounds = 5;
  Duration warm_up = std::chrono::milliseconds(300);
  Duration window = std::chrono::milliseconds(700);
  Programs programs;
  std::string classic_directory;  ///< of classic_server and classic_client
  MemoryMode memory = MemoryMode::kAuto;
};

/// What one case did in all rounds.
struct ForwardRow {
  ForwardCase what;
  std::vector<ForwardSample> samples;  ///< by round
};

struct ForwardResult {
  std::string memory;  ///< "hugepages" or "no-huge"
  std::vector<ForwardRow> rows;
};

/// Runs all cases in turn, `plan.rounds` times. `progress` is told the name of each that begins.
/// Errors: kEnvironment; kCheckFailed, when a case delivers no packets; kInterrupted.
Result<ForwardResult> bench_forward(World& world, const ForwardPlan& plan,
                                    const std::function<void(const std::string&)>& progress);

}  // namespace ringside::harness
