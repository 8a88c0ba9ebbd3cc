// SPDX-License-Identifier: BSD-3-Clause
#include "client/handler.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "client/options.hpp"

namespace ringside::client {
namespace {

/// A packet on the stack, of one segment.
struct StackPacket {
  explicit StackPacket(std::uint16_t port, std::uint16_t length = 64) {
    mbuf.buf_addr = bytes.data();
    mbuf.data_off = 0;
    mbuf.data_len = length;
    mbuf.port = port;
  }
  std::array<std::uint8_t, 64> bytes{};
  ::rte_mbuf mbuf{};
};

class HandlerTest : public ::testing::Test {
 protected:
  HandlerTest() {
    info_->ports = 4;
    const std::uint16_t ids[] = {0, 2, 5, 6};  // ports of the mask need not be neighbours
    for (unsigned i = 0; i < 4; ++i) {
      info_->port[i].dpdk_id = ids[i];
      info_->port[i].peer_dpdk_id = ids[i ^ 1];
    }
  }
  void handle(StackPacket& packet, const HandlerConfig& config) {
    dpdk::Packet pointer = &packet.mbuf;
    Handler(ClientId{3}, config, *info_).handle({&pointer, 1});
  }
  std::unique_ptr<shared::SharedInfo> info_ = std::make_unique<shared::SharedInfo>();
};

TEST_F(HandlerTest, SendsAPacketToTheOtherPortOfItsPairInMaskOrder) {
  const std::uint16_t pairs[][2] = {{0, 2}, {2, 0}, {5, 6}, {6, 5}};
  for (const auto& [in, out] : pairs) {
    StackPacket packet(in);
    handle(packet, {});
    EXPECT_EQ(packet.mbuf.port, out);
  }
}

TEST_F(HandlerTest, DropsWhatCameFromAPortTheServerDoesNotHave) {
  for (const std::uint16_t port : {1, 31, 32, 65534}) {
    StackPacket packet(port);
    handle(packet, {});
    EXPECT_EQ(packet.mbuf.port, dpdk::kDropMark);
  }
}

TEST_F(HandlerTest, MarksClientAndOutputPortInTheSourceAddressOnly) {
  StackPacket packet(5);
  handle(packet, {HandlerKind::kForward, {}, true});
  std::array<std::uint8_t, 64> expected{};
  const std::uint8_t mark[] = {0x02, 0, 0, 0, 3, 3};
  std::copy(std::begin(mark), std::end(mark), expected.begin() + 6);
  EXPECT_EQ(packet.bytes, expected);
}

TEST_F(HandlerTest, DoesNotMarkAFrameThatEndsBeforeItsSourceAddress) {
  StackPacket packet(0, 11);
  handle(packet, {HandlerKind::kForward, {}, true});
  EXPECT_EQ(packet.bytes, (std::array<std::uint8_t, 64>{}));
}

TEST_F(HandlerTest, MarksEverythingForDropping) {
  StackPacket packet(0);
  handle(packet, {HandlerKind::kDrop});
  EXPECT_EQ(packet.mbuf.port, dpdk::kDropMark);
}

TEST(ParseHandler, ReadsItsThreeForms) {
  EXPECT_EQ(parse_handler("forward")->kind, HandlerKind::kForward);
  EXPECT_EQ(parse_handler("drop")->kind, HandlerKind::kDrop);
  EXPECT_EQ(parse_handler("delay:1500")->delay.count(), 1500);
  for (const char* wrong : {"", "delay", "delay:", "delay:-1", "delay:1x", "Forward"}) {
    EXPECT_FALSE(parse_handler(wrong)) << wrong;
  }
}

TEST(ClientOptions, RefuseAnIdThatIsNoNumberOrOutOfRange) {
  EXPECT_TRUE(parse_options({"-n", "15"}));
  for (const char* wrong : {"16", "256", "-1", "x", "1x", ""}) {
    EXPECT_FALSE(parse_options({"-n", wrong})) << wrong;
  }
  EXPECT_FALSE(parse_options({}));
}

}  // namespace
}  // namespace ringside::client
