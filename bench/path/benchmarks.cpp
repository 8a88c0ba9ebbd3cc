// SPDX-License-Identifier: BSD-3-Clause
#include "bench/path/benchmarks.hpp"

#include <memory>
#include <utility>

#include "bench/path/forwarding.hpp"
#include "bench/path/ports.hpp"
#include "bench/path/slowdown.hpp"
#include "host/line_probe.hpp"

namespace ringside::bench {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kNullPackets = 1024;
constexpr milliseconds kProbe{5};

/// Ports that live as long as what uses them.
struct Stage {
  std::optional<CirculatingPorts> ports;
  std::unique_ptr<Forwarding> forwarding;
};
using MakeStage = std::function<Result<Stage>()>;

/// Makes its stage with the first request.
class LazyForwarding {
 public:
  explicit LazyForwarding(MakeStage make) : make_(std::move(make)) {}

  Result<std::uint64_t> deliver(std::uint64_t packets) {
    if (!stage_.forwarding) {
      auto made = make_();
      if (!made) return made.error();
      stage_ = *std::move(made);
    }
    return stage_.forwarding->deliver(packets);
  }

 private:
  MakeStage make_;
  Stage stage_;
};

Result<Stage> stage_of(ForwardingPlan plan, dpdk::MempoolView pool) {
  auto forwarding = Forwarding::make(plan, slowed(server::product_seams()), pool);
  if (!forwarding) return forwarding.error();
  return Stage{std::nullopt, *std::move(forwarding)};
}

Result<Stage> circulating_stage(ForwardingPlan plan, const FrameSet& frames,
                                dpdk::MempoolView pool) {
  auto ports = circulate(plan.name, frames, pool);
  if (!ports) return ports.error();
  plan.ports = ports->ids;
  auto stage = stage_of(std::move(plan), pool);
  if (stage) stage->ports = *std::move(ports);
  return stage;
}

Benchmark on_one_cpu(std::string name, std::uint64_t packets, MakeStage make) {
  auto forwarding = std::make_shared<LazyForwarding>(std::move(make));
  return {{std::move(name), packets}, [=](std::uint64_t rounds) -> Result<BenchTime> {
            const auto nanoseconds = forwarding->deliver(rounds * packets);
            if (!nanoseconds) return nanoseconds.error();
            return BenchTime{*nanoseconds, std::nullopt};
          }};
}

std::uint64_t round_trip(TwoCpus cpus) {
  return static_cast<std::uint64_t>(host::line_round_trip_ns(cpus.server, cpus.clients, kProbe) +
                                    0.5);
}

Benchmark on_two_cpus(std::string name, std::uint64_t packets, std::optional<TwoCpus> cpus,
                      MakeStage make) {
  auto forwarding = std::make_shared<LazyForwarding>(std::move(make));
  return {{std::move(name), packets, true}, [=](std::uint64_t rounds) -> Result<BenchTime> {
            if (!cpus) return Error{"it needs --cpu and --clients-cpu"};
            const std::uint64_t before = round_trip(*cpus);
            const auto nanoseconds = forwarding->deliver(rounds * packets);
            if (!nanoseconds) return nanoseconds.error();
            return BenchTime{*nanoseconds, RoundTrips{before, round_trip(*cpus)}};
          }};
}

}  // namespace

std::vector<Benchmark> path_benchmarks(const FrameSet& frames, dpdk::MempoolView pool,
                                       const std::vector<std::uint16_t>& null_ports,
                                       std::optional<TwoCpus> cpus) {
  const std::uint64_t packets = std::min(frames.views.size(), kMostCirculating);
  const auto null_stage = [=] {
    return stage_of({"null", Policy::kRoundRobin, null_ports, std::nullopt}, pool);
  };
  const auto frames_stage = [=, &frames](const char* name, Policy policy, bool cross) {
    const auto clients_cpu = cross ? std::optional(cpus->clients) : std::nullopt;
    return [=, &frames] {
      return circulating_stage({name, policy, {}, clients_cpu}, frames, pool);
    };
  };
  std::vector<Benchmark> all;
  all.push_back(on_one_cpu("forward-null", kNullPackets, null_stage));
  all.push_back(on_one_cpu("forward-port", packets, frames_stage("port", Policy::kPort, false)));
  all.push_back(
      on_one_cpu("forward-flow-hash", packets, frames_stage("hash", Policy::kFlowHash, false)));
  all.push_back(on_two_cpus("forward-cross-core", packets, cpus,
                            frames_stage("cross", Policy::kRoundRobin, cpus.has_value())));
  return all;
}

}  // namespace ringside::bench
