// SPDX-License-Identifier: BSD-3-Clause
// The server's data path with two clients, on the server's thread or on one of their own: for each
// line with a number on standard input so many blocks of turns, answered by the nanoseconds that
// the server spends on a packet. Built twice, the second time with a server that writes nothing
// down. Its two ports make frames of zeros for nothing ("null"), or read a capture again and again
// and drop what they transmit.
//
//   forwarder POLICY CPU CLIENTS_CPU null|FILE.pcap
#include <fmt/format.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "dpdk/mempool.hpp"
#include "dpdk/port.hpp"
#include "dpdk/ring.hpp"
#include "server/data_path.hpp"
#include "server/receiver.hpp"
#include "server/returner.hpp"
#include "server/seams.hpp"

namespace ringside::server {
namespace {

constexpr unsigned kClients = 2;
constexpr unsigned kMbufs = 32767;
constexpr unsigned kTurnsOfABlock = 64;

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

class Forwarder {
 public:
  Forwarder(Policy policy, unsigned cpu, unsigned clients_cpu)
      : options_(options_with(policy)),
        pool_(must(dpdk::Mempool::create("mbuf_pool", {.mbufs = kMbufs, .data_room = 2176},
                                         SOCKET_ID_ANY))),
        path_(options_, product_seams(), *info_, 1) {
    for (const std::uint16_t id : dpdk::all_ports()) {
      path_.ports.push_back(must(dpdk::Port::start(id, {}, pool_.view())));
    }
    for (unsigned i = 0; i < kClients; ++i) {
      path_.work.push_back(ring("work", i));
      path_.back.push_back(ring("back", i));
    }
    receiver_ = std::make_unique<Receiver>(path_, 0);
    returner_ = std::make_unique<Returner>(path_);
    path_.gate.active = (1u << kClients) - 1;
    path_.gate.receiving = true;
    path_.gate.epoch = 1;
    if (clients_cpu != cpu) clients_ = std::thread([=, this] { run_clients(clients_cpu); });
  }

  /// The median over blocks of turns of the server's time for a packet that it delivers: blocks in
  /// which a CPU was taken away do not count.
  double nanoseconds_per_packet(unsigned blocks) {
    std::vector<double> costs;
    while (costs.size() < blocks) {
      std::uint64_t cycles = 0, packets = 0;
      for (unsigned i = 0; i < kTurnsOfABlock; ++i) {
        const std::uint64_t begin = ::rte_rdtsc();
        receiver_->turn();
        packets += returner_->turn();
        cycles += ::rte_rdtsc() - begin;
        between_turns();
      }
      if (packets > 0) costs.push_back(static_cast<double>(cycles) / static_cast<double>(packets));
    }
    std::nth_element(costs.begin(), costs.begin() + costs.size() / 2, costs.end());
    return costs[costs.size() / 2] * 1e9 / static_cast<double>(::rte_get_tsc_hz());
  }

  /// Lets the clients' thread work or sleep, when there is one.
  void let_clients_work(bool work) {
    clients_work_ = work;
    clients_work_.notify_one();
  }

 private:
  static Options options_with(Policy policy) {
    Options options;
    options.clients = kClients;
    options.policy = policy;
    options.on_full = OnFull::kWait;
    return options;
  }

  dpdk::RingView ring(const char* name, unsigned i) {
    rings_.push_back(must(dpdk::Ring::create(fmt::format("{}{}", name, i), options_.ring_size,
                                             SOCKET_ID_ANY, RingMode::kSpSc)));
    return rings_.back().view();
  }

  void between_turns() {
    if (!clients_.joinable()) be_the_clients();
  }

  void be_the_clients() {
    dpdk::Packet burst[kSmallBurst];
    for (unsigned i = 0; i < kClients; ++i) {
      while (const unsigned taken = path_.work[i].dequeue(burst)) {
        for (const dpdk::Packet packet : std::span(burst, taken)) packet->port ^= 1;
        path_.back[i].enqueue(std::span(burst, taken));
      }
    }
  }

  /// Runs until the process ends.
  void run_clients(unsigned cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    ::sched_setaffinity(0, sizeof(set), &set);
    for (;;) {
      clients_work_.wait(false);
      be_the_clients();
    }
  }

  Options options_;
  std::unique_ptr<shared::SharedInfo> info_ = std::make_unique<shared::SharedInfo>();
  dpdk::Mempool pool_;
  std::vector<dpdk::Ring> rings_;
  DataPath path_;
  std::unique_ptr<Receiver> receiver_;
  std::unique_ptr<Returner> returner_;
  std::atomic<bool> clients_work_{false};
  std::thread clients_;
};

void start_eal(const std::string& cpu, const std::string& frames) {
  std::vector<std::string> words{
      "forwarder", "--no-huge", "--no-shconf",    "-m",          "256",          "--no-pci",
      "--lcores",  "0@" + cpu,  "--no-telemetry", "--log-level", "lib.eal:error"};
  for (int port = 0; port < 2; ++port) {
    words.push_back(frames == "null"
                        ? fmt::format("--vdev=net_null{}", port)
                        : fmt::format("--vdev=net_pcap{},rx_pcap={},infinite_rx=1", port, frames));
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  if (::rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0) {
    throw std::runtime_error("EAL did not start");
  }
}

/// Never returns but by an exception: the clients' thread has no end but the process's.
[[noreturn]] void run(const std::string& policy, const std::string& cpu,
                      const std::string& clients_cpu, const std::string& frames) {
  start_eal(cpu, frames);
  static Forwarder forwarder(must(parse_policy(policy)), std::stoul(cpu), std::stoul(clients_cpu));
  for (unsigned blocks = 0; std::cin >> blocks;) {
    forwarder.let_clients_work(true);
    const double cost = forwarder.nanoseconds_per_packet(blocks);
    forwarder.let_clients_work(false);
    fmt::print("{}\n", cost);
    std::fflush(stdout);
  }
  ::_exit(0);
}

}  // namespace
}  // namespace ringside::server

int main(int argc, char** argv) {
  try {
    if (argc == 5) ringside::server::run(argv[1], argv[2], argv[3], argv[4]);
    fmt::print(stderr, "usage: forwarder POLICY CPU CLIENTS_CPU null|FILE.pcap\n");
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "forwarder: error: {}\n", error.what());
    return 6;
  }
}
