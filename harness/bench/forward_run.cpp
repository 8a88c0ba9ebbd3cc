// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/forward_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/ids.hpp"
#include "core/proc_stat.hpp"
#include "harness/run/facts.hpp"
#include "host/affinity.hpp"

namespace ringside::harness {
namespace {

constexpr auto kAnswer = std::chrono::seconds(20);

Scenario scenario_of(const ForwardSetup& setup, const ForwardCase& what) {
  Scenario scenario;
  scenario.name = what.name();
  scenario.ports = setup.traffic.ports;
  scenario.client_slots = what.clients;
  scenario.server.policy = what.policy;
  scenario.server.ring_size = what.ring_size;
  scenario.server.burst = what.burst;
  if (what.method == ForwardMethod::kDirect) scenario.server.tx = "direct";
  if (what.is_classic() && setup.traffic.ports == PortKind::kPcap) {
    scenario.server.extra = {"--looped", std::to_string(setup.traffic.packets)};
  }
  if (what.method == ForwardMethod::kFloor) scenario.server.extra.push_back("--floor");
  for (unsigned id = 0; id < what.client_processes(); ++id) {
    ClientOptions client;
    client.id = id;
    client.mark = false;
    client.burst = what.burst;
    scenario.clients.push_back(client);
  }
  return scenario;
}

/// Port 0 loops the capture; whatever is sent, goes to port 1, which brings nothing in.
std::vector<std::string> vdevs_of(const ForwardTraffic& traffic) {
  if (traffic.ports == PortKind::kRing) return {};
  if (traffic.ports == PortKind::kNull) return {"net_null0", "net_null1"};
  return {fmt::format("net_pcap0,rx_pcap={},infinite_rx=1", input_file(0)), "net_null1,no-rx=1"};
}

}  // namespace

double read_cpu_seconds_of_all() {
  const std::vector<unsigned> cpus = host::allowed_cpus();
  std::ifstream stat("/proc/stat");
  double ticks = 0;
  for (std::string line; std::getline(stat, line);) {
    unsigned cpu = 0;
    double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
    const int fields = std::sscanf(line.c_str(), "cpu%u %lf %lf %lf %lf %lf %lf %lf %lf", &cpu,
                                   &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal);
    if (fields == 9 && std::ranges::find(cpus, cpu) != cpus.end()) {
      ticks += user + nice + system + irq + softirq + steal;
    }
  }
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

Result<MemoryPlan> choose_memory(const ForwardSetup& setup, const std::vector<ForwardCase>& cases) {
  const ForwardTraffic& traffic = setup.traffic;
  const auto most = [&](bool hugepages) {
    const unsigned looped = traffic.ports == PortKind::kPcap ? traffic.packets : 0;
    unsigned megabytes = 0;
    for (const ForwardCase& what : cases) {
      megabytes = std::max(megabytes, needed_megabytes(scenario_of(setup, what), traffic.longest,
                                                       hugepages, looped));
    }
    return megabytes;
  };
  const MemoryFacts facts = read_memory_facts();
  auto memory = plan_memory(setup.memory, facts, most(true));
  if (!memory || memory->hugepages) return memory;
  return plan_memory(MemoryMode::kNoHuge, facts, most(false));
}

ForwardRun::ForwardRun(World& world, const ForwardSetup& setup, const ForwardCase& what,
                       const MemoryPlan& memory, const RunDirectory& directory)
    : world_(world),
      setup_(setup),
      what_(what),
      scenario_(scenario_of(setup, what)),
      directory_(directory.path()),
      cluster_(world, scenario_, launch_plan(memory, directory.prefix()), Patience{}, directory_) {}

LaunchPlan ForwardRun::launch_plan(const MemoryPlan& memory, const std::string& prefix) const {
  const ForwardTraffic& traffic = setup_.traffic;
  LaunchPlan launch{
      setup_.programs, memory, CpuPlan(host::allowed_cpus(), 1), prefix, vdevs_of(traffic),
      traffic.longest, {}};
  if (what_.is_classic()) {
    launch.programs.server = setup_.classic_directory + "/classic_server";
    launch.programs.client = setup_.classic_directory + "/classic_client";
  }
  return launch;
}

/// Under a short name: device arguments over 63 characters break secondaries.
Status ForwardRun::link_capture() const {
  if (setup_.traffic.ports != PortKind::kPcap) return Done{};
  std::error_code failed;
  std::filesystem::create_symlink(setup_.traffic.capture, directory_ + "/" + input_file(0), failed);
  if (!failed) return Done{};
  return environment_error(fmt::format("cannot make a link to {} in {} ({})",
                                       setup_.traffic.capture, directory_, failed.message()));
}

Status ForwardRun::start() {
  if (Status linked = link_capture(); !linked) return linked;
  if (Status server = cluster_.start_server(); !server) return server;
  if (setup_.traffic.ports == PortKind::kRing) {
    auto wire = BenchWire::start(world_, cluster_);
    if (!wire) return wire.error();
    wire_ = std::move(*wire);
  }
  std::vector<unsigned> ids;
  for (const ClientOptions& client : scenario_.clients) ids.push_back(client.id);
  return ids.empty() ? Status(Done{}) : cluster_.start_clients(ids);
}

void ForwardRun::stop() {
  cluster_.stop_server_and_clients();
  cluster_.stop_wire();
}

Status ForwardRun::sleep(Duration time) {
  const auto end = wait_until(world_.clock, Deadline(world_.clock, time), world_.interrupted,
                              [&] { return cluster_.unexpected_end().has_value(); });
  if (end == WaitEnd::kDeadline) return Done{};
  if (end == WaitEnd::kInterrupted) return Error{"interrupted", ExitCode::kInterrupted};
  return environment_error(fmt::format("{}: {}", what_.name(), *cluster_.unexpected_end()));
}

Result<ForwardReading> ForwardRun::read() {
  ForwardReading reading;
  const auto answered = [&] { return read_server(reading) || cluster_.unexpected_end(); };
  const Deadline deadline(world_.clock, kAnswer);
  const WaitEnd end = wait_until(world_.clock, deadline, world_.interrupted, answered);
  if (end != WaitEnd::kMet) return wait_error(end, what_.name() + ": the server did not answer");
  if (const auto ended = cluster_.unexpected_end()) return environment_error(*ended);
  reading.cpu_seconds.push_back(cpu_seconds_of("server"));
  for (const ClientOptions& client : scenario_.clients) {
    reading.cpu_seconds.push_back(cpu_seconds_of(client_name(client.id)));
  }
  if (wire_) {
    reading.cpu_seconds.push_back(cpu_seconds_of("wire"));
    if (Status told = read_wire(reading); !told) return told.error();
  }
  reading.cpu_seconds_of_all = read_cpu_seconds_of_all();
  return reading;
}

/// False when the server did not answer: a busy machine may let a request wait too long.
bool ForwardRun::read_server(ForwardReading& reading) {
  reading = {};
  ServerFacts facts(cluster_.telemetry());
  const auto count = [&](const std::string& name) {
    return static_cast<std::uint64_t>(facts.count(name));
  };
  reading.delivered = count("transmitted");
  reading.at = world_.clock.now();
  reading.dropped = count("dropped");
  for (const ClientOptions& client : scenario_.clients) {
    const std::string name = client_name(client.id);
    reading.by_client.push_back(count(name + ".sent"));
    const double size = static_cast<double>(count(name + ".ring_size"));
    const double peak = static_cast<double>(count(name + ".ring_peak"));
    if (size > 0) reading.fullest_ring = std::max(reading.fullest_ring, peak / size);
  }
  return facts.answered();
}

Status ForwardRun::read_wire(ForwardReading& reading) {
  auto totals = wire_->totals();
  if (!totals) return totals.error();
  reading.at = TimePoint(Duration(totals->at_ns));  // the clock of both
  reading.delivered = totals->delivered;
  reading.dropped += totals->refused;
  reading.offered = totals->sent + totals->refused;
  reading.wire = std::move(*totals);
  return Done{};
}

/// Of all its threads so far; 0 when it is gone.
double ForwardRun::cpu_seconds_of(const std::string& program) {
  double nanoseconds = 0;
  for (const auto& thread : threads_of(cluster_.find(program)->pid())) {
    double of_thread = 0;
    std::ifstream(thread / "schedstat") >> of_thread;
    nanoseconds += of_thread;
  }
  return nanoseconds / 1e9;
}

}  // namespace ringside::harness
