// SPDX-License-Identifier: BSD-3-Clause
// The server of the classic method: receives, deals the packets out one by one, and hands each
// client all that it got of a receive burst, or drops it.
//
//   classic_server [EAL options] -- -p PORTMASK -n CLIENTS [--looped PACKETS]
//                  [options of mp_server, left alone]
//
// With --floor it transmits what it receives by itself: what a hand-over costs is what is missing
// to that.
#include <rte_memzone.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <vector>

#include "bench/classic/classic.hpp"
#include "core/eal_args.hpp"
#include "core/idle.hpp"
#include "core/program.hpp"
#include "core/shared_counter.hpp"
#include "core/signals.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/port.hpp"
#include "dpdk/ring.hpp"
#include "dpdk/telemetry.hpp"

namespace ringside::classic {
namespace {

/// For clients to let go of their rings, before these are freed.
constexpr auto kEnd = std::chrono::seconds(3);

struct Sizes {
  unsigned clients = 1;
  unsigned ports = 0;
  bool floor = false;
  unsigned looped = 0;  ///< packets that net_pcap keeps, an mbuf each (infinite_rx=1)
};

Sizes read_sizes(const std::vector<std::string>& words) {
  Sizes sizes;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "-n") sizes.clients = std::stoul(words[i + 1]);
    if (words[i] == "--looped") sizes.looped = std::stoul(words[i + 1]);
    if (words[i] == "-p") {
      sizes.ports =
          static_cast<unsigned>(__builtin_popcountl(std::stoul(words[i + 1], nullptr, 0)));
    }
  }
  if (std::ranges::find(words, "--floor") != words.end()) sizes.clients = 0, sizes.floor = true;
  return sizes;
}

/// The default pool of the method: descriptors of all queues, rings, and a cache for each process.
unsigned pool_size(const Sizes& sizes) {
  return sizes.looped + sizes.ports * kDescriptors * 2 +
         sizes.clients * (kRingSize + kDescriptors * sizes.ports) +
         (sizes.clients + 1) * kPoolCache;
}

class Server {
 public:
  explicit Server(const Sizes& sizes) : sizes_(sizes), staged_(sizes.clients) {}

  Status set_up() {
    // The method's pool is DPDK's own; what any method could reach at most is reached with ours.
    const auto create = sizes_.floor ? dpdk::Mempool::create : dpdk::Mempool::create_default;
    auto pool = create(kPool, {.mbufs = pool_size(sizes_), .data_room = 2176, .cache = kPoolCache},
                       SOCKET_ID_ANY);
    if (!pool) return pool.error();
    pool_ = std::make_unique<dpdk::Mempool>(std::move(*pool));
    for (unsigned id = 0; id < sizes_.ports; ++id) {
      dpdk::Port::Config config;
      // A net_pcap port has a single one; nobody sends there.
      const unsigned most = dpdk::port_facts(static_cast<std::uint16_t>(id)).max_tx_queues;
      config.tx_queues = static_cast<std::uint16_t>(std::clamp(sizes_.clients, 1u, most));
      auto port = dpdk::Port::start(static_cast<std::uint16_t>(id), config, pool_->view());
      if (!port) return port.error();
      ports_.push_back(std::move(*port));
    }
    for (unsigned client = 0; client < sizes_.clients; ++client) {
      auto ring = dpdk::Ring::create(ring_name(client), kRingSize, SOCKET_ID_ANY, RingMode::kSpSc);
      if (!ring) return ring.error();
      rings_.push_back(std::move(*ring));
    }
    const auto* const zone = ::rte_memzone_reserve(kZone, sizeof(Info), SOCKET_ID_ANY, 0);
    if (zone == nullptr) return environment_error("no memory for the zone of the classic server");
    info_ = new (zone->addr) Info;
    info_->clients = sizes_.clients;
    info_->ports = sizes_.ports;
    return register_telemetry();
  }

  void run() {
    while (!everybody_is_there() && !signals::stop_requested()) spend(std::chrono::milliseconds(1));
    while (!signals::stop_requested()) {
      for (const dpdk::Port& port : ports_) receive_from(port);
    }
    info_->ending = true;
    poll_until(kEnd, [this] { return nobody_is_there(); });
  }

