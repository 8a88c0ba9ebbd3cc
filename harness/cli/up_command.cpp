// SPDX-License-Identifier: BSD-3-Clause
// ringside up
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>

#include "core/eal_args.hpp"
#include "core/ids.hpp"
#include "core/policy.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/common_options.hpp"
#include "harness/run/command_lines.hpp"
#include "harness/run/inputs.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/run/traffic.hpp"
#include "harness/run/wire_client.hpp"
#include "harness/up/supervisor.hpp"
#include "host/affinity.hpp"

namespace ringside::harness {
namespace fs = std::filesystem;
namespace {

using Words = std::vector<std::string>;

using EalOptions = std::vector<EalOption>;

// What every process gets from here, each its own; a second value would contradict it.
constexpr std::string_view kGivenHere[] = {
    "--lcores",     "--coremask", "--corelist", "--proc-type",   "--no-huge",
    "--socket-mem", "--numa-mem", "--huge-dir", "--file-prefix", "--memory-size"};
// What names a device, each of which becomes a port. A --vdev is the primary's alone: secondaries
// learn of it from there.
constexpr std::string_view kPci = "--allow";
constexpr std::string_view kVdev = "--vdev";

unsigned count(const EalOptions& eal, std::string_view name) {
  return static_cast<unsigned>(std::ranges::count(eal, name, &EalOption::name));
}
unsigned count_devices(const EalOptions& eal) {
  return count(eal, kPci) + count(eal, kVdev);
}

EalOptions for_secondaries(EalOptions eal) {
  std::erase_if(eal, [](const EalOption& option) { return option.name == kVdev; });
  return eal;
}

/// `command` with EAL's options in their place, before "--".
Words with_eal_options(Words command, const EalOptions& eal) {
  if (count(eal, kPci) > 0) std::erase(command, "--no-pci");
  for (const EalOption& option : eal) {
    command.insert(std::ranges::find(command, "--"), option.words.begin(), option.words.end());
  }
  return command;
}

Result<MemoryPlan> choose_memory(MemoryMode mode, const Scenario& scenario, unsigned max_frame) {
  const MemoryFacts facts = read_memory_facts();
  auto plan = plan_memory(mode, facts, needed_megabytes(scenario, max_frame, true));
  if (!plan || plan->hugepages) return plan;
  return plan_memory(MemoryMode::kNoHuge, facts, needed_megabytes(scenario, max_frame, false));
}

class UpCommand final : public Command {
 public:
  void declare(CLI::App& app) override;
  Result<ExitCode> run(const std::vector<std::string>& rest) override;

 private:
  Status check(const EalOptions& eal) const;
  Result<Scenario> scenario(unsigned devices) const;
  std::vector<Service> services(const Scenario& scenario, const LaunchPlan& plan,
                                const EalOptions& eal) const;
  std::function<void()> sender(Supervisor& supervisor, const Scenario& scenario) const;

