// SPDX-License-Identifier: BSD-3-Clause
// Everything the server makes in shared memory before the first packet: pools, rings, ports, the
// shared block. Undone in reverse order by the destructor.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/log.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/port.hpp"
#include "dpdk/ring.hpp"
#include "dpdk/shared_info.hpp"
#include "server/data_path.hpp"
#include "server/options.hpp"
#include "server/plan.hpp"
#include "server/report.hpp"

namespace ringside::server {

class Setup {
 public:
  /// Makes and starts everything, and prints it. Errors: kUsage where the options do not fit the
  /// ports, kEnvironment where memory or a device fails.
  static Result<std::unique_ptr<Setup>> make(const Options& options, const Seams& seams,
                                             const dpdk::Eal& eal, const dpdk::Log& log);

  ~Setup();

  DataPath& path() { return *path_; }
  const Identity& identity() const { return identity_; }
  const Plan& plan() const { return plan_; }

  /// Stops and closes the ports, which completes net_pcap's output files.
  void close_ports() { path_->ports.clear(); }

 private:
  Setup(const Options& options, const dpdk::Log& log) : options_(options), log_(log) {}

  Status choose_ports(const dpdk::Eal& eal);
  Status make_memory(unsigned preloaded);
  Status make_wire_rings();
  Status make_client_rings();
  Status start_ports();
  void describe_tx_sides();
  void describe_to_clients();
  std::optional<std::size_t> wire_of(std::uint16_t port_id) const;

  const Options& options_;
  const dpdk::Log& log_;
  Plan plan_;
  Identity identity_;
  int numa_node_ = 0;
  unsigned tx_queues_ = 1;
  std::vector<std::uint16_t> port_ids_;                     ///< by PortIndex
  std::vector<std::uint16_t> wire_port_ids_;                ///< by wire port
  std::vector<std::vector<dpdk::RingView>> wire_tx_rings_;  ///< by wire port and queue
  std::vector<dpdk::Mempool> pools_;  ///< mbuf_pool, and wire_pool with ring ports
  std::vector<dpdk::Ring> rings_;
  std::unique_ptr<dpdk::SharedInfoZone> zone_;
  std::unique_ptr<DataPath> path_;  ///< last: its ports go before the pools and rings they use
};

}  // namespace ringside::server