 private:
  struct Stage {
    std::array<dpdk::Packet, kBurst> packets;
    unsigned count = 0;
  };

  bool everybody_is_there() const {
    for (unsigned client = 0; client < sizes_.clients; ++client) {
      if (info_->client[client].pid == 0) return false;
    }
    return true;
  }

  bool nobody_is_there() const {
    return std::ranges::all_of(info_->client,
                               [](const ClientBlock& block) { return block.pid == 0; });
  }

  void receive_from(const dpdk::Port& port) {
    std::array<dpdk::Packet, kBurst> burst;
    const unsigned received = port.receive(0, burst);
    if (received == 0) return;
    add(received_, received);
    if (sizes_.floor) return transmit({burst.data(), received}, port);
    for (unsigned i = 0; i < received; ++i) {
      Stage& stage = staged_[next_];
      stage.packets[stage.count++] = burst[i];
      if (++next_ == sizes_.clients) next_ = 0;
    }
    for (unsigned client = 0; client < sizes_.clients; ++client) flush(client);
  }

  void transmit(std::span<dpdk::Packet> packets, const dpdk::Port& port) {
    const auto peer = static_cast<std::uint16_t>(port.id() ^ 1);
    const unsigned sent = dpdk::transmit(peer, 0, packets);
    dpdk::free_packets(packets.subspan(sent));
    add(sent_, sent);
    add(dropped_, packets.size() - sent);
  }

  void flush(unsigned client) {
    Stage& stage = staged_[client];
    if (stage.count == 0) return;
    if (::rte_ring_enqueue_bulk(rings_[client].view().get(),
                                reinterpret_cast<void**>(stage.packets.data()), stage.count,
                                nullptr) == 0) {
      dpdk::free_packets({stage.packets.data(), stage.count});
      add(dropped_, stage.count);
    }
    stage.count = 0;
  }

  Status register_telemetry() {
    Status status = dpdk::register_telemetry("/mp/stats", "Totals of the classic server",
                                             [this](std::string_view) { return stats(); });
    if (!status) return status;
    return dpdk::register_telemetry("/mp/clients", "Clients of the classic server",
                                    [this](std::string_view) { return clients(); });
  }

  dpdk::TelemetryDict stats() const {
    std::uint64_t sent = read(sent_);
    for (unsigned client = 0; client < sizes_.clients; ++client) {
      sent += read(info_->client[client].sent);
    }
    dpdk::TelemetryDict dict;
    dict.add("state", std::string("running"));
    dict.add("received", read(received_));
    dict.add("transmitted", sent);
    dict.add("dropped", read(dropped_));
    return dict;
  }

  dpdk::TelemetryDict clients() const {
    dpdk::TelemetryDict all;
    for (unsigned client = 0; client < sizes_.clients; ++client) {
      const ClientBlock& block = info_->client[client];
      dpdk::TelemetryDict dict;
      dict.add("state", std::string(block.pid != 0 ? "active" : "absent"));
      dict.add("pid", block.pid.load());
      dict.add("sent", read(block.sent));
      all.add(std::to_string(client), std::move(dict));
    }
    return all;
  }

  Sizes sizes_;
  std::unique_ptr<dpdk::Mempool> pool_;
  std::vector<dpdk::Port> ports_;
  std::vector<dpdk::Ring> rings_;
  Info* info_ = nullptr;
  std::vector<Stage> staged_;
  unsigned next_ = 0;
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> sent_{0};  ///< with --floor
};

Status serve(const SplitArgs& args) {
  auto eal = dpdk::Eal::start_primary(args.eal);
  if (!eal) return eal.error();
  Server server(read_sizes(args.application));
  Status status = server.set_up();
  if (status) status = eal->announce();
  if (status) server.run();
  dpdk::silence_telemetry();
  return status;
}

}  // namespace
}  // namespace ringside::classic

int main(int argc, char** argv) {
  ringside::signals::install();
  return ringside::exit_code("classic_server",
                             ringside::classic::serve(ringside::split_args(argc, argv)));
}
