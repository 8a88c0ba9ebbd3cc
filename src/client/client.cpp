// SPDX-License-Identifier: BSD-3-Clause
#include "client/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "client/crash_points.hpp"
#include "client/join.hpp"
#include "client/link.hpp"
#include "client/options.hpp"
#include "client/reconnect.hpp"
#include "client/stop_signals.hpp"
#include "client/worker.hpp"
#include "core/eal_args.hpp"
#include "core/names.hpp"
#include "core/program.hpp"
#include "core/shared_counter.hpp"
#include "core/signals.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/lanes.hpp"
#include "dpdk/log.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/mp_socket.hpp"
#include "dpdk/port.hpp"
#include "dpdk/robust_futex.hpp"
#include "dpdk/shared_info.hpp"

namespace ringside::client {
namespace {

constexpr auto kLeaveDeadline = std::chrono::seconds(5);
constexpr auto kSendPatience = std::chrono::milliseconds(100);

/// What a client looks up in the server's memory, as the lesson lists it.
struct Found {
  shared::SharedInfo* info;
  dpdk::RingView work;
  dpdk::RingView back;
  std::array<dpdk::RingView, 2> lanes;  ///< direct mode: of mbuf_pool and wire_pool
};

/// By which this client gives mbufs back, to each of the server's pools. Direct mode.
Result<std::array<dpdk::RingView, 2>> look_up_lanes(const shared::SharedInfo& info, ClientId id) {
  std::array<dpdk::RingView, 2> lanes;
  if (!is_direct(info)) return lanes;
  const char* const pools[] = {names::kMbufPool, names::kWirePool};
  for (std::size_t i = 0; i < (info.wire_ports > 0 ? 2 : 1); ++i) {
    auto pool = dpdk::MempoolView::look_up(pools[i]);
    if (!pool) return pool.error();
    lanes[i] = dpdk::lane_of(pool->get(), dpdk::client_lane(id));
    if (lanes[i]) continue;
    return environment_error(fmt::format(
        "mempool '{}' has no lane for client {}; use mp_client and mp_server of one build",
        pools[i], id.value));
  }
  return lanes;
}

Result<Found> look_up(const dpdk::Log& log, ClientId id) {
  log.info("Looking up memory zone: {}", names::kSharedInfo);
  auto info = dpdk::attach_shared_info();
  if (!info) return info.error();
  if (id.value >= (*info)->clients) return Found{*info, {}, {}, {}};  // join() says it
  log.info("Looking up mempool: {}", names::kMbufPool);
  if (auto pool = dpdk::MempoolView::look_up(names::kMbufPool); !pool) return pool.error();
  log.info("Looking up ring: {}", names::work_ring(id));
  auto work = dpdk::RingView::look_up(names::work_ring(id));
  if (!work) return work.error();
  log.info("Looking up ring: {}", names::return_ring(id));
  auto back = dpdk::RingView::look_up(names::return_ring(id));
  if (!back) return back.error();
  auto lanes = look_up_lanes(**info, id);
  if (!lanes) return lanes.error();
  return Found{*info, *work, *back, *lanes};
}

/// A client that transmits needs the ports itself; without them every packet would be refused.
Status check_ports(const shared::SharedInfo& info) {
  for (std::uint32_t i = 0; is_direct(info) && i < info.ports; ++i) {
    if (dpdk::port_exists(info.port[i].dpdk_id)) continue;
    return environment_error(fmt::format(
        "DPDK did not attach port {} of the server, which --tx direct needs; the server "
        "was too busy to answer in time: start this client again",
        info.port[i].dpdk_id));
  }
  return Done{};
}

std::unique_ptr<Outlet> make_outlet(const Found& found, ClientId id, const Link& link) {
  shared::ClientSlot& slot = found.info->client[id.value];
  if (is_direct(*found.info)) {
    dpdk::use_lane(dpdk::client_lane(id), dpdk::LaneUse::kCollected);
    return std::make_unique<DirectOutlet>(*found.info, id, slot, found.lanes);
  }
  return std::make_unique<ReturnOutlet>(*found.info, link.server_gone_flag(), found.back,
                                        slot.counters);
}

/// How the work ended, when it did with the server.
Status server_ended(const shared::SharedInfo& info) {
  return server_stopped(info) ? Status(Done{}) : server_gone(info);
}

/// Decides when the worker may end: at once when the server has stopped or is gone, otherwise after
/// the server has taken back what it had handed out.
class Ending {
  using Clock = std::chrono::steady_clock;

