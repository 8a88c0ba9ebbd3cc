// SPDX-License-Identifier: BSD-3-Clause
// ringside bench forward
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "core/ids.hpp"
#include "core/output_file.hpp"
#include "core/policy.hpp"
#include "harness/bench/forward.hpp"
#include "harness/bench/forward_report.hpp"
#include "harness/bench/idle_bench.hpp"
#include "harness/bench/loss_free_bench.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/common_options.hpp"

namespace ringside::harness {
namespace {

constexpr double kRateSeconds = 0.7, kTrialSeconds = 1, kIdleSeconds = 2;
constexpr unsigned kRounds = 5;
constexpr double kQuickSeconds = 0.2;
constexpr unsigned kQuickTrials = 3, kQuickPackets = 3;

/// They are no product and are not installed.
Status check_classic(const std::vector<ForwardCase>& cases, const ForwardSetup& setup) {
  const bool wanted =
      std::ranges::any_of(cases, [](const ForwardCase& what) { return what.is_classic(); });
  const std::string server = setup.classic_directory + "/classic_server";
  std::error_code unreadable;
  if (!wanted || std::filesystem::exists(server, unreadable)) return Done{};
  return environment_error(fmt::format(
      "{} is missing; run ringside from a build directory, or leave out floor and classic with "
      "--methods return,direct",
      server));
}

Duration duration(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

class BenchForwardCommand final : public Command {
 public:
  void declare(CLI::App& app) override;
  Result<ExitCode> run(const std::vector<std::string>&) override;

 private:
  Result<std::vector<ForwardCase>> cases(PortKind ports) const;
  std::vector<ForwardCase> cases_of(ForwardMethod method, PortKind ports) const;
  Result<PortKind> ports() const;
  Result<ForwardSetup> setup() const;
  double seconds(double usual) const { return seconds_.value_or(quick_ ? kQuickSeconds : usual); }
  unsigned rounds() const { return rounds_.value_or(quick_ ? 1 : kRounds); }
  Status check() const;
  Status check_methods() const;
  std::string command() const;

  Result<ExitCode> measure_rates(const ForwardSetup& setup, std::vector<ForwardCase> cases);
  Result<ExitCode> search_loss_free(const ForwardSetup& setup, std::vector<ForwardCase> cases);
  Result<ExitCode> measure_idle(const ForwardSetup& setup, std::vector<ForwardCase> cases);
  template <typename Figures, typename Table, typename Json>
  Result<ExitCode> show(const Result<Figures>& result, Table table, Json json) const;

  std::string measure_ = "rate";
  std::vector<std::string> methods_;
  std::vector<unsigned> clients_;
  std::vector<std::string> policies_;
  std::vector<unsigned> ring_sizes_;
  std::vector<unsigned> bursts_;
  std::string ports_;
  std::string traffic_;
  std::optional<double> rate_;
  std::optional<unsigned> rounds_;
  std::optional<double> seconds_;
  bool quick_ = false;
  ProgramChoice programs_;
  std::string memory_ = "auto";
  std::string json_;
};

void BenchForwardCommand::declare(CLI::App& app) {
  app.add_option("--measure", measure_,
                 "rate: packets delivered; loss-free: the highest rate without a loss; idle: CPU "
                 "while nothing comes in, and the first packet after that (rate)")
      ->check(CLI::IsMember({"rate", "loss-free", "idle"}));
  app.add_option("--methods", methods_,
                 "lines, floor, classic, return, direct (all that the ports have)")
      ->delimiter(',');
  app.add_option("--clients", clients_, "numbers of clients (1,2,4,8,16; on ring ports 1,2)")
      ->delimiter(',')
      ->check(CLI::Range(1u, kMaxClients));
  app.add_option("--policies", policies_, "of return and direct (round-robin)")->delimiter(',');
  app.add_option("--ring-sizes", ring_sizes_, "of return and direct (the server's default)")
      ->delimiter(',');
  app.add_option("--bursts", bursts_, "of return and direct (the programs' default)")
      ->delimiter(',');
  app.add_option(
         "--ports", ports_,
         "null: frames of zeros; pcap: a capture looped by net_pcap; ring: by mp_wire, with "
         "latencies (null; pcap with --traffic; ring for loss-free and idle)")
      ->check(CLI::IsMember({"null", "pcap", "ring"}));
  app.add_option("--traffic", traffic_, "the capture of pcap and ring ports (imix.pcap)");
  app.add_option("--rate", rate_,
                 "ring ports: packets/s offered (not given: as fast as the port takes them)")
      ->check(positive_number);
  app.add_option("--rounds", rounds_, "of all cases, for rates (5)")->check(CLI::Range(1u, 1000u));
  app.add_option("--seconds", seconds_,
                 "for each case in a round (0.7), for a trial (1), for being idle (2)")
      ->check(positive_number);
  app.add_flag("--quick", quick_,
               "whether it works: one round, 0.2 s, 1 and 2 clients, where nothing else is said");
  app.add_option("--memory", memory_, "auto, hugepages or no-huge (auto)");
  app.add_option("--bin-dir", programs_.bin_dir, "directory of mp_server, mp_client, mp_wire");
  app.add_option("--json", json_, "write all samples to a file; - is standard output");
}

Result<PortKind> BenchForwardCommand::ports() const {
  if (!ports_.empty()) return *parse_port_kind(ports_);
  if (measure_ != "rate" || rate_) return PortKind::kRing;
  return traffic_.empty() ? PortKind::kNull : PortKind::kPcap;
}

/// Options that do not go together.
Status BenchForwardCommand::check() const {
  for (const std::string& policy : policies_) {
    if (const auto known = parse_policy(policy); !known) return known.error();
  }
  const auto kind = ports();
  if (!kind) return kind.error();
  if (measure_ != "rate" && *kind != PortKind::kRing) {
    return Error{fmt::format(
        "--measure {} needs --ports ring: packets are counted one by one there", measure_)};
  }
  if (rate_ && (*kind != PortKind::kRing || measure_ != "rate")) {
    return Error{"--rate goes with --measure rate on ring ports: other ports have no pace"};
  }
  if (!traffic_.empty() && *kind == PortKind::kNull) {
    return Error{"null ports make their own frames; leave out --traffic, or use --ports pcap"};
  }
  if (rounds_ && measure_ != "rate") {
    return Error{fmt::format(
        "--rounds goes with --measure rate; --measure {} takes each case once, leave it out",
        measure_)};
  }
  if (Status fits = check_methods(); !fits) return fits;
  if (!json_.empty() && json_ != "-") return check_output_file("--json", json_);
  return Done{};
}

/// Options of methods that are not measured.
Status BenchForwardCommand::check_methods() const {
  const auto measures = [&](const std::vector<std::string>& some) {
    return methods_.empty() || std::ranges::find_first_of(methods_, some) != methods_.end();
  };
  const auto unfit = [&](const char* option, const char* methods) {
    return Error{
        fmt::format("{} is for {}, none of which is in --methods {}: leave it out, or add one",
                    option, methods, fmt::join(methods_, ","))};
  };
  if (!clients_.empty() && !measures({"classic", "return", "direct"})) {
    return unfit("--clients", "classic, return and direct");
  }
  if (measures({"return", "direct"})) return Done{};
  if (!policies_.empty()) return unfit("--policies", "return and direct");
  if (!ring_sizes_.empty()) return unfit("--ring-sizes", "return and direct");
  if (!bursts_.empty()) return unfit("--bursts", "return and direct");
  return Done{};
}

/// Of one method: a bound once, the classic method for each number of clients, and every
/// combination of ours.
std::vector<ForwardCase> BenchForwardCommand::cases_of(ForwardMethod method, PortKind ports) const {
  const auto or_default = [](const std::vector<unsigned>& values) {
    std::vector<std::optional<unsigned>> some(values.begin(), values.end());
    return some.empty() ? std::vector<std::optional<unsigned>>{std::nullopt} : some;
  };
  if (const ForwardCase bound{method, 1, "", {}, {}}; bound.is_bound()) return {bound};
  std::vector<unsigned> clients = clients_;
  if (clients.empty()) clients = {1, 2, 4, 8, 16};
  if (clients_.empty() && (quick_ || ports == PortKind::kRing)) clients = {1, 2};
  std::vector<std::string> policies = policies_;
  if (policies.empty()) policies = {"round-robin"};
  std::vector<ForwardCase> cases;
  for (const unsigned count : clients) {
    if (method == ForwardMethod::kClassic) {
      cases.push_back({method, count, "round-robin", {}, {}});
      continue;
    }
    for (const std::string& policy : policies) {
      for (const auto& ring_size : or_default(ring_sizes_)) {
        for (const auto& burst : or_default(bursts_)) {
          cases.push_back({method, count, policy, ring_size, burst});
        }
      }
    }
  }
  return cases;
}

Result<std::vector<ForwardCase>> BenchForwardCommand::cases(PortKind ports) const {
  std::vector<std::string> methods = methods_;
  if (methods.empty()) {
    methods = {"return", "direct"};
    if (ports != PortKind::kRing) methods.insert(methods.begin(), {"floor", "classic"});
    if (ports == PortKind::kNull) methods.insert(methods.begin(), "lines");
  }
  std::vector<ForwardCase> cases;
  for (const std::string& word : methods) {
    const auto method = parse_forward_method(word);
    if (!method) return method.error();
    for (ForwardCase& what : cases_of(*method, ports)) cases.push_back(std::move(what));
  }
  return cases;
}

Result<ForwardSetup> BenchForwardCommand::setup() const {
  ForwardSetup setup;
  const auto kind = ports();
  if (!kind) return kind.error();
  const std::string own = executable_directory();
  const std::string usual = data_directory(own, "pcaps") + "/imix.pcap";
  auto traffic = forward_traffic(*kind, traffic_.empty() ? usual : traffic_);
  if (!traffic) return traffic.error();
  setup.traffic = *std::move(traffic);
  auto programs = find_programs(programs_, own);
  if (!programs) return programs.error();
  setup.programs = *std::move(programs);
  setup.classic_directory = std::filesystem::path(own).parent_path() / "bench";
  const auto memory = parse_memory_mode(memory_);
  if (!memory) return memory.error();
  setup.memory = *memory;
  setup.dpdk = RINGSIDE_DPDK_VERSION;
  return setup;
}

std::string BenchForwardCommand::command() const {
  const auto list = [](const char* option, const auto& values) {
    return values.empty() ? "" : fmt::format(" {} {}", option, fmt::join(values, ","));
  };
  const auto word = [](const char* option, const auto& value, bool there) {
    return there ? fmt::format(" {} {}", option, value) : "";
  };
  return "ringside bench forward" + word("--measure", measure_, measure_ != "rate") +
         list("--methods", methods_) + list("--clients", clients_) + list("--policies", policies_) +
         list("--ring-sizes", ring_sizes_) + list("--bursts", bursts_) +
         word("--ports", ports_, !ports_.empty()) + word("--traffic", traffic_, !traffic_.empty()) +
         word("--rate", rate_.value_or(0), rate_.has_value()) +
         word("--rounds", rounds(), measure_ == "rate") +
         word("--seconds", seconds_.value_or(0), seconds_.has_value()) +
         fmt::format(" --memory {}{}", memory_, quick_ ? " --quick" : "");
}

/// What was measured, also when a case failed; its error comes after that.
template <typename Figures, typename Table, typename Json>
Result<ExitCode> BenchForwardCommand::show(const Result<Figures>& result, Table table,
                                           Json json) const {
  if (!result) return result.error();
  if (json_ != "-") fmt::print("{}", table(*result));
  if (!json_.empty()) {
    if (Status written = write_output(json_, json(*result, command())); !written) {
      return written.error();
    }
  }
  if (result->failure) return *result->failure;
  return ExitCode::kOk;
}

void say(const std::string& what) {
  fmt::print(stderr, "{}\n", what);
}

Result<ExitCode> BenchForwardCommand::measure_rates(const ForwardSetup& setup,
                                                    std::vector<ForwardCase> cases) {
  ForwardPlan plan;
  plan.setup = setup;
  plan.cases = std::move(cases);
  plan.rate = rate_;
  plan.rounds = rounds();
  plan.window = duration(seconds(kRateSeconds));
  World world = real_world();
  return show(bench_forward(world, plan, say), forward_table, forward_json);
}

Result<ExitCode> BenchForwardCommand::search_loss_free(const ForwardSetup& setup,
                                                       std::vector<ForwardCase> cases) {
  LossFreePlan plan;
  plan.setup = setup;
  plan.cases = std::move(cases);
  plan.trial = duration(seconds(kTrialSeconds));
  if (quick_) plan.search.most_trials = kQuickTrials;
  World world = real_world();
  return show(bench_loss_free(world, plan, say), loss_free_table, loss_free_json);
}

Result<ExitCode> BenchForwardCommand::measure_idle(const ForwardSetup& setup,
                                                   std::vector<ForwardCase> cases) {
  IdlePlan plan;
  plan.setup = setup;
  plan.cases = std::move(cases);
  plan.window = duration(seconds(kIdleSeconds));
  if (quick_) plan.packets = plan.late_packets = kQuickPackets;
  World world = real_world();
  return show(bench_idle(world, plan, say), idle_table, idle_json);
}

Result<ExitCode> BenchForwardCommand::run(const std::vector<std::string>&) {
  if (Status fits = check(); !fits) return fits.error();
  const auto wanted = setup();
  if (!wanted) return wanted.error();
  auto all = cases(wanted->traffic.ports);
  if (!all) return all.error();
  if (Status there = check_classic(*all, *wanted); !there) return there.error();
  if (measure_ == "loss-free") return search_loss_free(*wanted, *std::move(all));
  if (measure_ == "idle") return measure_idle(*wanted, *std::move(all));
  return measure_rates(*wanted, *std::move(all));
}

}  // namespace

std::unique_ptr<Command> make_bench_forward_command() {
  return std::make_unique<BenchForwardCommand>();
}

}  // namespace ringside::harness
