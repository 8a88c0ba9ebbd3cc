// SPDX-License-Identifier: BSD-3-Clause
// A client of the classic method: takes from its ring, and transmits by the peer of the port that a
// packet came in at, on a TX queue of its own, through DPDK's transmit buffers.
//
//   classic_client [EAL options] -- -n ID [options of mp_client, left alone]
#include <rte_ethdev.h>
#include <rte_memzone.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "bench/classic/classic.hpp"
#include "core/eal_args.hpp"
#include "core/program.hpp"
#include "core/shared_counter.hpp"
#include "core/signals.hpp"
#include "dpdk/eal.hpp"
#include "dpdk/ring.hpp"

namespace ringside::classic {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);

unsigned read_id(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "-n") return static_cast<unsigned>(std::stoul(words[i + 1]));
  }
  return 0;
}

class Client {
 public:
  Client(unsigned id, Info& info, dpdk::RingView ring)
      : id_(id), info_(info), block_(info.client[id]), ring_(ring), buffers_(info.ports) {
    for (Buffer& buffer : buffers_) ::rte_eth_tx_buffer_init(buffer.get(), kBurst);
  }

  void run() {
    block_.pid = ::getpid();
    std::array<dpdk::Packet, kBurst> burst;
    while (!signals::stop_requested()) {
      const unsigned taken = ring_.dequeue(burst);
      if (taken == 0) {
        if (info_.ending) break;
        flush();
        continue;
      }
      add(block_.received, taken);
      for (unsigned i = 0; i < taken; ++i) send(burst[i]);
    }
    block_.pid = 0;
  }

 private:
  /// rte_eth_dev_tx_buffer ends in an array without a length: the packets stand behind it.
  struct Buffer {
    alignas(64) std::array<std::byte, RTE_ETH_TX_BUFFER_SIZE(kBurst)> bytes;
    ::rte_eth_dev_tx_buffer* get() {
      return reinterpret_cast<::rte_eth_dev_tx_buffer*>(bytes.data());
    }
  };

  void send(dpdk::Packet packet) {
    const auto port = static_cast<std::uint16_t>(packet->port ^ 1);
    add(block_.sent, ::rte_eth_tx_buffer(port, queue(), buffers_[port].get(), packet));
  }

  void flush() {
    for (std::uint16_t port = 0; port < info_.ports; ++port) {
      add(block_.sent, ::rte_eth_tx_buffer_flush(port, queue(), buffers_[port].get()));
    }
  }

  std::uint16_t queue() const { return static_cast<std::uint16_t>(id_); }

  unsigned id_;
  Info& info_;
  ClientBlock& block_;
  dpdk::RingView ring_;
  std::vector<Buffer> buffers_;
};

Status forward(const SplitArgs& args) {
  const auto give_up = [](const Error& why) { return exit_code("classic_client", why); };
  auto eal = dpdk::Eal::start_secondary(args.eal, kPatience, signals::stop_requested, give_up);
  if (!eal) return eal.error();
  const unsigned id = read_id(args.application);
  auto ring = dpdk::RingView::look_up(ring_name(id));
  if (!ring) return ring.error();
  const auto* const zone = ::rte_memzone_lookup(kZone);
  if (zone == nullptr) return environment_error("the primary is no classic_server");
  eal->arrived();
  Client(id, *static_cast<Info*>(zone->addr), *ring).run();
  return Done{};
}

}  // namespace
}  // namespace ringside::classic

int main(int argc, char** argv) {
  ringside::signals::install();
  return ringside::exit_code("classic_client",
                             ringside::classic::forward(ringside::split_args(argc, argv)));
}