 public:
  Ending(const shared::SharedInfo& info, ClientId id, Link& link)
      : info_(info), id_(id), link_(link) {}

  /// Whatever is on the ring, which under load is never empty.
  bool at_once() {
    if (!asked_ && signals::stop_requested()) {
      pass(Step::kLeaveAsked);
      link_.ask_to_leave();
      asked_ = true;
    }
    return server_stopped(info_) || link_.server_gone();
  }

  /// With nothing on the ring.
  bool when_idle() {
    if (!asked_) return false;
    if (link_.may_go()) {
      pass(Step::kLetGo);
      return true;
    }
    const auto now = Clock::now();
    if (deadline_ == Clock::time_point::max()) deadline_ = now + kLeaveDeadline;
    overdue_ = now > deadline_;
    return overdue_;
  }

  /// How it ended.
  Status verdict() const {
    if (server_stopped(info_) || link_.server_gone()) return server_ended(info_);
    if (!overdue_) return Done{};
    return Error{fmt::format("the server did not let client {} go within {} s", id_.value,
                             kLeaveDeadline.count()),
                 ExitCode::kTimedOut};
  }

 private:
  const shared::SharedInfo& info_;
  ClientId id_;
  Link& link_;
  Clock::time_point deadline_ = Clock::time_point::max();  ///< from the first idle moment on
  bool asked_ = false;
  bool overdue_ = false;
};

/// Joins and ties itself to the server.
Result<std::unique_ptr<Link>> tie(const Options& options, const Found& found, const dpdk::Eal& eal,
                                  const dpdk::Log& log, Link::GiveUp give_up) {
  const unsigned id = options.id.value;
  auto server = watch_server(*found.info);
  if (!server) return server.error();
  if (Status guarded = dpdk::guard_mp_socket(eal.facts().runtime_directory, kSendPatience);
      !guarded) {
    return guarded.error();
  }
  const Applicant applicant{options.id, dpdk::lcore_set(), dpdk::numa_node(), eal.facts().version};
  pass(Step::kBeforeJoin);
  auto member = join(*found.info, applicant, *server, eal.time_left(), signals::stop_requested);
  if (!member) return member.error();
  pass(Step::kAdmitted);
  log.info("Client process {} joined (generation {}, lcore {}, {} ports)", id, member->generation,
           fmt::join(dpdk::lcore_list(), ","), found.info->ports);
  return Link::start(*member, *found.info, std::move(*server), std::move(give_up));
}

/// The last access to the server's memory: neither the server nor the next client of this id need
/// wait for the end of this process.
void let_go(shared::ClientSlot& slot) {
  const std::uint32_t generation = slot.verdict.generation.load(std::memory_order_relaxed);
  slot.counters.detached.store(generation, std::memory_order_release);  // pairs: has_let_go()
}

/// `joined`: turns true when it is tied to the server. `end`: for a process whose handler does not
/// come back when the server has ended, see Link::GiveUp.
Status work(const Options& options, HandleFn handle, dpdk::Eal& eal, const dpdk::Log& log,
            std::atomic<bool>& joined, const std::function<int(const Status&)>& end) {
  const unsigned id = options.id.value;
  log.info("Client process {} starting...", id);
  auto found = look_up(log, options.id);
  if (!found) return eal.reason(found.error());
  if (Status ports = check_ports(*found->info); !ports) return eal.reason(ports.error());
  eal.arrived();
  auto link = tie(options, *found, eal, log, [&info = *found->info, &eal, &end] {
    eal.leave_nothing();
    return end(server_ended(info));
  });
  if (!link) return link.error();
  joined = true;
  if (dpdk::lcore_list().size() > 1) {
    log.warning("a client works on one lcore; the others given to it stay idle");
  }
  shared::ClientSlot& slot = found->info->client[id];
  const std::uint64_t before = read(slot.counters.done);
  const Handler handler(options.id, options.handler, *found->info);
  const auto outlet = make_outlet(*found, options.id, **link);
  Worker worker(found->work, is_direct(*found->info), handler, handle, *outlet, slot,
                burst_for(options.burst, *found->info), options.idle);
  Ending ending(*found->info, options.id, **link);
  {
    const dpdk::RobustFutex held(slot.worker);
    pass(Step::kTied);
    worker.run(ending);
  }
  log.info("Client process {} leaves: handled {} packets", id, read(slot.counters.done) - before);
  const Status verdict = ending.verdict();
  link->reset();
  let_go(slot);
  return verdict;
}

/// The exit code, after a sentence on standard error. SIGINT is the way to end a client, also one
/// that does not know yet that its server is gone.
int end_of(const Status& status) {
  if (!status && status.error().code == ExitCode::kInterrupted) return 0;
  if (!status && status.error().code == ExitCode::kServerGone && signals::stop_requested()) {
    return 0;
  }
  return exit_code("mp_client", status);
}

/// One beginning of the program: one server.
class Beginning {
 public:
  Beginning(const Options& options, const Reconnect& reconnect, StopSignals& stop_signals)
      : options_(options),
        reconnect_(reconnect),
        stop_signals_(stop_signals),
        wait_until_(reconnect.wait_until().value_or(Clock::now() + options.wait)) {}

