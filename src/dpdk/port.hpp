// SPDX-License-Identifier: BSD-3-Clause
// Ethernet ports of the primary. Secondaries use a port by its id and own nothing of it.
#pragma once

#include <rte_ethdev.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/packet.hpp"
#include "dpdk/ring.hpp"

namespace ringside::dpdk {

/// What the driver says of a port before it is configured.
struct PortFacts {
  std::uint16_t id = 0;
  std::string name;    ///< "net_pcap0"
  std::string driver;  ///< "net_pcap"
  std::string mac;     ///< "02:70:63:61:70:00"
  int numa_node = 0;   ///< 0 when the driver does not know
  std::uint16_t max_rx_queues = 1;
  std::uint16_t max_tx_queues = 1;
};
PortFacts port_facts(std::uint16_t id);

/// Ids of all ports that exist, ascending.
std::vector<std::uint16_t> all_ports();

/// Has this process a port of that id? A secondary has none of the server's when DPDK's request for
/// them was not answered in time (5 s).
inline bool port_exists(std::uint16_t id) {
  return ::rte_eth_dev_is_valid_port(id) != 0;
}

/// What the driver lost before the server saw it, or could not read.
struct DriverLosses {
  std::uint64_t missed = 0;
  std::uint64_t no_mbuf = 0;
  std::uint64_t errors = 0;
};

class Port {
 public:
  struct Config {
    std::uint16_t rx_queues = 1;
    std::uint16_t tx_queues = 1;
    std::uint16_t rx_descriptors = 1024;
    std::uint16_t tx_descriptors = 1024;
    unsigned max_frame = 1522;
  };
  /// Configures the port and starts it. Error kUsage when it has too few queues, else kEnvironment.
  static Result<Port> start(std::uint16_t id, const Config& config, MempoolView pool);

  Port(Port&& other) noexcept
      : id_(other.id_), cold_(other.cold_), owner_(std::exchange(other.owner_, false)) {}
  Port& operator=(Port&&) = delete;
  ~Port();

  std::uint16_t id() const { return id_; }
  /// Received packets belong to the caller.
  unsigned receive(std::uint16_t queue, std::span<Packet> packets) const {
    return ::rte_eth_rx_burst(id_, queue, packets.data(),
                              static_cast<std::uint16_t>(packets.size()));
  }
  /// The bytes of a packet that was just received are not in this core's cache: a NIC or another
  /// core has written them, while some virtual ports copy them in receive().
  bool leaves_cold() const { return cold_; }
  DriverLosses losses() const;

 private:
  Port(std::uint16_t id, bool cold) : id_(id), cold_(cold) {}
  std::uint16_t id_;
  bool cold_;
  bool owner_ = true;
};

/// Sends from the front of `packets`; returns how many the driver took, the caller keeps the rest.
inline unsigned transmit(std::uint16_t port, std::uint16_t queue, std::span<Packet> packets) {
  return ::rte_eth_tx_burst(port, queue, packets.data(),
                            static_cast<std::uint16_t>(packets.size()));
}

/// Makes a port whose RX queue i takes from rx[i] and whose TX queue i puts on tx[i]. Returns its
/// id. The rings stay the caller's and must outlive the port.
Result<std::uint16_t> make_ring_port(const std::string& name, std::span<const RingView> rx,
                                     std::span<const RingView> tx, int numa_node);

}  // namespace ringside::dpdk