  std::vector<std::string> files_;
  ProgramChoice programs_;
  std::string memory_ = "auto";
  std::string ports_;
  std::string prefix_;
  std::string handler_;
  std::string server_words_;
  std::string client_words_;
  std::string stats_file_;
  unsigned clients_ = 2;
  ServerOptions server_;
  std::optional<double> rate_;
  std::uint64_t loops_ = 1;
};

void UpCommand::declare(CLI::App& app) {
  app.add_option("capture", files_, "pcap files: the first goes into port 0, and so on");
  app.add_option("--clients", clients_, "how many (2)")->check(CLI::Range(1u, kMaxClients));
  app.add_option("--ports", ports_,
                 "null, pcap or ring (null; ring with captures); none with devices after --")
      ->check(CLI::IsMember({"null", "pcap", "ring"}));
  app.add_option("--rate", rate_, "packets per second; ring")->check(positive_number);
  app.add_option("--loops", loops_, "send the captures so many times; ring")
      ->check(positive_number);
  app.add_option("--policy", server_.policy,
                 "round-robin, flow-hash, symmetric-flow-hash or port (round-robin)");
  app.add_option("--on-full", server_.on_full, "when a client's ring is full: drop or wait (drop)")
      ->check(CLI::IsMember({"drop", "wait"}));
  app.add_option("--start-after", server_.start_after,
                 "clients that must have joined before reception begins (all)");
  app.add_option("--server-lcores", server_.lcores, "lcores of the server (1)")
      ->check(CLI::Range(1u, 16u));
  app.add_option("--handler", handler_, "of the clients: forward, drop or delay:NS (forward)");
  app.add_option("--server-args", server_words_, "more words for mp_server, after its --");
  app.add_option("--client-args", client_words_, "more words for every mp_client, after its --");
  app.add_option("--stats-file", stats_file_,
                 "where the server leaves its final statistics, with all events, as JSON");
  app.add_option("--file-prefix", prefix_,
                 "DPDK's, in its usual runtime directory, so that other programs can attach; "
                 "without it, a private one");
  app.add_option("--memory", memory_, "auto, hugepages or no-huge (auto)");
  app.add_option("--bin-dir", programs_.bin_dir, "directory of mp_server, mp_client and mp_wire");
  app.add_option("--server", programs_.server, "the server to run");
  app.add_option("--client", programs_.client, "the client to run");
  app.add_option("--wire", programs_.wire, "the wire to run");
}

Status UpCommand::check(const EalOptions& eal) const {
  for (const EalOption& option : eal) {
    if (option.name == "--block") {
      return Error{fmt::format(
          "leave out {}: the ports are the devices that -a and --vdev name, and no others",
          option.words.front())};
    }
    if (std::ranges::find(kGivenHere, option.name) == std::end(kGivenHere)) continue;
    return Error{fmt::format(
        "leave out {}: up gives every process lcore ids of its own, memory and prefix; see "
        "--server-lcores, --memory and --file-prefix of ringside up --help",
        option.words.front())};
  }
  const bool has_devices = count_devices(eal) > 0;
  if (has_devices && !ports_.empty()) {
    return Error{"--ports makes ports of its own; leave it out when devices stand after --"};
  }
  if (ports_ == "null" && !files_.empty()) {
    return Error{"null ports feed themselves; captures need --ports ring or pcap"};
  }
  if (has_devices && !files_.empty()) {
    return Error{"captures are for --ports ring or pcap, not for devices after --"};
  }
  if (ports_ == "pcap" && files_.empty()) return Error{"--ports pcap needs captures"};
  return Done{};
}

Result<Scenario> UpCommand::scenario(unsigned devices) const {
  if (const auto policy = parse_policy(server_.policy); !policy) return policy.error();
  auto server_words = split_words(server_words_);
  if (!server_words) return server_words.error();
  auto client_words = split_words(client_words_);
  if (!client_words) return client_words.error();
  Scenario scenario;
  scenario.name = "up";
  scenario.ports = *parse_port_kind(!ports_.empty() ? ports_ : files_.empty() ? "null" : "ring");
  const auto even = static_cast<unsigned>(files_.size() + files_.size() % 2);
  scenario.port_count = devices > 0 ? devices : std::max(2u, even);
  scenario.server = server_;
  scenario.server.extra = *server_words;
  scenario.client_slots = clients_;
  for (unsigned id = 0; id < clients_; ++id) {
    ClientOptions client;
    client.id = id;
    client.mark = false;
    client.handler = handler_;
    client.extra = *client_words;
    scenario.clients.push_back(client);
  }
  for (unsigned port = 0; port < files_.size(); ++port) {
    Step send;
    send.verb = Verb::kSend;
    send.capture = fs::absolute(files_[port]).lexically_normal();
    send.port = port;
    send.loops = loops_;
    if (rate_) send.pace = {Pace::Kind::kRate, *rate_, 1};
    scenario.steps.push_back(send);
  }
  return scenario;
}

std::vector<Service> UpCommand::services(const Scenario& scenario, const LaunchPlan& plan,
                                         const EalOptions& eal) const {
  std::vector<Service> services;
  services.push_back({"server", with_eal_options(server_command(scenario, plan), eal)});
  if (!stats_file_.empty()) {
    Words& words = services.back().command;
    std::ranges::replace(words, kStatsFile, fs::absolute(stats_file_).string());
  }
  for (const ClientOptions& client : scenario.clients) {
    services.push_back({client_name(client.id),
                        with_eal_options(client_command(client, plan), for_secondaries(eal)),
                        /*is_client=*/true});
  }
  if (scenario.ports == PortKind::kRing) {
    services.push_back({"wire", wire_command(plan), /*is_client=*/false, /*piped=*/true});
  }
  return services;
}

/// Sends the captures when the wire is ready, once.
std::function<void()> UpCommand::sender(Supervisor& supervisor, const Scenario& scenario) const {
  if (scenario.ports != PortKind::kRing) return [] {};
  auto wire = std::make_shared<WireClient>(supervisor.process("wire"));
  return [wire, sends = scenario.steps]() mutable {
    if (!wire->ready()) return;
    for (const Step& step : std::exchange(sends, {})) {
      wire->send({step.port, step.capture, 0, step.loops, step.pace});
    }
  };
}

Result<ExitCode> UpCommand::run(const std::vector<std::string>& rest) {
  const EalOptions eal = read_eal_options(rest);
  if (Status checked = check(eal); !checked) return checked.error();
  auto wanted = scenario(count_devices(eal));
  if (!wanted) return wanted.error();
  auto programs = find_programs(programs_, executable_directory());
  if (!programs) return programs.error();
  const auto mode = parse_memory_mode(memory_);
  if (!mode) return mode.error();
  CaptureCache captures;
  const auto longest = longest_frame(*wanted, captures);
  if (!longest) return longest.error();
  auto memory = choose_memory(*mode, *wanted, *longest);
  if (!memory) return memory.error();
  const auto directory = RunDirectory::create();
  if (!directory) return directory.error();
  const std::string prefix = prefix_.empty() ? directory->prefix() : prefix_;
  World world = real_world();
  const auto traffic =
      make_traffic({world, *wanted, captures, directory->path(), prefix, *longest, {}});
  auto vdevs = count_devices(eal) == 0 ? traffic->prepare() : Words{};
  if (!vdevs) return vdevs.error();
  const LaunchPlan plan{*programs, *memory, CpuPlan(host::allowed_cpus(), server_.lcores),
                        prefix,    *vdevs,  *longest,
                        {}};
  SupervisorPlan supervised{services(*wanted, plan, eal), directory->path(), {}};
  supervised.drain_timeout = drain_timeout(wanted->server);
  if (prefix_.empty()) supervised.environment = {{"RUNTIME_DIRECTORY", directory->path()}};
  StandardOutput output;
  Supervisor supervisor(world, std::move(supervised), output);
  if (Status started = supervisor.start(); !started) return started.error();
  const ExitCode code = supervisor.run(sender(supervisor, *wanted));
  output.tell(supervisor.summary() + "\n");
  remove_hugepage_files(memory->hugetlbfs, prefix);
  return code;
}

}  // namespace

std::unique_ptr<Command> make_up_command() {
  return std::make_unique<UpCommand>();
}

}  // namespace ringside::harness
