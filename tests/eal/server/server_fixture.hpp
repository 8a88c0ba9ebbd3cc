// SPDX-License-Identifier: BSD-3-Clause
// Two ring ports, a pool and client rings in one process: the data path without processes.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/names.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/port.hpp"
#include "dpdk/ring.hpp"
#include "server/data_path.hpp"
#include "server/report.hpp"
#include "server/seams.hpp"

namespace ringside::server {

class ServerTest : public ::testing::Test {
 protected:
  static constexpr unsigned kPortRing = 1024;

  void SetUp() override {
    static int run = 0;
    suffix_ = std::to_string(run++);
    options_.ring_size = 64;
    options_.clients = 3;
    options_.burst = 8;
  }

  /// Call after changing options_ and seams_.
  void build() {
    auto pool = dpdk::Mempool::create(
        "pool" + suffix_, {.mbufs = 4095, .data_room = 2176, .cache = 0, .lanes = lanes_}, 0);
    ASSERT_TRUE(pool) << pool.error().message;
    pool_ = std::make_unique<dpdk::Mempool>(std::move(*pool));
    info_->clients = options_.clients;
    info_->ports = 2;
    path_ = std::make_unique<DataPath>(options_, seams_, *info_, rx_lcores_);
    path_->input_field = *dpdk::InputField::register_field(names::kInputField);
    for (unsigned i = 0; i < 2; ++i) add_port(i);
    for (unsigned i = 0; i < options_.clients; ++i) {
      path_->work.push_back(ring("work" + std::to_string(i), options_.ring_size));
      path_->back.push_back(ring("back" + std::to_string(i), options_.ring_size));
    }
  }

  void add_port(unsigned i) {
    const std::string name = std::to_string(i);
    into_[i] = ring("into" + name, kPortRing);
    out_of_[i] = ring("out" + name, tx_ring_size_);
    const auto id =
        dpdk::make_ring_port("t" + suffix_ + "_" + name, {&into_[i], 1}, {&out_of_[i], 1}, 0);
    ASSERT_TRUE(id) << id.error().message;
    auto port = dpdk::Port::start(*id, {}, pool_->view());
    ASSERT_TRUE(port) << port.error().message;
    path_->ports.push_back(std::move(*port));
    info_->port[i].dpdk_id = *id;
    info_->port[i].peer_dpdk_id = *id;
  }

  dpdk::RingView ring(const std::string& name, unsigned size) {
    auto made = dpdk::Ring::create(name + "_" + suffix_, size, 0, RingMode::kSpSc);
    EXPECT_TRUE(made) << made.error().message;
    rings_.push_back(std::move(*made));
    return rings_.back().view();
  }

  /// Opens the gate for `active`, as the control loop does. The test has the first receiver only;
  /// the others agree.
  void open_gate(ClientSet active, bool receiving = true) {
    path_->gate.active = active.bits();
    path_->gate.receiving = receiving;
    ++path_->gate.epoch;
    for (std::size_t i = 1; i < rx_lcores_; ++i) path_->acknowledged[i] = path_->gate.epoch.load();
  }

  /// Puts `count` packets, numbered on from the last call, in front of port `port`.
  void arrive(unsigned port, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      dpdk::Packet packet = ::rte_pktmbuf_alloc(pool_->view().get());
      ASSERT_NE(packet, nullptr);
      auto* const bytes = reinterpret_cast<std::uint32_t*>(::rte_pktmbuf_append(packet, 64));
      std::fill(bytes, bytes + 16, 0u);
      bytes[15] = next_number_++;
      ASSERT_EQ(into_[port].enqueue({&packet, 1}), 1u);
    }
  }

  static std::uint32_t number(dpdk::Packet packet) {
    return rte_pktmbuf_mtod(packet, const std::uint32_t*)[15];
  }

  /// Takes at most `most` packets from a ring.
  static std::vector<dpdk::Packet> take(dpdk::RingView ring, unsigned most = 4096) {
    std::vector<dpdk::Packet> packets(most);
    packets.resize(ring.dequeue(packets));
    return packets;
  }
  static std::vector<std::uint32_t> numbers(const std::vector<dpdk::Packet>& packets) {
    std::vector<std::uint32_t> result;
    for (const dpdk::Packet packet : packets) result.push_back(number(packet));
    return result;
  }

  /// The client's part: what is on its work ring goes back for output port `index`.
  std::size_t work_off(unsigned client, unsigned index, unsigned most = 4096) {
    std::vector<dpdk::Packet> packets = take(path_->work[client], most);
    for (dpdk::Packet packet : packets) packet->port = path_->ports[index].id();
    EXPECT_EQ(path_->back[client].enqueue(packets), packets.size());
    return packets.size();
  }

  /// What the returner does with packets that a client brings back, but for transmitting them.
  void come_back(unsigned client, const std::vector<dpdk::Packet>& packets) {
    EXPECT_EQ(path_->owed_fifo(0, client).settle(
                  {reinterpret_cast<void* const*>(packets.data()), packets.size()}),
              packets.size());
    add(path_->tx.returned[client], packets.size());
  }

  Ledger ledger() { return take_snapshot(*path_, Identity{}).ledger; }
  std::int64_t mbufs_in_use() const { return pool_->view().in_use(); }

  unsigned tx_ring_size_ = kPortRing;
  unsigned lanes_ = 0;  ///< of the pool
  std::size_t rx_lcores_ = 1;
  std::string suffix_;
  Options options_;
  Seams seams_ = product_seams();
  std::unique_ptr<shared::SharedInfo> info_ = std::make_unique<shared::SharedInfo>();
  std::unique_ptr<dpdk::Mempool> pool_;
  std::vector<dpdk::Ring> rings_;
  dpdk::RingView into_[2], out_of_[2];
  std::unique_ptr<DataPath> path_;
  std::uint32_t next_number_ = 0;
};

}  // namespace ringside::server
