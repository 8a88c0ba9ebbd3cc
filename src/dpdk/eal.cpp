// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/eal.hpp"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_service_component.h>
#include <rte_version.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "dpdk/approach.hpp"
#include "dpdk/lanes.hpp"
#include "dpdk/leftovers.hpp"
#include "dpdk/runtime_directory.hpp"
#include "dpdk/runtime_place.hpp"
#include "dpdk/runtime_room.hpp"

namespace ringside::dpdk {
namespace {

namespace fs = std::filesystem;

// After the deadline of the wait, for EAL's own start and the joining; while others have the CPU
// it does not pass.
constexpr auto kStartTime = std::chrono::milliseconds(1500);

// How long a server that ends lets a process that is just starting get through.
constexpr auto kLastStarter = std::chrono::seconds(1);

RuntimeDirectory directory_of(const EalArgs& args) {
  return RuntimeDirectory(runtime_directory(args.file_prefix, ::geteuid() == 0));
}

/// The words for rte_eal_init() with the role decided: "auto" would make a primary of a client
/// whose server ends in this moment.
std::vector<std::string> as_secondary(std::vector<std::string> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--proc-type=auto") words[i] = "--proc-type=secondary";
    if (words[i] == "auto" && i > 0 && words[i - 1] == "--proc-type") words[i] = "secondary";
  }
  return words;
}

/// Debian's package of a driver: "net_pcap" -> "librte-net-pcap23".
std::string package_of(std::string driver) {
  for (char& c : driver) c = c == '_' ? '-' : c;
  return "librte-" + driver + "23";
}

/// Every --vdev must have become a port: EAL itself goes on without those whose probing failed.
Status check_vdevs(const EalArgs& args) {
  for (const std::string& text : args.vdevs) {
    const VdevArg vdev = parse_vdev(text);
    std::uint16_t port = 0;
    if (!vdev.driver.starts_with("net_")) continue;
    if (::rte_eth_dev_get_port_by_name(vdev.name.c_str(), &port) == 0) continue;
    return environment_error(
        fmt::format("DPDK made no port of --vdev '{}': either no plugin for driver {} is installed "
                    "(Debian: {}), or its arguments are wrong (files, interfaces); EAL's messages "
                    "above say which",
                    text, vdev.driver, package_of(vdev.driver)));
  }
  return Done{};
}

/// EAL refuses to start when it knows no driver for a --vdev, and says so by ENODEV.
Error no_driver(const EalArgs& args) {
  std::string devices;
  for (const std::string& text : args.vdevs) {
    const std::string driver = parse_vdev(text).driver;
    devices += fmt::format("{}'{}' (driver {}, Debian: {})", devices.empty() ? "" : ", ", text,
                           driver, package_of(driver));
  }
  return environment_error(
      fmt::format("no DPDK plugin that is installed drives one of --vdev {}; EAL's messages above "
                  "say which: install its package or correct the name",
                  devices));
}

Error init_failed(Role role, const EalArgs& args) {
  if (rte_errno == ENODEV && !args.vdevs.empty()) return no_driver(args);
  if (rte_errno == EINVAL) {
    return Error{
        "DPDK does not take its options, those before --, or cannot do here what they ask for; "
        "EAL's messages above, before its list of options if there is one, say what is unknown, "
        "incomplete or not there, such as an lcore on a CPU that this machine does not have: "
        "correct or remove that"};
  }
  const char* hint = "EAL's messages above say what it could not do";
  if (role == Role::kPrimary && !args.no_huge) {
    hint = "EAL's messages above say why; without hugepages on this machine add --no-huge -m 512";
  } else if (role == Role::kPrimary) {
    hint = "EAL's messages above say why; if memory is short, choose a smaller -m";
  }
  const std::string why = rte_errno == 0 ? "" : fmt::format(" ({})", ::rte_strerror(rte_errno));
  return environment_error(fmt::format("DPDK did not start{}; {}", why, hint));
}

/// Options by which nobody else could attach, or this process not to the server.
Status check_shared(const EalArgs& args) {
  if (args.unshared.empty()) return Done{};
  return Error{
      fmt::format("{} keeps a process of DPDK to itself, but server and clients share "
                  "memory: leave it out (before --)",
                  args.unshared)};
}

/// What DPDK leaves of this process in the runtime directory and nobody else removes.
void remove_own_files(const std::string& directory) {
  const std::string pid = std::to_string(::getpid());
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename();
    const bool socket = name.starts_with("mp_socket_" + pid + "_");
    const bool array = name.starts_with("fbarray_") &&
                       (name.find("_" + pid + "_") != name.npos || name.ends_with("_" + pid));
    const bool telemetry = name.starts_with("dpdk_telemetry") && name.ends_with(":" + pid);
    if (socket || array || telemetry) fs::remove(entry.path(), ignored);
  }
}

