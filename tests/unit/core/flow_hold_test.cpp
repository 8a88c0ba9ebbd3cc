// SPDX-License-Identifier: BSD-3-Clause
#include "core/flow_hold.hpp"

#include <gmock/gmock.h>

namespace ringside {
namespace {

using ::testing::ElementsAre;

class FlowHoldTest : public ::testing::Test {
 protected:
  static OwedPacket held_packet(std::uint64_t number, std::uint16_t bucket) {
    return {reinterpret_cast<void*>(number * 64),  // never dereferenced
            {ClientId{0}, PortIndex{0}, bucket}};
  }
  /// Numbers of the packets that are free once client 0 has settled `settled`.
  std::vector<std::uint64_t> freed_at(std::uint64_t settled) {
    std::vector<OwedPacket> out;
    hold_.release([settled](ClientId) { return settled; }, out);
    std::vector<std::uint64_t> freed;
    for (const OwedPacket packet : out) {
      freed.push_back(reinterpret_cast<std::uintptr_t>(packet.packet) / 64);
    }
    return freed;
  }

  FlowHold hold_{4};
};

TEST_F(FlowHoldTest, BlocksNothingAtFirst) {
  EXPECT_TRUE(hold_.idle());
  EXPECT_FALSE(hold_.blocks(3));
  EXPECT_EQ(hold_.room(), 4u);
}

TEST_F(FlowHoldTest, FreesAFlowWhenItsLastPacketIsBackAndNotBefore) {
  hold_.block(3, ClientId{0}, 9);
  hold_.block(3, ClientId{0}, 10);
  hold_.add(held_packet(1, 3));
  EXPECT_TRUE(hold_.blocks(3));
  EXPECT_THAT(freed_at(10), ElementsAre());
  EXPECT_THAT(freed_at(11), ElementsAre(1));
  EXPECT_TRUE(hold_.idle());
}

TEST_F(FlowHoldTest, FreesOneFlowBeforeTheOtherAndKeepsTheOrder) {
  hold_.block(3, ClientId{0}, 5);
  hold_.block(4, ClientId{0}, 7);
  hold_.add(held_packet(1, 4));
  hold_.add(held_packet(2, 3));
  hold_.add(held_packet(3, 4));
  hold_.add(held_packet(4, 3));
  EXPECT_EQ(hold_.room(), 0u);
  EXPECT_THAT(freed_at(6), ElementsAre(2, 4));
  EXPECT_TRUE(hold_.blocks(4));
  EXPECT_THAT(freed_at(8), ElementsAre(1, 3));
}

TEST_F(FlowHoldTest, GivesEverythingBackInOrder) {
  hold_.block(3, ClientId{0}, 5);
  hold_.add(held_packet(1, 3));
  hold_.add(held_packet(2, 3));
  std::vector<OwedPacket> all;
  hold_.take_all(all);
  EXPECT_EQ(all.size(), 2u);
  EXPECT_EQ(hold_.size(), 0u);
  hold_.unblock_all();
  EXPECT_TRUE(hold_.idle());
  EXPECT_FALSE(hold_.blocks(3));
}

}  // namespace
}  // namespace ringside
