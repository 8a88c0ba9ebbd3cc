// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/forward.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/ids.hpp"
#include "harness/run/facts.hpp"
#include "harness/run/inputs.hpp"
#include "harness/run/run_directory.hpp"

namespace ringside::harness {
namespace {

constexpr unsigned kFrame = 1522;
constexpr unsigned kMostWindows = 50;

Scenario scenario_of(const ForwardCase& what) {
  Scenario scenario;
  scenario.name = what.name();
  scenario.ports = PortKind::kNull;
  scenario.client_slots = what.clients;
  scenario.server.policy = what.policy;
  scenario.server.ring_size = what.ring_size;
  scenario.server.burst = what.burst;
  if (what.method == ForwardMethod::kDirect) scenario.server.tx = "direct";
  if (what.method == ForwardMethod::kFloor) scenario.server.extra = {"--floor"};
  for (unsigned id = 0; id < what.clients && what.method != ForwardMethod::kFloor; ++id) {
    ClientOptions client;
    client.id = id;
    client.mark = false;
    client.burst = what.burst;
    scenario.clients.push_back(client);
  }
  return scenario;
}

/// CPU time of all threads of a process so far; 0 when it is gone.
double cpu_seconds_of(int pid) {
  double nanoseconds = 0;
  std::error_code gone;
  for (const auto& task :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), gone)) {
    double of_thread = 0;
    std::ifstream(task.path() / "schedstat") >> of_thread;
    nanoseconds += of_thread;
  }
  return nanoseconds / 1e9;
}

/// CPU time of everybody on this machine so far, what its host took away included.
double cpu_seconds_of_all() {
  std::ifstream stat("/proc/stat");
  std::string cpu;
  double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
  stat >> cpu >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal;
  return (user + nice + system + irq + softirq + steal) /
         static_cast<double>(::sysconf(_SC_CLK_TCK));
}

/// All counters of a case at one moment.
struct Reading {
  TimePoint at;
  double cpu_seconds_of_all = 0;
  ForwardSample counts;
};

class Case {
 public:
  Case(World& world, const ForwardPlan& plan, const ForwardCase& what, const MemoryPlan& memory,
       const RunDirectory& directory)
      : world_(world),
        plan_(plan),
        what_(what),
        scenario_(scenario_of(what)),
        cluster_(world, scenario_, launch_plan(memory, directory.prefix()), Patience{},
                 directory.path()) {}

  Result<ForwardSample> measure() {
    if (Status status = start(); !status) return status.error();
    Result<ForwardSample> sample = sample_window();
    cluster_.stop_server_and_clients();
    return sample;
  }

 private:
  LaunchPlan launch_plan(const MemoryPlan& memory, const std::string& prefix) const {
    LaunchPlan launch{plan_.programs, memory, CpuPlan(allowed_cpus(), 1), prefix, {}, kFrame, {}};
    if (what_.method == ForwardMethod::kFloor || what_.method == ForwardMethod::kClassic) {
      launch.programs.server = plan_.classic_directory + "/classic_server";
      launch.programs.client = plan_.classic_directory + "/classic_client";
    }
    for (unsigned port = 0; port < scenario_.port_count; ++port) {
      launch.vdevs.push_back(vdev_argument(PortKind::kNull, port));
    }
    return launch;
  }

  Status start() {
    if (Status status = cluster_.start_server(); !status) return status;
    std::vector<unsigned> ids;
    for (const ClientOptions& client : scenario_.clients) ids.push_back(client.id);
    return ids.empty() ? Status(Done{}) : cluster_.start_clients(ids);
  }

  Result<ForwardSample> sample_window() {
    if (Status slept = sleep(plan_.warm_up); !slept) return slept.error();
    const Reading begin = read();
    Reading end = begin;
    // On a busy machine a window may pass in which somebody had no CPU at all.
    for (unsigned i = 0; i < kMostWindows && end.counts.delivered == begin.counts.delivered; ++i) {
      if (Status slept = sleep(plan_.window); !slept) return slept.error();
      end = read();
    }
    ForwardSample sample = end.counts;
    sample.seconds = std::chrono::duration<double>(end.at - begin.at).count();
    sample.delivered -= begin.counts.delivered;
    sample.dropped -= begin.counts.dropped;
    sample.cpu_seconds -= begin.counts.cpu_seconds;
    const double others = end.cpu_seconds_of_all - begin.cpu_seconds_of_all - sample.cpu_seconds;
    const auto cpus = static_cast<double>(allowed_cpus().size());
    sample.others_share = std::max(0.0, others / (sample.seconds * cpus));
    for (std::size_t i = 0; i < sample.by_client.size(); ++i) {
      sample.by_client[i] -= begin.counts.by_client[i];
    }
    if (sample.delivered > 0) return sample;
    return Error{fmt::format("{} delivered no packets", what_.name()), ExitCode::kCheckFailed};
  }