/// With memory of the other kind EAL would say only what it did not find.
Status same_memory(const RuntimeDirectory& directory, const EalArgs& args) {
  const bool without = fs::exists(directory.path() + "/fbarray_nohugemem");
  if (without && !args.no_huge) {
    return Error{
        "the server runs without hugepages; start this program with --no-huge as well (before --)"};
  }
  if (!without && args.no_huge && fs::exists(directory.path() + "/hugepage_info")) {
    return Error{"the server runs with hugepages; start this program without --no-huge"};
  }
  return Done{};
}

}  // namespace

/// What lasts as long as the start of a secondary.
struct Eal::Arrival {
  Arrival(StartTurn taken, pid_t server, StartWatch::Clock::time_point limit,
          std::function<bool()> cancelled, StartWatch::GiveUp give_up)
      : turn(std::move(taken)),
        watch(server, limit, kStartTime, std::move(cancelled), std::move(give_up)) {}
  StartTurn turn;
  StartWatch watch;
};

Error Eal::reason(Error error) const {
  return arrival_->watch.reason_of(std::move(error));
}

void Eal::arrived() {
  start_limit_ += arrival_->watch.stop();
  arrival_.reset();
}

std::chrono::nanoseconds Eal::time_left() const {
  return std::max<std::chrono::nanoseconds>(start_limit_ - StartWatch::Clock::now(),
                                            std::chrono::nanoseconds(0));
}

Eal::Eal(Role role, EalArgs args) : role_(role), args_(std::move(args)) {
  facts_.version = ::rte_version();
  facts_.runtime_directory = ::rte_eal_get_runtime_dir();
  facts_.hugepages = ::rte_eal_has_hugepages() != 0;
}

Eal::Eal(Eal&& other) noexcept
    : role_(other.role_),
      owner_(std::exchange(other.owner_, false)),
      args_(std::move(other.args_)),
      facts_(std::move(other.facts_)),
      memory_(std::move(other.memory_)),
      hotplug_lock_(other.hotplug_lock_),
      end_watch_(std::move(other.end_watch_)),
      joined_(std::move(other.joined_)),
      start_turn_(std::move(other.start_turn_)),
      arrival_(std::move(other.arrival_)),
      start_limit_(other.start_limit_),
      ready_file_(std::exchange(other.ready_file_, {})) {}

Eal::~Eal() {
  if (!owner_) return;
  withdraw();
  if (role_ == Role::kSecondary) {
    leave_nothing();
  } else {
    memory_.reset();
    if (hotplug_lock_ && hotplug_lock_->readers() > 0 && nobody_starts()) {
      hotplug_lock_->forget_readers();
    }
    ::rte_eal_cleanup();
    RuntimeDirectory(facts_.runtime_directory).remove_killed_secondaries();
  }
}

void Eal::leave_nothing() const {
  remove_own_files(facts_.runtime_directory);
}

Result<Eal> Eal::start(Role role, const std::vector<std::string>& eal_args) {
  EalArgs args = read_eal_args(eal_args);
  register_lanes();
  std::vector<std::string> words = eal_args;  // rte_eal_init permutes argv
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  rte_errno = 0;  // not every failure sets it
  if (::rte_eal_init(static_cast<int>(words.size()), argv.data()) < 0) {
    return init_failed(role, args);
  }
  return Eal(role, std::move(args));
}

Result<Eal> Eal::start_primary(const std::vector<std::string>& eal_args,
                               const std::function<bool()>& cancelled) {
  const EalArgs args = read_eal_args(eal_args);
  if (args.proc_type == "secondary") {
    return Error{"mp_server is the primary process; leave --proc-type=secondary to the clients"};
  }
  if (Status shared = check_shared(args); !shared) return shared.error();
  const RuntimeDirectory directory = directory_of(args);
  if (Status path = check_runtime_path(directory.path()); !path) return path.error();
  if (Status place = check_can_make(directory.path(), runtime_base(::geteuid() == 0)); !place) {
    return place.error();
  }
  const Result<StartTurn> way = make_way(directory, args, cancelled);
  if (!way) return way.error();
  if (Status room = check_runtime_room(directory.path(), args); !room) return room.error();
  Result<Eal> eal = start(Role::kPrimary, eal_args);
  if (!eal) return eal;
  if (Status vdevs = check_vdevs(args); !vdevs) return vdevs.error();
  return eal;
}

