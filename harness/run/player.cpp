// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/player.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "harness/live/live_ports.hpp"
#include "harness/run/chapters.hpp"
#include "harness/run/disk_room.hpp"
#include "harness/run/inputs.hpp"
#include "harness/run/leftovers.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/run/step_player.hpp"
#include "harness/run/telemetry_check.hpp"
#include "harness/run/traffic.hpp"

namespace ringside::harness {
namespace {

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Outcome outcome_of(const Error& error) {
  return error.code == ExitCode::kCheckFailed || error.code == ExitCode::kTimedOut
             ? Outcome::kFail
             : Outcome::kError;
}

/// One play, from the files to the verdict. A stage that fails is the last one before the clean-up.
class Play {
 public:
  Play(World& world, const PlayContext& context, const PlayPlace& place, const Scenario& scenario)
      : world_(world), context_(context), place_(place), scenario_(scenario) {}

  Played run();

 private:
  Status prepare();
  Result<std::vector<std::string>> prepare_traffic();
  Status start();
  void play_steps();
  StepPlayer::Outcome play_step(const Step& step, const Deadline& deadline);
  Status restart_server(bool kill);
  void await_burials();
  void finish();
  void observe_traffic();
  void observe_programs();
  void judge_killed_server();
  std::vector<CheckResult> judge_chapter(const Expectations& expectations,
                                         const std::vector<std::string>& names);
  void judge();
  void fail(const Error& error);
  void blame_full_disk();
  std::vector<std::uint64_t> transmitted() const;
  Status timed(const std::string& text, const std::function<Status()>& work);

