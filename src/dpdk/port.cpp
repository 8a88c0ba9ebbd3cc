// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/port.hpp"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ether.h>

#include <algorithm>
#include <string_view>

namespace ringside::dpdk {
namespace {

Error port_error(std::uint16_t id, const char* what, int code) {
  return environment_error(fmt::format("port {} ({}): {} failed ({})", id, port_facts(id).name,
                                       what, ::rte_strerror(code < 0 ? -code : code)));
}

::rte_eth_conf device_config(const ::rte_eth_dev_info& info, const Port::Config& config) {
  ::rte_eth_conf conf{};
  if (config.rx_queues > 1) {
    conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    conf.rx_adv_conf.rss_conf.rss_hf =
        (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP) &
        info.flow_type_rss_offloads;
    if (conf.rx_adv_conf.rss_conf.rss_hf == 0) conf.rxmode.mq_mode = RTE_ETH_MQ_RX_NONE;
  }
  const unsigned mtu = config.max_frame - RTE_ETHER_HDR_LEN - RTE_ETHER_CRC_LEN;
  if (mtu > RTE_ETHER_MTU) conf.rxmode.mtu = std::min<unsigned>(mtu, info.max_mtu);
  conf.rxmode.offloads = RTE_ETH_RX_OFFLOAD_SCATTER & info.rx_offload_capa;
  conf.txmode.offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS & info.tx_offload_capa;
  return conf;
}

Status set_up_queues(std::uint16_t id, const Port::Config& config, MempoolView pool) {
  const unsigned socket = static_cast<unsigned>(::rte_eth_dev_socket_id(id));
  std::uint16_t rx_descriptors = config.rx_descriptors;
  std::uint16_t tx_descriptors = config.tx_descriptors;
  if (int code = ::rte_eth_dev_adjust_nb_rx_tx_desc(id, &rx_descriptors, &tx_descriptors)) {
    return port_error(id, "choosing descriptor counts", code);
  }
  for (std::uint16_t queue = 0; queue < config.rx_queues; ++queue) {
    if (int code =
            ::rte_eth_rx_queue_setup(id, queue, rx_descriptors, socket, nullptr, pool.get())) {
      return port_error(id, "setting up an RX queue", code);
    }
  }
  for (std::uint16_t queue = 0; queue < config.tx_queues; ++queue) {
    if (int code = ::rte_eth_tx_queue_setup(id, queue, tx_descriptors, socket, nullptr)) {
      return port_error(id, "setting up a TX queue", code);
    }
  }
  return Done{};
}

/// Asking for such bytes costs 4 % of the packets of a net_pcap port.
bool copies_in_receive(std::string_view driver) {
  return driver == "net_pcap" || driver == "net_af_packet" || driver == "net_tap" ||
         driver == "net_null";
}

}  // namespace

PortFacts port_facts(std::uint16_t id) {
  PortFacts facts;
  facts.id = id;
  char name[RTE_ETH_NAME_MAX_LEN] = "";
  ::rte_eth_dev_get_name_by_port(id, name);
  facts.name = name;
  ::rte_eth_dev_info info{};
  if (::rte_eth_dev_info_get(id, &info) == 0) {
    facts.driver = info.driver_name;
    facts.max_rx_queues = info.max_rx_queues;
    facts.max_tx_queues = info.max_tx_queues;
  }
  ::rte_ether_addr mac{};
  ::rte_eth_macaddr_get(id, &mac);
  facts.mac = fmt::format("{:02x}", fmt::join(mac.addr_bytes, ":"));
  facts.numa_node = std::max(0, ::rte_eth_dev_socket_id(id));
  return facts;
}

std::vector<std::uint16_t> all_ports() {
  std::vector<std::uint16_t> ports;
  std::uint16_t id = 0;
  RTE_ETH_FOREACH_DEV(id) {
    ports.push_back(id);
  }
  return ports;
}

Result<Port> Port::start(std::uint16_t id, const Config& config, MempoolView pool) {
  ::rte_eth_dev_info info{};
  if (int code = ::rte_eth_dev_info_get(id, &info)) return port_error(id, "asking it", code);
  if (config.rx_queues > info.max_rx_queues) {
    return Error{fmt::format(
        "port {} ({}) has {} RX queues, but the server's lcores would use {}; give the server "
        "fewer lcores",
        id, port_facts(id).name, info.max_rx_queues, config.rx_queues)};
  }
  if (config.tx_queues > info.max_tx_queues) {
    return Error{fmt::format(
        "port {} ({}) has {} TX queues, fewer than the {} clients that --tx direct would let "
        "transmit; use --tx return or fewer clients",
        id, port_facts(id).name, info.max_tx_queues, config.tx_queues)};
  }
  const ::rte_eth_conf conf = device_config(info, config);
  if (int code = ::rte_eth_dev_configure(id, config.rx_queues, config.tx_queues, &conf)) {
    return port_error(id, "configuring it", code);
  }
  if (Status queues = set_up_queues(id, config, pool); !queues) return queues.error();
  if (int code = ::rte_eth_dev_start(id)) return port_error(id, "starting it", code);
  ::rte_eth_promiscuous_enable(id);  // virtual ports have no such mode, and need none
  return Port(id, !copies_in_receive(info.driver_name));
}

Port::~Port() {
  if (!owner_) return;
  ::rte_eth_dev_stop(id_);
  ::rte_eth_dev_close(id_);
}

DriverLosses Port::losses() const {
  ::rte_eth_stats stats{};
  if (::rte_eth_stats_get(id_, &stats) != 0) return {};
  return {stats.imissed, stats.rx_nombuf, stats.ierrors};
}

Result<std::uint16_t> make_ring_port(const std::string& name, std::span<const RingView> rx,
                                     std::span<const RingView> tx, int numa_node) {
  const auto handles = [](std::span<const RingView> views) {
    std::vector<::rte_ring*> rings;
    for (const RingView& view : views) rings.push_back(view.get());
    return rings;
  };
  std::vector<::rte_ring*> rx_rings = handles(rx);
  std::vector<::rte_ring*> tx_rings = handles(tx);
  const int id = ::rte_eth_from_rings(
      name.c_str(), rx_rings.data(), static_cast<unsigned>(rx_rings.size()), tx_rings.data(),
      static_cast<unsigned>(tx_rings.size()), static_cast<unsigned>(numa_node));
  if (id < 0) {
    return environment_error(
        fmt::format("cannot make ring port '{}' ({}); choose another --ring-port name", name,
                    ::rte_strerror(rte_errno)));
  }
  return static_cast<std::uint16_t>(id);
}

}  // namespace ringside::dpdk
