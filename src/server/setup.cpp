// SPDX-License-Identifier: BSD-3-Clause
#include "server/setup.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "core/layout_check.hpp"
#include "core/names.hpp"
#include "core/sizing.hpp"
#include "dpdk/mbuf_field.hpp"
#include "pcap/capture.hpp"

namespace ringside::server {
namespace {

SizingInput sizing_of(const Options& options, const Plan& plan, unsigned tx_queues) {
  SizingInput input;
  input.clients = options.clients;
  input.ring_size = options.ring_size;
  input.ports = static_cast<unsigned>(std::popcount(options.port_mask));
  input.wire_ports = static_cast<unsigned>(options.ring_ports.size());
  input.ports = std::max(input.ports, input.wire_ports);
  input.rx_queues = static_cast<unsigned>(plan.rx_lcores.size());
  input.tx_queues = tx_queues;
  input.burst = options.burst;
  input.server_lcores = input.rx_queues + (plan.tx_lcore == plan.rx_lcores[0] ? 0 : 1);
  input.direct = options.tx == shared::TxMode::kDirect;
  input.max_frame = options.max_frame;
  return input;
}

/// mbufs that net_pcap keeps for itself with infinite_rx=1: one for each packet of its files.
Result<unsigned> preloaded_mbufs(const EalArgs& args) {
  std::size_t packets = 0;
  for (const std::string& text : args.vdevs) {
    const VdevArg vdev = parse_vdev(text);
    if (vdev.value("infinite_rx").value_or("0") == "0") continue;
    for (const auto& [key, file] : vdev.arguments) {
      if (key != "rx_pcap") continue;
      const auto capture = pcap::read_capture(file);
      if (!capture) return capture.error();
      packets += capture->size();
    }
  }
  return static_cast<unsigned>(packets);
}

/// The --vdev from which a port came, if it is a net_pcap port on files.
bool is_pcap_file_port(const EalArgs& args, const std::string& port_name) {
  for (const std::string& text : args.vdevs) {
    const VdevArg vdev = parse_vdev(text);
    if (vdev.name != port_name || vdev.driver != "net_pcap") continue;
    if (vdev.value("rx_pcap") || vdev.value("tx_pcap")) return true;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Setup>> Setup::make(const Options& options, const Seams& seams,
                                           const dpdk::Eal& eal, const dpdk::Log& log) {
  std::unique_ptr<Setup> setup(new Setup(options, log));
  setup->identity_.eal = eal.facts();
  setup->identity_.lcores = dpdk::lcore_list();
  setup->plan_ = plan_lcores(setup->identity_.lcores, options.tx);
  setup->tx_queues_ = options.tx == shared::TxMode::kDirect ? options.clients : 1;
  const unsigned producers = static_cast<unsigned>(setup->plan_.rx_lcores.size());
  const RingTopology use{producers, 1, options.tx == shared::TxMode::kDirect};
  if (Status mode = check(options.ring_mode, use); !mode) return mode.error();
  if (Status wires = setup->make_wire_rings(); !wires) return wires.error();
  if (Status ports = setup->choose_ports(eal); !ports) return ports.error();
  const Result<unsigned> preloaded = preloaded_mbufs(eal.args());
  if (!preloaded) return preloaded.error();
  if (Status memory = setup->make_memory(*preloaded); !memory) return memory.error();
  setup->path_ = std::make_unique<DataPath>(options, seams, setup->zone_->info(), producers);
  for (const dpdk::Mempool& pool : setup->pools_) setup->path_->pools.push_back(pool.view());
  if (options.tx == shared::TxMode::kDirect && producers > 1) {
    const auto field = dpdk::InputField::register_field(names::kInputField);
    if (!field) return field.error();
    setup->path_->input_field = *field;
  }
  if (Status rings = setup->make_client_rings(); !rings) return rings.error();
  if (Status ports = setup->start_ports(); !ports) return ports.error();
  setup->describe_to_clients();
  return setup;
}

Setup::~Setup() {
  if (identity_.eal.hugepages) return;
  for (dpdk::Mempool& pool : pools_) pool.leave_to_process_end();
}

Status Setup::make_wire_rings() {
  const SizingInput sizing = sizing_of(options_, plan_, tx_queues_);
  for (unsigned wire = 0; wire < options_.ring_ports.size(); ++wire) {
    std::vector<dpdk::RingView> rx;
    std::vector<dpdk::RingView> tx;
    const auto make = [&](const std::string& name, unsigned size,
                          std::vector<dpdk::RingView>& views) -> Status {
      auto ring = dpdk::Ring::create(name, size, 0, RingMode::kSpSc);
      if (!ring) return ring.error();
      views.push_back(ring->view());
      rings_.push_back(std::move(*ring));
      return Done{};
    };
    for (unsigned queue = 0; queue < sizing.rx_queues; ++queue) {
      const std::string name =
          names::wire_rx_ring(wire) + (queue == 0 ? "" : fmt::format("_{}", queue));
      if (Status made = make(name, sizing.wire_ring_size, rx); !made) return made;
    }
    for (unsigned queue = 0; queue < tx_queues_; ++queue) {
      const unsigned size = wire_tx_ring_size(sizing);
      if (Status made = make(names::wire_tx_ring(wire, queue), size, tx); !made) return made;
    }
    auto id = dpdk::make_ring_port(options_.ring_ports[wire], rx, tx, 0);
    if (!id) return id.error();
    wire_port_ids_.push_back(*id);
    wire_tx_rings_.push_back(std::move(tx));
  }
  if (options_.ring_ports.empty()) return Done{};
  if (auto field = dpdk::SendTimeField::register_field(names::kSendTimeField); !field)
    return field.error();
  return Done{};
}

Status Setup::choose_ports(const dpdk::Eal& eal) {
  const std::vector<std::uint16_t> all = dpdk::all_ports();
  for (unsigned i = 0; i < 32; ++i) {
    if ((options_.port_mask >> i & 1) == 0) continue;
    if (i >= all.size()) {
      return Error{fmt::format(
          "-p {:#x} names port {}, but there are {} ports{}; give a mask of ports that exist, or "
          "add ports with --vdev, -a or --ring-port",
          options_.port_mask, i, all.size(), all.empty() ? "" : " (numbered from 0)")};
    }
    port_ids_.push_back(all[i]);
  }
  if (port_ids_.size() % 2 != 0) {
    return Error{fmt::format(
        "-p {:#x} names {} ports, an odd number; packets leave by the other port of a pair, so "
        "name an even number",
        options_.port_mask, port_ids_.size())};
  }
  for (const std::uint16_t id : port_ids_) {
    const dpdk::PortFacts facts = dpdk::port_facts(id);
    if (options_.tx == shared::TxMode::kDirect && is_pcap_file_port(eal.args(), facts.name)) {
      return Error{fmt::format(
          "--tx direct is not possible on {}: every client that attaches to a net_pcap file port "
          "truncates its output; use --tx return, or --ring-port with mp_wire",
          facts.name)};
    }
    log_.info("PORT {}: {} {} ({})", identity_.ports.size(), facts.mac, facts.name, facts.driver);
    identity_.ports.push_back(facts);
  }
  numa_node_ = identity_.ports.front().numa_node;
  return Done{};
}

Status Setup::make_memory(unsigned preloaded) {
  SizingInput sizing = sizing_of(options_, plan_, tx_queues_);
  sizing.preloaded = preloaded;
  const auto make = [this](const char* name, const PoolSize& size) -> Status {
    auto pool = dpdk::Mempool::create(name, size, numa_node_);
    if (!pool) return pool.error();
    log_.info("Creating mempool '{}': {} mbufs of {} bytes on NUMA node {}", name, size.mbufs,
              size.data_room, numa_node_);
    pools_.push_back(std::move(*pool));
    return Done{};
  };
  const PoolSize size = server_pool(sizing);
  identity_.mbufs = size.mbufs;
  if (Status made = make(names::kMbufPool, size); !made) return made;
  if (!options_.ring_ports.empty()) {
    if (Status made = make(names::kWirePool, wire_pool(sizing)); !made) return made;
  }
  auto zone = dpdk::SharedInfoZone::create(numa_node_);
  if (!zone) return zone.error();
  zone_ = std::make_unique<dpdk::SharedInfoZone>(std::move(*zone));
  return Done{};
}

Status Setup::make_client_rings() {
  for (std::uint8_t i = 0; i < options_.clients; ++i) {
    const std::string work_name = names::work_ring(ClientId{i});
    const std::string back_name = names::return_ring(ClientId{i});
    log_.info("Creating ring '{}' ({} entries, {})", work_name, options_.ring_size,
              to_text(options_.ring_mode));
    auto work = dpdk::Ring::create(work_name, options_.ring_size, numa_node_, options_.ring_mode);
    if (!work) return work.error();
    log_.info("Creating ring '{}' ({} entries, sp-sc)", back_name, options_.ring_size);
    auto back = dpdk::Ring::create(back_name, options_.ring_size, numa_node_, RingMode::kSpSc);
    if (!back) return back.error();
    identity_.work_rings.push_back(work_name);
    path_->work.push_back(work->view());
    path_->back.push_back(back->view());
    rings_.push_back(std::move(*work));
    rings_.push_back(std::move(*back));
  }
  return Done{};
}

Status Setup::start_ports() {
  dpdk::Port::Config config;
  config.rx_queues = static_cast<std::uint16_t>(plan_.rx_lcores.size());
  config.tx_queues = static_cast<std::uint16_t>(tx_queues_);
  config.max_frame = options_.max_frame;
  for (const std::uint16_t id : port_ids_) {
    auto port = dpdk::Port::start(id, config, pools_.front().view());
    if (!port) return port.error();
    path_->ports.push_back(std::move(*port));
  }
  for (const dpdk::Mempool& pool : pools_) {
    identity_.pools.push_back({pool.view(), pool.view().in_use()});
  }
  if (path_->direct()) describe_tx_sides();
  return Done{};
}

void Setup::describe_tx_sides() {
  // Read in DPDK 22.11: these copy or throw away; others keep packets until hardware is done.
  constexpr std::string_view kGiveBackAtOnce[] = {"net_null", "net_af_packet", "net_pcap"};
  for (std::size_t i = 0; i < port_ids_.size(); ++i) {
    const std::string& driver = identity_.ports[i].driver;
    TxSide side;
    side.gives_back_at_once =
        std::ranges::find(kGiveBackAtOnce, driver) != std::end(kGiveBackAtOnce);
    if (const auto wire = wire_of(port_ids_[i])) side.rings = wire_tx_rings_[*wire];
    path_->tx_sides.push_back(std::move(side));
  }
}

std::optional<std::size_t> Setup::wire_of(std::uint16_t port_id) const {
  const auto found = std::ranges::find(wire_port_ids_, port_id);
  if (found == wire_port_ids_.end()) return std::nullopt;
  return found - wire_port_ids_.begin();
}

void Setup::describe_to_clients() {
  shared::SharedInfo& info = zone_->info();
  info.clients = options_.clients;
  info.ports = static_cast<std::uint32_t>(port_ids_.size());
  info.wire_ports = static_cast<std::uint32_t>(wire_port_ids_.size());
  info.wire_tx_queues = tx_queues_;
  info.tx_mode = static_cast<std::uint32_t>(options_.tx);
  info.ring_size = options_.ring_size;
  info.numa_node = static_cast<std::uint32_t>(numa_node_);
  info.server_pid = static_cast<std::uint32_t>(::getpid());
  info.server_lcores = dpdk::lcore_set();
  for (std::size_t i = 0; i < port_ids_.size(); ++i) {
    info.port[i].dpdk_id = port_ids_[i];
    info.port[i].peer_dpdk_id = port_ids_[i ^ 1];
    info.port[i].tx_queues = static_cast<std::uint16_t>(tx_queues_);
    info.port[i].wire_port =
        static_cast<std::uint16_t>(wire_of(port_ids_[i]).value_or(shared::kNotAWirePort));
  }
  publish_layout(info);
}

}  // namespace ringside::server
