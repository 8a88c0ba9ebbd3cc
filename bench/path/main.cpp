// SPDX-License-Identifier: BSD-3-Clause
// ringside_path_bench: times what the server does with packets, on request
// (core/bench_protocol.hpp).
#include <fmt/format.h>
#include <pthread.h>
#include <rte_eal.h>
#include <sched.h>
#include <unistd.h>

#include <iostream>
#include <string>

#include "bench/core/frames.hpp"
#include "bench/path/benchmarks.hpp"
#include "core/parse_number.hpp"
#include "core/program.hpp"
#include "dpdk/port.hpp"
#include "host/affinity.hpp"
#include "host/machine.hpp"

namespace {

using namespace ringside;  // NOLINT: main

constexpr const char* kProgram = "ringside_path_bench";
constexpr const char* kUsageText =
    "usage: ringside_path_bench [--cpu N] [--clients-cpu N] [FILE.pcap]\n\n"
    "Times the data path of mp_server with two clients, all in one process without hugepages: on\n"
    "ports of the net_null driver, and on ports that send round made-up frames or those of a\n"
    "capture. The server's thread runs on --cpu (anywhere), the clients between its turns, or on\n"
    "--clients-cpu where a benchmark crosses CPUs.\n"
    "Lists its benchmarks on standard output, then answers each line NAME ROUNDS on standard\n"
    "input with the nanoseconds of so many rounds, until the input ends. `ringside perf` drives "
    "it.\n";

struct Arguments {
  std::optional<unsigned> cpu, clients_cpu;
  std::string file;
};

Result<Arguments> parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--cpu" || words[i] == "--clients-cpu") {
      const auto number =
          i + 1 < words.size() ? parse_number<unsigned>(words[i + 1]) : std::nullopt;
      if (!number || *number >= CPU_SETSIZE) return Error{words[i] + " needs the number of a CPU"};
      (words[i] == "--cpu" ? arguments.cpu : arguments.clients_cpu) = *number;
      ++i;
    } else if (words[i].starts_with("--") || !arguments.file.empty()) {
      return Error{fmt::format("\"{}\" is too much; --help says how it is used", words[i])};
    } else {
      arguments.file = words[i];
    }
  }
  if (arguments.cpu && arguments.cpu == arguments.clients_cpu) {
    return Error{"--cpu and --clients-cpu are the same; leave out the latter"};
  }
  return arguments;
}

/// CPUs where the main thread may run, for EAL: "3", or all that are allowed.
std::string cpus_text(const Arguments& arguments) {
  if (arguments.cpu) return std::to_string(*arguments.cpu);
  return fmt::format("({})", fmt::join(host::allowed_cpus(), ","));
}

/// While it lives, a thread that is started without attributes goes ahead of this one, if this one
/// goes ahead of ordinary processes. EAL waits for its threads by sleeping for a microsecond again
/// and again, which leaves them no time on its own CPU otherwise.
class NewThreadsFirst {
 public:
  NewThreadsFirst() {
    ::pthread_getattr_default_np(&before_);
    ::pthread_attr_t first;
    ::pthread_getattr_default_np(&first);
    ::sched_param parameters{};
    ::sched_getparam(0, &parameters);
    const int policy = ::sched_getscheduler(0);
    if (parameters.sched_priority > 0) {
      ++parameters.sched_priority;
      ::pthread_attr_setinheritsched(&first, PTHREAD_EXPLICIT_SCHED);
      ::pthread_attr_setschedpolicy(&first, policy);
      ::pthread_attr_setschedparam(&first, &parameters);
      ::pthread_setattr_default_np(&first);
    }
    ::pthread_attr_destroy(&first);
  }
  ~NewThreadsFirst() {
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }
  NewThreadsFirst(const NewThreadsFirst&) = delete;
  NewThreadsFirst& operator=(const NewThreadsFirst&) = delete;

 private:
  ::pthread_attr_t before_;
};

/// One process without files and without hugepages, as the tests of src/server have it.
Status start_eal(const Arguments& arguments) {
  std::vector<std::string> words{kProgram,
                                 "--no-huge",
                                 "--no-shconf",
                                 "-m",
                                 "40",
                                 "--no-pci",
                                 "--no-telemetry",
                                 "--lcores",
                                 "0@" + cpus_text(arguments),
                                 "--log-level",
                                 "lib.eal:error",
                                 "--vdev=net_null0",
                                 "--vdev=net_null1"};
  const NewThreadsFirst threads;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  if (::rte_eal_init(static_cast<int>(argv.size()), argv.data()) >= 0) return Done{};
  return environment_error("DPDK's EAL did not start (its own lines say why)");
}

Status serve(const Arguments& arguments, const bench::FrameSet& frames) {
  const auto null_ports = dpdk::all_ports();
  if (null_ports.size() != 2) return environment_error("DPDK made no net_null ports");
  const auto pool = dpdk::Mempool::create(
      "mbuf_pool", {.mbufs = bench::kPathMbufs, .data_room = 2176}, SOCKET_ID_ANY);
  if (!pool) return pool.error();
  std::optional<bench::TwoCpus> cpus;
  if (arguments.cpu && arguments.clients_cpu) cpus = {*arguments.cpu, *arguments.clients_cpu};
  serve_benchmarks(bench::path_benchmarks(frames, pool->view(), null_ports, cpus), std::cin,
                   std::cout);
  std::cout.flush();
  ::_exit(0);  // nothing is kept, and what circulates need not be collected
}

Status run(const std::vector<std::string>& words) {
  const auto arguments = parse(words);
  if (!arguments) return arguments.error();
  auto frames = arguments->file.empty() ? Result<bench::FrameSet>(bench::made_up_frames())
                                        : bench::frames_of_file(arguments->file);
  if (!frames) return frames.error();
  const Status started = start_eal(*arguments);
  if (!started) return started.error();
  return serve(*arguments, *frames);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word == "--help" || word == "-h") return print_text(kUsageText);
  if (word == "--version") return host::print_version(kProgram);
  return exit_code(kProgram, run({argv + 1, argv + argc}));
}