Result<Eal> Eal::start_secondary(const std::vector<std::string>& eal_args,
                                 std::chrono::nanoseconds wait,
                                 const std::function<bool()>& cancelled,
                                 StartWatch::GiveUp give_up) {
  const EalArgs args = read_eal_args(eal_args);
  if (args.proc_type != "secondary" && args.proc_type != "auto") {
    return Error{"start this program with --proc-type=secondary or --proc-type=auto (before --)"};
  }
  if (Status shared = check_shared(args); !shared) return shared.error();
  const auto deadline = StartWatch::Clock::now() + wait;
  const RuntimeDirectory directory = directory_of(args);
  if (Status path = check_runtime_path(directory.path()); !path) return path.error();
  Result<Approach> approach = approach_server(directory, args, wait, cancelled);
  if (!approach) return approach.error();
  if (Status memory = same_memory(directory, args); !memory) return memory.error();
  if (Status place = check_can_write(directory.path()); !place) return place.error();
  if (Status room = check_secondary_room(directory.path()); !room) return room.error();
  const pid_t server = approach->server;
  const auto limit = std::max(deadline, StartWatch::Clock::now()) + kStartTime;
  std::unique_ptr<Arrival> arrival;
  try {
    arrival =
        std::make_unique<Arrival>(std::move(approach->turn), server, limit, cancelled,
                                  [directory, give_up = std::move(give_up)](const Error& error) {
                                    remove_own_files(directory.path());
                                    return give_up(error);
                                  });
  } catch (const std::system_error& failed) {
    return environment_error(fmt::format("cannot start a thread ({})", failed.what()));
  }
  Result<Eal> eal = start(Role::kSecondary, as_secondary(eal_args));
  if (!eal) {
    remove_own_files(directory.path());
    return arrival->watch.reason_of(eal.error());
  }
  // 155,904 bytes of the shared heap that a secondary does not need and a killed one never gives
  // back.
  ::rte_service_finalize();
  eal->arrival_ = std::move(arrival);
  eal->start_limit_ = limit;
  return eal;
}

Status Eal::announce() {
  hotplug_lock_ = HotplugLock::find();
  if (!facts_.hugepages) {
    auto published = NoHugePublication::publish(facts_.runtime_directory);
    if (!published) return published.error();
    memory_.emplace(std::move(*published));
  }
  const std::string path = RuntimeDirectory(facts_.runtime_directory).ready_file();
  std::ofstream(path + ".new") << ::getpid() << '\n';
  std::error_code failed;
  fs::rename(path + ".new", path, failed);
  if (failed) return environment_error(fmt::format("cannot write {}: {}", path, failed.message()));
  ready_file_ = path;
  return Done{};
}

void Eal::withdraw() {
  std::error_code ignored;
  if (!ready_file_.empty()) fs::remove(std::exchange(ready_file_, {}), ignored);
}

void Eal::begin_end(std::vector<pid_t> joined, std::chrono::nanoseconds limit,
                    EndWatch::GiveUp give_up) {
  joined_ = std::move(joined);
  start_turn_.emplace(StartTurn::take(ready_file_, kLastStarter, [] { return false; }));
  withdraw();
  try {
    end_watch_ = std::make_unique<EndWatch>(limit, std::move(give_up));
  } catch (const std::system_error&) {
    // No thread is to be had: the end goes unwatched.
  }
}

/// Has the server the turn to start, and is everybody who is attached past their start?
bool Eal::nobody_starts() const {
  if (!start_turn_ || !start_turn_->mine()) return false;
  const std::vector<pid_t> users = RuntimeDirectory(facts_.runtime_directory).users();
  return std::all_of(users.begin(), users.end(), [this](pid_t user) {
    return std::find(joined_.begin(), joined_.end(), user) != joined_.end();
  });
}

void launch(int (*work)(void*), void* argument, unsigned lcore) {
  ::rte_eal_remote_launch(work, argument, lcore);
}

void wait_for_lcores() {
  ::rte_eal_mp_wait_lcore();
}

bool primary_alive() {
  return ::rte_eal_primary_proc_alive(nullptr) == 1;
}

unsigned numa_node() {
  return ::rte_socket_id();
}

shared::LcoreSet lcore_set() {
  shared::LcoreSet set{};
  for (const unsigned lcore : lcore_list()) set[lcore / 64] |= std::uint64_t{1} << (lcore % 64);
  return set;
}

std::vector<unsigned> lcore_list() {
  std::vector<unsigned> list;
  unsigned lcore = 0;
  RTE_LCORE_FOREACH(lcore) {
    if (lcore < kMaxLcores) list.push_back(lcore);
  }
  return list;
}

}  // namespace ringside::dpdk
