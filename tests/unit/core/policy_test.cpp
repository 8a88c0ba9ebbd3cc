// SPDX-License-Identifier: BSD-3-Clause
#include "core/policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "frames.hpp"

namespace ringside {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

class Dispatch : public testing::Test {
 protected:
  std::vector<int> assign(Policy policy, const std::vector<PacketView>& packets) {
    std::vector<Assignment> assigned(packets.size());
    assign_function(policy)(state_, packets, assigned);
    std::vector<int> ids;
    for (const Assignment& each : assigned) ids.push_back(each.owner().value);
    return ids;
  }
  std::vector<int> round_robin(std::size_t packets) {
    return assign(Policy::kRoundRobin, std::vector<PacketView>(packets));
  }

  DispatchState state_;
};

TEST(Assignment, HoldsOwnerPortAndBucket) {
  const Assignment most(ClientId{15}, PortIndex{31}, 65535);
  EXPECT_EQ(most.owner(), ClientId{15});
  EXPECT_EQ(most.port(), PortIndex{31});
  EXPECT_EQ(most.bucket(), 65535);
  const Assignment bucket(ClientId{0}, PortIndex{0}, 1);
  EXPECT_EQ(bucket.owner(), ClientId{0});
  EXPECT_EQ(bucket.port(), PortIndex{0});
  EXPECT_EQ(bucket.bucket(), 1);
}

TEST_F(Dispatch, EveryPolicySaysWhichPortAPacketCameBy) {
  state_.set_active(ClientSet{ClientId{0}, ClientId{1}});
  const std::vector<PacketView> packets{{.port = {3}}, {.port = {7}}};
  for (const Policy policy : all_policies()) {
    std::vector<Assignment> assigned(packets.size());
    assign_function(policy)(state_, packets, assigned);
    EXPECT_EQ(assigned[0].port(), PortIndex{3}) << to_text(policy);
    EXPECT_EQ(assigned[1].port(), PortIndex{7}) << to_text(policy);
  }
}

PacketView view(const Bytes& frame, PortIndex port = {}) {
  return {.data = frame.data(), .length = static_cast<std::uint16_t>(frame.size()), .port = port};
}

Bytes udp(unsigned source, unsigned destination, unsigned source_port, unsigned destination_port) {
  return ethernet(0x0800) + ipv4({.source = source, .destination = destination}) +
         ports(source_port, destination_port);
}

TEST_F(Dispatch, RoundRobinTakesTurnsInAscendingOrder) {
  state_.set_active({ClientId{7}, ClientId{1}, ClientId{4}});
  EXPECT_THAT(round_robin(5), ElementsAre(1, 4, 7, 1, 4));
}

TEST_F(Dispatch, RoundRobinGoesOnOverBursts) {
  state_.set_active(ClientSet::first(3));
  EXPECT_THAT(round_robin(4), ElementsAre(0, 1, 2, 0));
  EXPECT_THAT(round_robin(1), ElementsAre(1));
  EXPECT_THAT(round_robin(0), ElementsAre());
  EXPECT_THAT(round_robin(2), ElementsAre(2, 0));
}

TEST_F(Dispatch, WholeBurstsCanBeDealtOutAsOneByOne) {
  state_.set_active(ClientSet::first(3));
  state_.next_in_turn();
  DispatchState one_by_one = state_;
  for (const std::size_t burst : {5, 1, 7, 3}) {
    for (std::size_t i = 0; i < burst; ++i) {
      EXPECT_EQ(one_by_one.next_in_turn(), state_.in_turn(i % 3)) << i << " of " << burst;
    }
    state_.pass_turns(burst);
  }
}

TEST_F(Dispatch, RoundRobinDoesNotLookAtPorts) {
  state_.set_active(ClientSet::first(2));
  EXPECT_THAT(assign(Policy::kRoundRobin,
                     {{.port = PortIndex{1}}, {.port = PortIndex{1}}, {.port = PortIndex{0}}}),
              ElementsAre(0, 1, 0));
}

TEST_F(Dispatch, RoundRobinKeepsItsPlaceWhenClientsComeAndGo) {
  state_.set_active(ClientSet::first(4));
  EXPECT_THAT(round_robin(2), ElementsAre(0, 1));
  state_.set_active({ClientId{0}, ClientId{1}, ClientId{3}});  // 2, whose turn it was, has left
  EXPECT_THAT(round_robin(2), ElementsAre(3, 0));
  state_.set_active(ClientSet::first(4));
  EXPECT_THAT(round_robin(3), ElementsAre(1, 2, 3));
  state_.set_active(ClientSet::first(2));
  EXPECT_THAT(round_robin(3), ElementsAre(0, 1, 0));
}

TEST_F(Dispatch, PortGivesAPortToOneClient) {
  state_.set_active({ClientId{2}, ClientId{5}});
  std::vector<PacketView> packets;
  for (std::uint8_t port = 0; port < 4; ++port) packets.push_back({.port = PortIndex{port}});
  EXPECT_THAT(assign(Policy::kPort, packets), ElementsAre(2, 5, 2, 5));
  EXPECT_THAT(assign(Policy::kPort, packets), ElementsAre(2, 5, 2, 5));
}

TEST_F(Dispatch, FlowHashGivesAFlowToTheOwnerOfItsBucket) {
  state_.set_active(ClientSet::first(16));
  BucketTable table;
  table.rebuild(ClientSet::first(16));
  std::vector<Bytes> frames;
  for (unsigned i = 0; i < 100; ++i) frames.push_back(udp(0x0a000001 + i, 0x0a000002, i, 80));
  std::vector<PacketView> packets;
  std::vector<int> expected;
  for (const Bytes& frame : frames) {
    packets.push_back(view(frame));
    expected.push_back(table.owner(parse(frame).key.hash()).value);
  }
  EXPECT_EQ(assign(Policy::kFlowHash, packets), expected);
}

TEST_F(Dispatch, SymmetricFlowHashKeepsBothDirectionsTogetherAndFlowHashDoesNot) {
  state_.set_active(ClientSet::first(16));
  int apart = 0;
  for (unsigned i = 0; i < 100; ++i) {
    const Bytes there = udp(0x0a000001 + i, 0x0b000001, 1000 + i, 80);
    const Bytes back = udp(0x0b000001, 0x0a000001 + i, 80, 1000 + i);
    const auto together = assign(Policy::kSymmetricFlowHash, {view(there), view(back)});
    EXPECT_EQ(together[0], together[1]);
    const auto directed = assign(Policy::kFlowHash, {view(there), view(back)});
    apart += directed[0] != directed[1];
  }
  EXPECT_GT(apart, 80);
}

TEST_F(Dispatch, ABurstOfOnePortHasOneOwnerWhereThePolicySaysSo) {
  std::vector<Bytes> frames;
  for (unsigned flow = 0; flow < 64; ++flow) frames.push_back(udp(1, 2, flow, 53));
  std::vector<PacketView> burst;
  for (const Bytes& frame : frames) burst.push_back(view(frame, PortIndex{1}));
  for (const ClientSet active : {ClientSet{ClientId{2}}, ClientSet{ClientId{0}, ClientId{2}}}) {
    state_.set_active(active);
    for (const Policy policy : all_policies()) {
      const std::vector<int> owners = assign(policy, burst);
      const bool one = owners == std::vector(owners.size(), owners[0]);
      EXPECT_EQ(keeps_ports_together(policy, state_), one)
          << to_text(policy) << ", " << active.size() << " clients";
    }
  }
}

TEST_F(Dispatch, HashPoliciesCountWhatTheyCouldNotParse) {
  state_.set_active(ClientSet::first(2));
  const Bytes good = udp(1, 2, 3, 4);
  const Bytes cut(good.begin(), good.begin() + 20);
  const Bytes wrong = ethernet(0x0800) + ipv4({.version = 5}) + ports(1, 2);
  assign(Policy::kFlowHash, {view(good), view(cut), view(wrong), view(cut)});
  EXPECT_EQ(state_.parse.truncated, 2u);
  EXPECT_EQ(state_.parse.malformed, 1u);
}

TEST_F(Dispatch, APacketOfMoreSegmentsIsNotCountedAsTruncated) {
  state_.set_active(ClientSet::first(2));
  const Bytes head = ethernet(0x0800) + ipv4({.payload = 1400}) + ports(1, 2);
  PacketView packet = view(head);
  packet.packet_length = 14 + 20 + 1400;
  assign(Policy::kFlowHash, {packet});
  EXPECT_EQ(state_.parse.truncated, 0u);
}

TEST(Policy, HasANameThatIsReadBack) {
  EXPECT_EQ(all_policies().size(), 4u);
  for (const Policy policy : all_policies()) {
    const auto again = parse_policy(to_text(policy));
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, policy);
  }
}

TEST(Policy, ThatIsUnknownIsRefusedWithTheNames) {
  const auto unknown = parse_policy("random");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().message,
            "unknown policy 'random'; the policies are round-robin, flow-hash, "
            "symmetric-flow-hash, port");
  EXPECT_EQ(unknown.error().code, ExitCode::kUsage);
  EXPECT_FALSE(parse_policy("").ok());
}

}  // namespace
}  // namespace ringside