  Status sleep(Duration time) {
    const auto end = wait_until(world_.clock, Deadline(world_.clock, time), world_.interrupted,
                                [&] { return cluster_.unexpected_end().has_value(); });
    if (end == WaitEnd::kDeadline) return Done{};
    if (end == WaitEnd::kInterrupted) return Error{"interrupted", ExitCode::kInterrupted};
    return environment_error(fmt::format("{}: {}", what_.name(), *cluster_.unexpected_end()));
  }

  Reading read() {
    Reading reading;
    ServerFacts facts(cluster_.telemetry());
    reading.counts.delivered = count(facts, "transmitted");
    reading.at = world_.clock.now();
    reading.counts.dropped = count(facts, "dropped");
    for (const ClientOptions& client : scenario_.clients) {
      const std::string name = client_name(client.id);
      reading.counts.by_client.push_back(count(facts, name + ".sent"));
      reading.counts.cpu_seconds += cpu_seconds_of(cluster_.find(name)->pid());
      const double size = static_cast<double>(facts.count(name + ".ring_size"));
      const double peak = static_cast<double>(facts.count(name + ".ring_peak"));
      if (size > 0)
        reading.counts.fullest_ring = std::max(reading.counts.fullest_ring, peak / size);
    }
    reading.counts.cpu_seconds += cpu_seconds_of(cluster_.find("server")->pid());
    reading.cpu_seconds_of_all = cpu_seconds_of_all();
    return reading;
  }

  static std::uint64_t count(ServerFacts& facts, const std::string& name) {
    return static_cast<std::uint64_t>(facts.count(name));
  }

  World& world_;
  const ForwardPlan& plan_;
  const ForwardCase& what_;
  Scenario scenario_;
  Cluster cluster_;
};

/// Of the case that needs most: all of them shall run on the same kind.
Result<MemoryPlan> choose_memory(const ForwardPlan& plan) {
  const auto most = [&](bool hugepages) {
    unsigned megabytes = 0;
    for (const ForwardCase& what : plan.cases) {
      megabytes = std::max(megabytes, needed_megabytes(scenario_of(what), kFrame, hugepages));
    }
    return megabytes;
  };
  const MemoryFacts facts = read_memory_facts();
  auto memory = plan_memory(plan.memory, facts, most(true));
  if (!memory || memory->hugepages) return memory;
  return plan_memory(MemoryMode::kNoHuge, facts, most(false));
}

}  // namespace

std::string_view to_string(ForwardMethod method) {
  switch (method) {
    case ForwardMethod::kFloor:
      return "floor";
    case ForwardMethod::kClassic:
      return "classic";
    case ForwardMethod::kReturn:
      return "return";
    case ForwardMethod::kDirect:
      return "direct";
  }
  return "?";
}

Result<ForwardMethod> parse_forward_method(std::string_view text) {
  for (const ForwardMethod method : kForwardMethods) {
    if (text == to_string(method)) return method;
  }
  return Error{fmt::format("unknown method '{}'; use floor, classic, return or direct", text)};
}

std::string ForwardCase::name() const {
  if (method == ForwardMethod::kFloor) return "floor";
  std::string name = fmt::format("{}/{}", to_string(method), clients);
  if (method == ForwardMethod::kClassic) return name;
  name += "/" + policy;
  if (ring_size) name += fmt::format("/ring:{}", *ring_size);
  if (burst) name += fmt::format("/burst:{}", *burst);
  return name;
}

Result<ForwardResult> bench_forward(World& world, const ForwardPlan& plan,
                                    const std::function<void(const std::string&)>& progress) {
  const auto memory = choose_memory(plan);
  if (!memory) return memory.error();
  ForwardResult result;
  result.memory = memory->name();
  for (const ForwardCase& what : plan.cases) result.rows.push_back({what, {}});
  for (unsigned round = 0; round < plan.rounds; ++round) {
    for (ForwardRow& row : result.rows) {
      progress(fmt::format("round {} of {}: {}", round + 1, plan.rounds, row.what.name()));
      const auto directory = RunDirectory::create();
      if (!directory) return directory.error();
      auto sample = Case(world, plan, row.what, *memory, *directory).measure();
      remove_hugepage_files(memory->hugetlbfs, directory->prefix());
      if (!sample) return sample.error();
      row.samples.push_back(std::move(*sample));
    }
  }
  return result;
}

}  // namespace ringside::harness
