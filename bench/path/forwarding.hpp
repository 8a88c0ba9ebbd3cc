// SPDX-License-Identifier: BSD-3-Clause
// The server's data path and two clients in one process: packets are received, parsed, dispatched,
// staged, handed over, taken back, settled and transmitted by the server's own stages.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dpdk/mempool.hpp"
#include "dpdk/ring.hpp"
#include "server/data_path.hpp"
#include "server/receiver.hpp"
#include "server/returner.hpp"
#include "server/seams.hpp"

namespace ringside::bench {

struct ForwardingPlan {
  std::string name;  ///< of its rings, short
  Policy policy = Policy::kRoundRobin;
  std::vector<std::uint16_t> ports;     ///< two; a client forwards to the other one
  std::optional<unsigned> clients_cpu;  ///< nothing: they run between the server's turns
};

class Forwarding {
 public:
  /// Errors: kEnvironment.
  static Result<std::unique_ptr<Forwarding>> make(const ForwardingPlan& plan, server::Seams seams,
                                                  dpdk::MempoolView pool);
  ~Forwarding();

  /// Until so many packets, counted where they are transmitted, have been delivered: the
  /// nanoseconds it took. Errors: kEnvironment, for a second none was.
  Result<std::uint64_t> deliver(std::uint64_t packets);

 private:
  enum class Clients : int { kStart, kRest, kWork, kEnd };

  Forwarding(Policy policy, server::Seams seams);
  Status add_ports(const ForwardingPlan& plan, dpdk::MempoolView pool);
  Status add_rings(const std::string& name);
  void open_gate();

  Result<std::uint64_t> run(std::uint64_t packets);
  std::uint64_t transmitted() const;
  void turn();
  void be_the_clients();
  void run_clients(unsigned cpu);
  void let_clients(Clients what);

  const server::Options options_;
  std::unique_ptr<shared::SharedInfo> info_ = std::make_unique<shared::SharedInfo>();
  std::vector<dpdk::Ring> rings_;
  server::DataPath path_;
  std::uint16_t other_port_bits_ = 0;  ///< a port's id with these flipped is the other one's
  std::unique_ptr<server::Receiver> receiver_;
  std::unique_ptr<server::Returner> returner_;
  std::atomic<Clients> clients_do_{Clients::kStart};
  std::thread clients_;
};

}  // namespace ringside::bench
