// SPDX-License-Identifier: BSD-3-Clause
#include "server/server.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "core/eal_args.hpp"
#include "core/output_file.hpp"
#include "core/program.hpp"
#include "core/signals.hpp"
#include "core/slot_claim.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/log.hpp"
#include "dpdk/telemetry.hpp"
#include "server/capture_files.hpp"
#include "server/control.hpp"
#include "server/lcore_work.hpp"
#include "server/setup.hpp"

namespace ringside::server {
namespace {

// For saying goodbye to clients, closing ports and DPDK's clean-up: takes a tenth of a second.
constexpr auto kEndTime = std::chrono::seconds(10);

int run_worker_lcore(void* argument) {
  static_cast<LcoreWork*>(argument)->run([] {});
  return 0;
}

/// All lcores at work, until the control loop has finished.
void run_data_path(Setup& setup, Control& control) {
  const Plan& plan = setup.plan();
  const bool takes_back = !setup.path().direct();
  const bool main_takes_back = takes_back && plan.tx_lcore == plan.rx_lcores[0];
  LcoreWork main_work(setup.path(), std::uint16_t{0}, main_takes_back);
  std::vector<std::unique_ptr<LcoreWork>> others;
  const auto launch = [&](unsigned lcore, std::optional<std::uint16_t> queue, bool back) {
    others.push_back(std::make_unique<LcoreWork>(setup.path(), queue, back));
    dpdk::launch(run_worker_lcore, others.back().get(), lcore);
  };
  for (std::uint16_t queue = 1; queue < plan.rx_lcores.size(); ++queue) {
    launch(plan.rx_lcores[queue], queue, false);
  }
  if (takes_back && !main_takes_back) launch(plan.tx_lcore, std::nullopt, true);
  main_work.run([&control] { control.tick(); });
  dpdk::wait_for_lcores();
}

/// What did not come back becomes a drop with a name: nobody will bring it any more.
void settle_undelivered(Snapshot& snapshot) {
  for (std::size_t i = 0; i < snapshot.clients.size(); ++i) {
    ClientSnapshot& client = snapshot.clients[i];
    if (client.in_flight == 0) continue;
    const ClientId id{static_cast<std::uint8_t>(i)};
    snapshot.ledger.drops.push_back(
        {DropPlace::kExit, DropReason::kUndelivered, id, client.in_flight});
    snapshot.ledger.in_flight -= client.in_flight;
  }
}

Status register_telemetry(Setup& setup, const Control& control, const Options& options) {
  const auto stats = [&setup] { return take_snapshot(setup.path(), setup.identity()); };
  Status status = Done{};
  const auto add = [&](const char* command, const char* help, auto answer) {
    if (status) {
      status =
          dpdk::register_telemetry(command, help, [answer](std::string_view) { return answer(); });
    }
  };
  add("/mp/stats", "Totals and ledger of mp_server", [stats] { return stats_dict(stats()); });
  add("/mp/clients", "Clients of mp_server: state, counters, ring",
      [stats, &options] { return clients_dict(stats(), options); });
  add("/mp/ports", "Ports of mp_server: counters",
      [stats, &setup] { return ports_dict(stats(), setup.identity()); });
  add("/mp/control", "Messages of clients to mp_server, and clients that hung",
      [&control] { return control_dict(control.books()); });
  add("/mp/config", "How mp_server was started",
      [&setup, &options] { return config_dict(setup.identity(), options); });
  if (!status) return status;
  return dpdk::register_telemetry(
      "/mp/events", "What became of clients, the last page or from a number on: /mp/events,FROM",
      [&control](std::string_view from) { return events_dict(control.events(), from); });
}

/// Ports are closed before the files they wrote are looked at; the books were closed before that.
Status report_end(Setup& setup, const Control& control, const Options& options,
                  const dpdk::Eal& eal, const dpdk::Log& log) {
  Snapshot snapshot = take_snapshot(setup.path(), setup.identity());
  snapshot.control = control.books();
  snapshot.events = kept_events(control.events());
  settle_undelivered(snapshot);
  dpdk::silence_telemetry();
  setup.close_ports();
  snapshot.captures = inspect_captures(eal.args());
  for (const CaptureReport& capture : snapshot.captures) {
    if (!capture.truncated_by_late_process) continue;
    log.warning("{} was emptied by a process that attached after the first packet", capture.file);
  }
  fmt::print("{}\n{}", to_screen(snapshot, setup.identity(), options), to_text(snapshot.ledger));
  std::fflush(stdout);
  if (options.stats_file.empty()) return Done{};
  return write_output_file(options.stats_file, to_json(snapshot, setup.identity(), options));
}

/// Processes that have joined: clients in a slot, and the wire.
std::vector<pid_t> joined_processes(const shared::SharedInfo& info, const Snapshot& snapshot) {
  std::vector<pid_t> pids;
  for (const ClientSnapshot& client : snapshot.clients) {
    if (client.state != shared::SlotState::kAbsent) pids.push_back(static_cast<pid_t>(client.pid));
  }
  // acquire: pairs with the claim in wire/claim.cpp
  const auto wire = ClaimWord::from(info.wire.claim.load(std::memory_order_acquire));
  if (wire.pid != 0) pids.push_back(static_cast<pid_t>(wire.pid));
  return pids;
}

Status serve(const Options& options, const Seams& seams, dpdk::Eal& eal, const dpdk::Log& log) {
  auto setup = Setup::make(options, seams, eal, log);
  if (!setup) return setup.error();
  const auto look = [&setup = **setup] { return take_snapshot(setup.path(), setup.identity()); };
  auto channel =
      ControlChannel::open({options.clients, eal.facts().version}, eal.facts().runtime_directory,
                           log, [look] { return to_line(look()); });
  if (!channel) return channel.error();
  Control control((*setup)->path(), **channel, log, [&] {
    fmt::print("{}", to_screen(look(), (*setup)->identity(), options));
    std::fflush(stdout);
  });
  if (Status telemetry = register_telemetry(**setup, control, options); !telemetry) {
    return telemetry;
  }
  if (Status announced = eal.announce(); !announced) return announced;
  log.info("Ready for {} clients (memory: {}); waiting for {}", options.clients,
           eal.facts().hugepages ? "hugepages" : "no-huge", options.start_after);
  run_data_path(**setup, control);
  eal.begin_end(joined_processes((*setup)->path().info, look()), kEndTime,
                [](const Error& error) { return exit_code("mp_server", error); });
  control.release_clients();
  (*channel)->stop();  // it answers with the statistics of ports that are closed next
  return report_end(**setup, control, options, eal, log);
}

Status start_and_serve(const SplitArgs& args, const Seams& seams) {
  auto options = parse_options(args.application);
  if (!options) return options.error();
  if (!options->stats_file.empty()) {
    const Status writable = check_output_file("--stats-file", options->stats_file);
    if (!writable) return writable;
  }
  signals::install();
  const dpdk::Log log("ringside.server");
  auto eal = dpdk::Eal::start_primary(args.eal, signals::stop_requested);
  if (!eal) {
    if (eal.error().code == ExitCode::kInterrupted) return Done{};  // told to end while it waited
    return eal.error();
  }
  return serve(*options, seams, *eal, log);
}

}  // namespace

int run_server(int argc, char** argv, const Seams& seams) {
  hold_standard_streams();
  const SplitArgs args = split_args(argc, argv);
  if (asks_for_help(args)) return print_text(help());
  if (asks_for_version(args)) return print_version("mp_server");
  return exit_code("mp_server", start_and_serve(args, seams));
}

}  // namespace ringside::server