  World& world_;
  const PlayContext& context_;
  const PlayPlace& place_;
  const Scenario& scenario_;
  CaptureCache captures_;
  MemoryPlan memory_;
  unsigned max_frame_ = 0;
  std::unique_ptr<Traffic> traffic_;
  std::unique_ptr<Cluster> cluster_;
  std::optional<TelemetrySnapshot> snapshot_;       ///< when all was quiet
  std::vector<std::vector<CheckResult>> chapters_;  ///< verdicts on servers that were followed
  std::optional<Restart> restart_;                  ///< how the present server took over
  std::size_t earlier_strikes_ = 0;
  bool finished_ = false;
  Played played_;
};

void Play::fail(const Error& error) {
  ScenarioResult& result = played_.result;
  if (result.message.empty()) result.message = error.message;
  if (played_.code == ExitCode::kOk) played_.code = error.code;
  result.outcome = std::max(result.outcome, outcome_of(error));
}

/// Programs that a full disk makes fail are not at fault, and their captures are not whole.
void Play::blame_full_disk() {
  if (played_.code == ExitCode::kOk || played_.code == ExitCode::kInterrupted) return;
  const auto full = disk_is_full(place_.directory);
  if (!full) return;
  played_.result.checks.clear();
  played_.result.message = full->message;
  played_.result.outcome = Outcome::kError;
  played_.code = full->code;
}

Status Play::timed(const std::string& text, const std::function<Status()>& work) {
  const TimePoint begin = world_.clock.now();
  StepResult step;
  step.text = text;
  step.line = scenario_.line;
  const Status status = work();
  step.duration_s = seconds(world_.clock.now() - begin);
  if (!status) {
    step.outcome = outcome_of(status.error());
    step.observed = status.error().message;
  }
  played_.result.steps.push_back(step);
  return status;
}

Status Play::prepare() {
  const auto longest = longest_frame(scenario_, captures_);
  if (!longest) return longest.error();
  for (const Step& step : scenario_.steps) {
    const Status named = check_capture_name(scenario_.ports, step.capture);
    if (!named) return named.error();
  }
  const Status fits = check_frame_length(scenario_.ports, *longest);
  if (!fits) return fits.error();
  max_frame_ = scenario_.server.max_frame.value_or(*longest);
  if (scenario_.ports == PortKind::kLive) {
    const Status sendable = check_live_frames(scenario_, max_frame_, captures_);
    if (!sendable) return sendable.error();
  }
  const MemoryFacts facts = read_memory_facts();
  auto memory = plan_memory(context_.memory, facts, needed_megabytes(scenario_, max_frame_, true));
  if (memory && !memory->hugepages) {
    memory =
        plan_memory(MemoryMode::kNoHuge, facts, needed_megabytes(scenario_, max_frame_, false));
  }
  if (!memory) return memory.error();
  memory_ = *memory;
  spdlog::debug("{}: {} MB of {} memory{}{}", scenario_.name, memory_.megabytes, memory_.name(),
                memory_.reason.empty() ? "" : ": ", memory_.reason);
  played_.result.memory = memory_.name();
  const auto disk = needed_disk_bytes(scenario_, memory_, captures_);
  if (!disk) return disk.error();
  const Status room = check_disk_room(place_.directory, *disk);
  if (!room) return room.error();
  auto vdevs = prepare_traffic();
  if (!vdevs) return vdevs.error();
  LaunchPlan plan{
      context_.programs, memory_,           CpuPlan(context_.cpus, scenario_.server.lcores),
      place_.prefix,     std::move(*vdevs), max_frame_,
      context_.wraps};
  cluster_ = std::make_unique<Cluster>(world_, scenario_, std::move(plan), context_.patience,
                                       place_.directory);
  return Done{};
}

Result<std::vector<std::string>> Play::prepare_traffic() {
  traffic_ = make_traffic({world_, scenario_, captures_, place_.directory, place_.prefix,
                           max_frame_, context_.patience});
  return traffic_->prepare();
}

Status Play::start() {
  Status status = timed("start server", [&] { return cluster_->start_server(); });
  if (!status) return status;
  status = timed("start the far ends of the ports", [&] { return traffic_->open(*cluster_); });
  if (!status) return status;
  std::vector<unsigned> first;
  for (const auto& client : scenario_.clients) {
    if (client.start) first.push_back(client.id);
  }
  if (first.empty()) return status;
  return timed(fmt::format("start {} client{}", first.size(), first.size() == 1 ? "" : "s"),
               [&] { return cluster_->start_clients(first); });
}

void Play::play_steps() {
  const double timeout = context_.timeout_s.value_or(scenario_.timeout_s);
  const Deadline deadline = context_.patience.deadline(
      world_.clock, std::chrono::duration_cast<Duration>(std::chrono::duration<double>(timeout)));
  std::vector<Step> steps = scenario_.steps;
  const bool server_ends = std::any_of(steps.begin(), steps.end(), ends_server);
  if (!server_ends && scenario_.ports != PortKind::kNull) {
    Step quiet;
    quiet.verb = Verb::kAwait;
    quiet.line = scenario_.line;
    quiet.text = "await quiet";
    quiet.condition = *Condition::parse(kQuiet);
    steps.push_back(quiet);
  }
  for (const auto& step : steps) {
    const TimePoint begin = world_.clock.now();
    StepPlayer::Outcome done = play_step(step, deadline);
    done.result.duration_s = seconds(world_.clock.now() - begin);
    played_.result.steps.push_back(done.result);
    if (done.error) {
      fail(Error{fmt::format("{}: {}", step.text, done.error->message), done.error->code});
      return;
    }
  }
  if (server_ends || scenario_.ports == PortKind::kNull) return;
  await_burials();
  auto snapshot = take_snapshot(cluster_->telemetry());
  if (snapshot) snapshot_ = std::move(*snapshot);
}

StepPlayer::Outcome Play::play_step(const Step& step, const Deadline& deadline) {
  if (step.verb != Verb::kRestartServer) {
    return StepPlayer(world_, scenario_, context_.patience, *cluster_, *traffic_, deadline,
                      place_.seed)
        .play(step);
  }
  StepPlayer::Outcome done;
  done.result.text = step.text;
  done.result.line = step.line;
  const Status status = restart_server(step.signal == SIGKILL);
  if (!status) {
    done.error = status.error();
    done.result.outcome = outcome_of(status.error());
    done.result.observed = status.error().message;
  }
  return done;
}

/// Another server takes the place of the present one, with a wire of its own; clients that
/// reconnect stay.
Status Play::restart_server(bool kill) {
  const auto now = [this] {
    return static_cast<std::uint64_t>(world_.clock.now().time_since_epoch().count());
  };
  if (!kill) await_burials();
  Restart restart;
  restart.clients = cluster_->staying();
  Status status = cluster_->end_server(kill);
  if (!status) return status;
  traffic_->close(kill ? std::vector<std::uint64_t>{} : transmitted());
  cluster_->stop_wire();
  observe_traffic();
  if (kill) {
    judge_killed_server();
  } else {
    chapters_.push_back(judge_chapter(scenario_.expectations, scenario_.checks));
  }
  put_files_aside(place_.directory, static_cast<unsigned>(chapters_.size()));
  played_.observation = {};
  if (auto vdevs = prepare_traffic(); !vdevs) return vdevs.error();
  restart.started_ns = now();
  status = cluster_->start_server();
  restart.answered_ns = now();
  if (status) status = traffic_->open(*cluster_);
  if (status) status = cluster_->await_clients(restart.clients);
  restart_ = std::move(restart);
  earlier_strikes_ = cluster_->strikes().size();
  return status;
}

/// The last kills may not have been seen when everything else is quiet.
void Play::await_burials() {
  if (!context_.programs.own_server || !cluster_->someone_was_killed()) return;
  const Status status =
      timed("await the end of the recoveries", [this] { return cluster_->await_burials(); });
  if (!status) fail(status.error());
}

std::vector<std::uint64_t> Play::transmitted() const {
  std::vector<std::uint64_t> ports;
  const auto stats = read_server_stats(place_.directory + "/" + kStatsFile);
  if (!stats) return ports;
  for (const auto& port : stats->ports) ports.push_back(port.transmitted);
  return ports;
}

void Play::finish() {
  (void)timed("stop", [&]() -> Status {
    cluster_->resume_all();
    traffic_->stop_sends();
    cluster_->stop_server_and_clients();
    traffic_->close(transmitted());
    cluster_->stop_wire();
    return Done{};
  });
  finished_ = world_.interrupted.load() == 0;
}

/// A client that stands still for a while, on a busy machine by no fault of its own, loses its
/// flows to others and gets them back.
bool tells_of_changes(const ServerStats& server) {
  return server.events && std::ranges::any_of(*server.events, [](const ServerEvent& event) {
           return event.kind != "join" && event.kind != "leave";
         });
}

void Play::observe_traffic() {
  Observation& observation = played_.observation;
  traffic_->observe(observation);
  observation.restart = restart_;
  observation.server_death = cluster_->server_death();
  observation.strikes.assign(
      cluster_->strikes().begin() + static_cast<std::ptrdiff_t>(earlier_strikes_),
      cluster_->strikes().end());
  for (const auto& client : scenario_.clients) observation.clients.push_back(client.id);
  observation.policy = scenario_.server.policy;
  observation.on_full = scenario_.server.on_full;
  observation.marked = std::all_of(scenario_.clients.begin(), scenario_.clients.end(),
                                   [](const ClientOptions& client) { return client.mark; });
  observation.own_server = context_.programs.own_server;
  auto stats = read_server_stats(place_.directory + "/" + kStatsFile);
  if (stats) {
    observation.server = std::move(*stats);
  } else {
    observation.server_stats_error = stats.error().message;
  }
  observation.clients_constant = !changes_clients(scenario_) &&
                                 start_after(scenario_) >= scenario_.clients.size() &&
                                 !(observation.server && tells_of_changes(*observation.server));
}

void Play::observe_programs() {
  played_.observation.programs = cluster_->ends();
  played_.observation.leftovers = find_leftovers(
      memory_.hugetlbfs, place_.prefix, cluster_->dpdk_directory(), played_.observation.programs);
}

std::vector<CheckResult> Play::judge_chapter(const Expectations& expectations,
                                             const std::vector<std::string>& wanted) {
  std::vector<std::string> names = wanted;
  const bool telemetry = names.empty() || std::erase(names, kTelemetryCheck) != 0;
  auto checks = run_checks(played_.observation, expectations, names);
  if (!checks) {
    fail(checks.error());
    return {};
  }
  if (telemetry && snapshot_ && played_.observation.server) {
    checks->push_back(compare_telemetry(*snapshot_, *played_.observation.server));
  }
  return std::move(*checks);
}

/// It cannot tell what it had received and dropped: only what came out is judged.
void Play::judge_killed_server() {
  std::vector<std::string> names{"integrity", "pairing", "order"};
  if (!scenario_.checks.empty()) {
    std::erase_if(names, [this](const std::string& name) {
      return std::ranges::count(scenario_.checks, name) == 0;
    });
  }
  Expectations expectations = scenario_.expectations;
  expectations.packets = false;
  chapters_.push_back(names.empty() ? std::vector<CheckResult>{}
                                    : judge_chapter(expectations, names));
}

void Play::judge() {
  chapters_.push_back(judge_chapter(scenario_.expectations, scenario_.checks));
  std::vector<CheckResult> checks = join_chapters(chapters_);
  const Outcome verdict = overall(checks);
  played_.result.checks = std::move(checks);
  if (verdict == Outcome::kFail) {
    played_.result.outcome = std::max(played_.result.outcome, Outcome::kFail);
    played_.code = ExitCode::kCheckFailed;  // says more than the deadline that passed for it
  } else if (verdict == Outcome::kError) {
    fail(Error{"a check could not be made", ExitCode::kInternal});
  }
}

Played Play::run() {
  const TimePoint begin = world_.clock.now();
  Status status = prepare();
  if (status) status = start();
  if (!status) fail(status.error());
  if (status) play_steps();
  if (status && world_.interrupted.load() == 0) finish();
  if (finished_) {
    observe_traffic();
    observe_programs();
    judge();
  } else if (world_.interrupted.load() != 0) {
    played_.code = ExitCode::kInterrupted;
    played_.result.outcome = Outcome::kError;
    played_.result.message = "interrupted";
  }
  blame_full_disk();
  if (cluster_) played_.result.programs = cluster_->logs();
  cluster_.reset();  // ends whatever runs
  traffic_.reset();
  remove_hugepage_files(memory_.hugetlbfs, place_.prefix);
  played_.result.duration_s = seconds(world_.clock.now() - begin);
  return std::move(played_);
}

}  // namespace

std::optional<std::string> missing_requirement(const Scenario& scenario,
                                               const PlayContext& context) {
  const auto requires_word = [&](const char* word) {
    return std::find(scenario.requirements.begin(), scenario.requirements.end(), word) !=
           scenario.requirements.end();
  };
  if (scenario.ports == PortKind::kLive || requires_word("live")) {
    if (auto reason = why_no_live_ports()) return reason;
  }
  if (requires_word("root") && ::geteuid() != 0) return "needs root";
  if (requires_word("hugepages")) {
    const unsigned needed =
        needed_megabytes(scenario, scenario.server.max_frame.value_or(1522), true);
    const auto plan = plan_memory(MemoryMode::kHugepages, read_memory_facts(), needed);
    if (context.memory == MemoryMode::kNoHuge || !plan) return "needs hugepages";
  }
  return std::nullopt;
}

Played play(World& world, const PlayContext& context, const PlayPlace& place,
            const Scenario& scenario) {
  Played played;
  if (auto reason = missing_requirement(scenario, context)) {
    played.result.outcome = Outcome::kSkip;
    played.result.message = *reason;
  } else {
    played = Play(world, context, place, scenario).run();
  }
  played.result.name = scenario.name;
  played.result.file = scenario.file;
  played.result.line = scenario.line;
  played.result.tags = scenario.tags;
  return played;
}

}  // namespace ringside::harness
