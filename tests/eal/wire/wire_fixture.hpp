// SPDX-License-Identifier: BSD-3-Clause
// The whole wire in one process: the test plays the user at its input and the server at its rings.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "core/idle.hpp"
#include "core/names.hpp"
#include "dpdk/lanes.hpp"
#include "dpdk/mbuf_field.hpp"
#include "dpdk/mempool.hpp"
#include "dpdk/packet_bytes.hpp"
#include "dpdk/ring.hpp"
#include "pcap/capture.hpp"
#include "tests/eal/eal_for_tests.hpp"
#include "tests/unit/pcap/files.hpp"
#include "wire/wire.hpp"

namespace ringside::wire {

using namespace std::chrono_literals;
using nlohmann::json;

inline constexpr unsigned kPorts = 2;
inline constexpr unsigned kQueues = 2;
inline constexpr unsigned kRingSize = 64;
inline constexpr unsigned kMbufs = 511;
inline constexpr unsigned kRoom =
    256 + RTE_PKTMBUF_HEADROOM;  // short, so that longer frames are chained
inline constexpr auto kDeadline = 20s;

struct EalWithLanes : ringside::fixtures::EalForTests {
  void SetUp() override {
    EalForTests::SetUp();
    dpdk::register_lanes();
  }
};

/// What the server makes for its ring ports.
struct ServerSide {
  dpdk::Mempool pool = *dpdk::Mempool::create(
      names::kWirePool, {.mbufs = kMbufs, .data_room = kRoom, .cache = 0, .lanes = 2}, 0);
  dpdk::SendTimeField field = *dpdk::SendTimeField::register_field(names::kSendTimeField);
  std::vector<dpdk::Ring> rx;               ///< by port
  std::vector<std::vector<dpdk::Ring>> tx;  ///< by port and queue
  std::unique_ptr<shared::SharedInfo> info = std::make_unique<shared::SharedInfo>();

  ServerSide() {
    for (unsigned port = 0; port < kPorts; ++port) {
      rx.push_back(make_ring(names::wire_rx_ring(port)));
      tx.emplace_back();
      for (unsigned queue = 0; queue < kQueues; ++queue) {
        tx.back().push_back(make_ring(names::wire_tx_ring(port, queue)));
      }
    }
    info->wire_ports = kPorts;
    info->wire_tx_queues = kQueues;
    info->server_pid = static_cast<std::uint32_t>(::getpid());
    set_state(shared::ServerState::kRunning);
  }

  static dpdk::Ring make_ring(const std::string& name) {
    return *dpdk::Ring::create(name, kRingSize, 0, RingMode::kSpSc);
  }
  void set_state(shared::ServerState state) {
    info->server_state.store(static_cast<std::uint32_t>(state), std::memory_order_release);
  }
  void drop_what_it_did_not_receive() {
    std::array<dpdk::Packet, kRingSize> packets;
    for (const dpdk::Ring& ring : rx) {
      dpdk::free_packets(std::span(packets).first(ring.view().dequeue(packets)));
    }
  }
  /// Takes at most `most` packets that came in on `port` and puts them out on the other one; no
  /// more than fit there.
  unsigned forward(unsigned port, unsigned queue, unsigned most) {
    std::array<dpdk::Packet, kRingSize> packets;
    const dpdk::RingView out = tx[port ^ 1][queue].view();
    const unsigned room = out.capacity() - out.used();
    const unsigned taken = rx[port].view().dequeue(std::span(packets).first(std::min(most, room)));
    return out.enqueue({packets.data(), taken});
  }
};

class WireTest : public ::testing::Test {
 protected:
  WireTest() {
    std::tie(requests_out_, requests_in_) = make_pipe();
    std::tie(replies_out_, replies_in_) = make_pipe();
    replies_.emplace(replies_out_);
    start_wire();
  }
  ~WireTest() override {
    end_wire();
    for (const int fd : {requests_out_, requests_in_, replies_out_, replies_in_}) ::close(fd);
    server_.drop_what_it_did_not_receive();
    EXPECT_EQ(server_.pool.view().in_use(), 0) << "mbufs leaked";
  }

  static std::pair<int, int> make_pipe() {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    return {ends[0], ends[1]};
  }

  void start_wire() {
    auto wire = Wire::attach(*server_.info);
    if (!wire) throw std::runtime_error(wire.error().message);
    wire_ = *std::move(wire);
    stop_ = detached_ = false;
    thread_ = std::thread([this] {
      wire_->run(
          requests_out_, replies_in_, [this] { return stop_.load(); },
          [this] { detached_ = true; });
    });
    EXPECT_EQ(next_reply()["event"], "ready");
  }
  void end_wire() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    EXPECT_TRUE(detached_);
  }

  void request(const std::string& line) { ASSERT_TRUE(write_line(requests_in_, line)); }
  json next_reply() {
    poll_until(kDeadline, [this] {
      replies_->poll(
          [this](LineReader::Kind, std::string_view line) { lines_.push_back(json::parse(line)); });
      return !lines_.empty();
    });
    if (lines_.empty()) throw std::runtime_error("no reply before the deadline");
    json first = lines_.front();
    lines_.erase(lines_.begin());
    return first;
  }
  json ask(const std::string& line) {
    request(line);
    return next_reply();
  }
  json report(unsigned port) { return ask(R"({"cmd":"report"})")["ports"][port]; }

  /// Loads a capture named "c" of frames with these lengths; frame i is filled with the letter i.
  void load(const std::vector<std::size_t>& lengths) {
    std::string content = ringside::fixtures::pcap_header();
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      content += ringside::fixtures::pcap_record(
          static_cast<std::uint32_t>(i), 0, std::string(lengths[i], static_cast<char>('a' + i)));
    }
    const json reply =
        ask(json{{"cmd", "load"}, {"file", scratch_.file("in.pcap", content)}, {"as", "c"}}.dump());
    ASSERT_EQ(reply["ok"], true) << reply;
    EXPECT_EQ(reply["packets"], lengths.size());
  }
  /// Plays the server until `packets` have been forwarded from `port`.
  void forward(unsigned port, unsigned packets, unsigned queue = 0) {
    unsigned done = 0;
    ASSERT_TRUE(poll_until(kDeadline,
                           [&] {
                             done += server_.forward(port, queue, packets - done);
                             return done == packets;
                           }))
        << done << " of " << packets;
    EXPECT_EQ(done, packets);
  }
  void wait_captured(unsigned port, unsigned packets) {
    EXPECT_TRUE(poll_until(kDeadline, [&] { return report(port)["captured"] == packets; }));
  }

  ringside::fixtures::ScratchDirectory scratch_;
  ServerSide server_;
  std::unique_ptr<Wire> wire_;
  int requests_out_ = -1, requests_in_ = -1, replies_out_ = -1, replies_in_ = -1;
  std::optional<LineReader> replies_;
  std::vector<json> lines_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> detached_{false};
  std::thread thread_;
};

}  // namespace ringside::wire
