// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/eal.hpp"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_service_component.h>
#include <rte_version.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/idle.hpp"
#include "dpdk/start_turn.hpp"

namespace ringside::dpdk {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReadyFile = "mp_server.ready";
// A start takes a tenth of a second; 16 clients may start at once on a busy machine.
constexpr auto kTurnPatience = std::chrono::seconds(15);

std::string config_file(const std::string& directory) {
  return directory + "/config";
}

/// The pid in the announcement of a server that is alive, or 0.
long announced_server(const std::string& directory) {
  std::ifstream file(directory + "/" + kReadyFile);
  long pid = 0;
  if (!(file >> pid) || pid <= 0) return 0;
  return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM ? pid : 0;
}

bool primary_alive(const std::string& directory) {
  return fs::exists(config_file(directory)) &&
         ::rte_eal_primary_proc_alive(config_file(directory).c_str()) == 1;
}

Error no_server(const EalArgs& args, const std::string& directory, std::chrono::nanoseconds wait) {
  const auto seconds = std::chrono::duration<double>(wait).count();
  if (primary_alive(directory)) {
    return environment_error(fmt::format(
        "a primary process runs in {}, but no mp_server has announced itself there within {:.3g} "
        "s; see whether it is starting, stopped, or another program",
        directory, seconds));
  }
  return environment_error(fmt::format(
      "no mp_server with --file-prefix {} is running (looked in {} for {:.3g} s); start it first, "
      "for example: mp_server {}--file-prefix {} -- -p 0x3 -n 2",
      args.file_prefix, directory, seconds, args.no_huge ? "--no-huge -m 512 " : "",
      args.file_prefix));
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
  const char* hint = "EAL's messages above say what it could not do";
  if (role == Role::kPrimary && !args.no_huge) {
    hint = "EAL's messages above say why; without hugepages on this machine add --no-huge -m 512";
  } else if (args.no_huge) {
    hint = "EAL's messages above say why; if memory is short, choose a smaller -m";
  }
  return environment_error(
      fmt::format("DPDK did not start ({}); {}", ::rte_strerror(rte_errno), hint));
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

}  // namespace

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
      ready_file_(std::exchange(other.ready_file_, {})) {}

Eal::~Eal() {
  if (!owner_) return;
  std::error_code ignored;
  if (!ready_file_.empty()) fs::remove(ready_file_, ignored);
  if (role_ == Role::kSecondary) {
    remove_own_files(facts_.runtime_directory);
  } else {
    memory_.reset();
    ::rte_eal_cleanup();
  }
}

Result<Eal> Eal::start(Role role, const std::vector<std::string>& eal_args) {
  EalArgs args = read_eal_args(eal_args);
  std::vector<std::string> words = eal_args;  // rte_eal_init permutes argv
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  if (::rte_eal_init(static_cast<int>(words.size()), argv.data()) < 0) {
    return init_failed(role, args);
  }
  return Eal(role, std::move(args));
}

Result<Eal> Eal::start_primary(const std::vector<std::string>& eal_args) {
  const EalArgs args = read_eal_args(eal_args);
  const std::string directory = runtime_directory(args.file_prefix, ::geteuid() == 0);
  if (args.proc_type == "secondary") {
    return Error{"mp_server is the primary process; leave --proc-type=secondary to the clients"};
  }
  if (primary_alive(directory)) {
    return environment_error(fmt::format(
        "a primary process with --file-prefix {} already runs (it holds {}); stop it, or give this "
        "server another --file-prefix",
        args.file_prefix, config_file(directory)));
  }
  std::error_code ignored;  // what a killed server announced is no longer true
  fs::remove(directory + "/" + kReadyFile, ignored);
  fs::remove(directory + "/hugepage_data", ignored);
  Result<Eal> eal = start(Role::kPrimary, eal_args);
  if (!eal) return eal;
  if (Status vdevs = check_vdevs(args); !vdevs) return vdevs.error();
  return eal;
}

Result<Eal> Eal::start_secondary(const std::vector<std::string>& eal_args,
                                 std::chrono::nanoseconds wait,
                                 const std::function<bool()>& cancelled) {
  const EalArgs args = read_eal_args(eal_args);
  if (args.proc_type != "secondary" && args.proc_type != "auto") {
    return Error{"start this program with --proc-type=secondary or --proc-type=auto (before --)"};
  }
  const std::string directory = runtime_directory(args.file_prefix, ::geteuid() == 0);
  const bool found = poll_until(wait, [&] {
    return cancelled() || (primary_alive(directory) && announced_server(directory) != 0);
  });
  if (cancelled()) return Error{"interrupted while waiting for the server", ExitCode::kInterrupted};
  if (!found) return no_server(args, directory, wait);
  const StartTurn turn = StartTurn::take(directory + "/" + kReadyFile, kTurnPatience, cancelled);
  if (cancelled()) return Error{"interrupted before the start", ExitCode::kInterrupted};
  Result<Eal> eal = start(Role::kSecondary, eal_args);
  // 155,904 bytes of the shared heap that a secondary does not need and a killed one never gives
  // back.
  if (eal) ::rte_service_finalize();
  return eal;
}

Status Eal::announce() {
  if (!facts_.hugepages) {
    auto published = NoHugePublication::publish(facts_.runtime_directory);
    if (!published) return published.error();
    memory_.emplace(std::move(*published));
  }
  const std::string path = facts_.runtime_directory + "/" + kReadyFile;
  std::ofstream(path + ".new") << ::getpid() << '\n';
  std::error_code failed;
  fs::rename(path + ".new", path, failed);
  if (failed) return environment_error(fmt::format("cannot write {}: {}", path, failed.message()));
  ready_file_ = path;
  return Done{};
}

void launch(int (*work)(void*), void* argument, unsigned lcore) {
  ::rte_eal_remote_launch(work, argument, lcore);
}

void wait_for_lcores() {
  ::rte_eal_mp_wait_lcore();
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