  int run(const SplitArgs& args, HandleFn handle) { return end(start_and_work(args, handle)); }

 private:
  using Clock = Reconnect::Clock;

  Status start_and_work(const SplitArgs& args, HandleFn handle) {
    const dpdk::Log log("ringside.client");
    const auto wait = std::max<std::chrono::nanoseconds>(wait_until_ - Clock::now(), {});
    auto eal = dpdk::Eal::start_secondary(args.eal, wait, signals::stop_requested,
                                          [this](const Error& error) { return end(error); });
    if (!eal) return eal.error();
    return work(options_, handle, *eal, log, joined_,
                [this](const Status& status) { return end(status); });
  }

  /// As end_of(), unless the next server is waited for.
  int end(const Status& status) const {
    stop_signals_.close();  // what came before this end counts
    const bool joined = joined_;
    const bool may_go_on = joined ? options_.reconnect : Clock::now() < wait_until_;
    if (!may_go_on || !Reconnect::after(status)) return end_of(status);
    fmt::print(stderr, "Client process {}: {}; waits for the next one\n", options_.id.value,
               joined ? "the server has ended" : status.error().message);
    return end_of(
        reconnect_.start_over(stop_signals_, joined ? std::nullopt : std::optional(wait_until_)));
  }

  const Options& options_;
  const Reconnect& reconnect_;
  StopSignals& stop_signals_;
  const Clock::time_point wait_until_;
  std::atomic<bool> joined_{false};
};

}  // namespace

int run_client(int argc, char** argv, HandleFn handle) {
  hold_standard_streams();
  SplitArgs args = split_args(argc, argv);
  if (asks_for_help(args)) return print_text(help());
  if (asks_for_version(args)) return print_version("mp_client");
  const Reconnect reconnect(argv);
  if (Status crash = take_crash_option(args.application); !crash) return end_of(crash);
  const auto options = parse_options(args.application);
  if (!options) return end_of(options.error());
  signals::install();
  StopSignals stop_signals;
  return Beginning(*options, reconnect, stop_signals).run(args, handle);
}

}  // namespace ringside::client
