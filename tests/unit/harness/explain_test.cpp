// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/explain/explanation.hpp"
#include "harness/explain/typed_flow.hpp"
#include "harness/model/flow.hpp"

namespace ringside::harness {
namespace {

using testing::HasSubstr;
using testing::Not;

FlowKey key_of(std::string_view text) {
  const auto frame = typed_flow_frame(text);
  return frame ? parse(*frame).key : FlowKey{};
}

std::string refusal(std::string_view text) {
  const auto frame = typed_flow_frame(text);
  return frame ? "" : frame.error().message;
}

IpAddress address(std::initializer_list<unsigned> bytes) {
  IpAddress result{};
  std::size_t i = 0;
  for (const unsigned byte : bytes) result[i++] = static_cast<std::byte>(byte);
  return result;
}

TEST(TypedFlow, IsTheFlowOfItsFields) {
  EXPECT_EQ(
      key_of("tcp 10.0.0.1:1234 > 10.0.0.2:80"),
      ip_flow_key(PacketKind::kIpv4, address({10, 0, 0, 1}), address({10, 0, 0, 2}), 6, 1234, 80));
  const IpAddress one = address({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  const IpAddress two = address({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
  EXPECT_EQ(key_of("udp [fe80::1]:53 > [fe80::2]:4000"),
            ip_flow_key(PacketKind::kIpv6, one, two, 17, 53, 4000));
  EXPECT_EQ(key_of("icmpv6 fe80::1 > fe80::2"), ip_flow_key(PacketKind::kIpv6, one, two, 58, 0, 0));
  EXPECT_EQ(key_of("89 10.0.0.1 -> 10.0.0.2"), key_of("protocol 89 10.0.0.1 > 10.0.0.2"));
}

TEST(TypedFlow, WithoutPortsWhereTheProtocolHasSomeMeansItsFragments) {
  EXPECT_EQ(
      key_of("udp 10.0.0.1 > 10.0.0.2"),
      ip_flow_key(PacketKind::kIpv4, address({10, 0, 0, 1}), address({10, 0, 0, 2}), 17, 0, 0));
  EXPECT_EQ(key_of("udp fe80::1 > fe80::2"), key_of("ipv6-frag fe80::1 > fe80::2"));
}

TEST(TypedFlow, ThatIsWrongIsRefusedWithTheReason) {
  EXPECT_THAT(refusal(""), HasSubstr("not PROTOCOL SOURCE > DESTINATION"));
  EXPECT_THAT(refusal("tcp 10.0.0.1:1 10.0.0.2:2"), HasSubstr("not PROTOCOL SOURCE > DESTINATION"));
  EXPECT_THAT(refusal("tcp 10.0.0.1:1 > 10.0.0.2:2 x"), HasSubstr("not PROTOCOL"));
  EXPECT_THAT(refusal("xyz 10.0.0.1:1 > 10.0.0.2:2"), HasSubstr("no protocol is called 'xyz'"));
  EXPECT_THAT(refusal("256 10.0.0.1 > 10.0.0.2"), HasSubstr("no protocol is called '256'"));
  EXPECT_THAT(refusal("tcp 10.0.0.256:1 > 10.0.0.2:2"), HasSubstr("'10.0.0.256:1' is no address"));
  EXPECT_THAT(refusal("tcp 10.0.0.1:1 > 10.0.0.2:65536"), HasSubstr("is no address"));
  EXPECT_THAT(refusal("tcp [fe80::1:1 > [fe80::2]:2"), HasSubstr("'[fe80::1:1' is no address"));
  EXPECT_THAT(refusal("tcp [fe80::1]x > [fe80::2]:2"), HasSubstr("is no address"));
  EXPECT_THAT(refusal("tcp 10.0.0.1:1 > [fe80::2]:2"), HasSubstr("one end is IPv4"));
  EXPECT_THAT(refusal("tcp 10.0.0.1:1 > 10.0.0.2"), HasSubstr("one end has a port"));
  EXPECT_THAT(refusal("icmp 10.0.0.1:1 > 10.0.0.2:2"), HasSubstr("icmp has no ports"));
}

RC_GTEST_PROP(TypedFlow, ReadsWhatDescribeWrites, (std::uint32_t seed)) {
  const PacketKind kind = *rc::gen::element(PacketKind::kIpv4, PacketKind::kIpv6);
  const std::size_t size = kind == PacketKind::kIpv6 ? 16 : 4;
  IpAddress source{};
  IpAddress destination{};
  for (std::size_t i = 0; i < size; ++i) {
    source[i] = static_cast<std::byte>(seed >> (i % 4 * 8));
    destination[i] = static_cast<std::byte>(seed * 31 >> (i % 4 * 8));
  }
  const std::uint8_t protocol = *rc::gen::element<std::uint8_t>(6, 17, 132, 1, 50, 58, 89);
  const bool ports = protocol == 6 || protocol == 17 || protocol == 132;
  const auto port = [&] { return ports ? *rc::gen::inRange<std::uint16_t>(1, 65535) : 0; };
  const FlowKey key =
      ip_flow_key(kind, source, destination, protocol, static_cast<std::uint16_t>(port()),
                  static_cast<std::uint16_t>(port()));
  RC_ASSERT(key_of(describe(key)) == key);
}

Question question(Policy policy, const std::vector<std::byte>& frame, unsigned clients) {
  Question result;
  result.frame = frame;
  result.subject = "a test";
  result.policy = policy;
  result.clients = ClientSet::first(clients);
  return result;
}

class Explain : public testing::Test {
 protected:
  const std::vector<std::byte> there_ = *typed_flow_frame("tcp 10.0.0.1:1234 > 10.0.0.2:80");
  const std::vector<std::byte> back_ = *typed_flow_frame("tcp 10.0.0.2:80 > 10.0.0.1:1234");
};

TEST_F(Explain, FlowHashNamesKeyHashBucketAndOwnerOfTheServersTable) {
  const Explanation result = explain(question(Policy::kFlowHash, there_, 3));
  BucketTable table;
  table.rebuild(ClientSet::first(3));
  ASSERT_TRUE(result.hashing);
  EXPECT_EQ(result.hashing->key, parse(there_).key);
  EXPECT_EQ(result.hashing->hash, parse(there_).key.hash());
  EXPECT_EQ(result.owner, table.bucket_owner(result.hashing->bucket));
}

TEST_F(Explain, OnlyTheOwnersDepartureMovesAFlow) {
  for (unsigned clients = 2; clients <= kMaxClients; ++clients) {
    const Explanation result = explain(question(Policy::kFlowHash, there_, clients));
    ASSERT_EQ(result.departures.size(), clients);
    for (const auto& [client, owner] : result.departures) {
      ASSERT_TRUE(owner);
      EXPECT_NE(*owner, client);
      EXPECT_EQ(*owner == result.owner, client != result.owner);
    }
  }
}

TEST_F(Explain, NobodyIsLeftWhenTheOnlyClientLeaves) {
  const Explanation result = explain(question(Policy::kFlowHash, there_, 1));
  ASSERT_EQ(result.departures.size(), 1u);
  EXPECT_EQ(result.departures[0].owner, std::nullopt);
  EXPECT_THAT(to_text(result), HasSubstr("nobody is left"));
}

TEST_F(Explain, SymmetricHashGivesBothDirectionsOneAnswer) {
  const Explanation there = explain(question(Policy::kSymmetricFlowHash, there_, 16));
  const Explanation back = explain(question(Policy::kSymmetricFlowHash, back_, 16));
  EXPECT_EQ(there.hashing->key, back.hashing->key);
  EXPECT_EQ(there.owner, back.owner);
  EXPECT_THAT(to_text(there), HasSubstr("tcp 10.0.0.1:1234 <> 10.0.0.2:80"));
}

TEST_F(Explain, RoundRobinGoesByThePacketsPlace) {
  Question turn = question(Policy::kRoundRobin, there_, 3);
  turn.position = 16;
  const Explanation result = explain(turn);
  EXPECT_EQ(result.owner, ClientId{1});
  EXPECT_FALSE(result.hashing);
  EXPECT_EQ(result.departures[1].owner, ClientId{0});  // of clients 0 and 2, the 17th turn
  EXPECT_THAT(to_text(result), HasSubstr("16 packets came before it"));
  EXPECT_THAT(to_text(result), Not(HasSubstr("hash")));
}

TEST_F(Explain, PortGoesByTheIndexOfThePort) {
  Question by_port = question(Policy::kPort, there_, 3);
  by_port.port = PortIndex{5};
  EXPECT_EQ(explain(by_port).owner, ClientId{2});
  EXPECT_THAT(to_text(explain(by_port)), HasSubstr("port 5 modulo 3 active clients"));
}

TEST_F(Explain, PrintsWhatTheParserSaw) {
  std::vector<std::byte> frame(12);
  for (const unsigned byte : {0x81, 0x00, 0x00, 0x64})
    frame.push_back(static_cast<std::byte>(byte));
  frame.insert(frame.end(), there_.begin() + 12, there_.end() - 4);
  const std::string text = to_text(explain(question(Policy::kFlowHash, frame, 3)));
  EXPECT_THAT(text, HasSubstr("EtherType 0x0800"));
  EXPECT_THAT(text, HasSubstr("vlan        100\n"));
  EXPECT_THAT(text, HasSubstr("10.0.0.1 > 10.0.0.2, protocol 6 (tcp)"));
  EXPECT_THAT(text, HasSubstr("1234 > 80"));
  EXPECT_THAT(text, HasSubstr("truncated: the frame ends before the IP packet does"));
  EXPECT_THAT(text, HasSubstr("0406 04d2 0050 0000 0a00 0001 0a00 0002"));
}

TEST_F(Explain, JsonHoldsTheSameAnswer) {
  const Explanation result = explain(question(Policy::kFlowHash, there_, 3));
  const auto json = nlohmann::json::parse(to_json(result));
  EXPECT_EQ(json["schema"], "ringside.explain/1");
  EXPECT_EQ(json["owner"], result.owner.value);
  EXPECT_EQ(json["hash"], result.hashing->hash);
  EXPECT_EQ(json["bucket"], result.hashing->bucket);
  EXPECT_EQ(json["clients"], (nlohmann::json{0, 1, 2}));
  EXPECT_EQ(json["parsed"]["source_port"], 1234);
  EXPECT_EQ(json["if_left"].size(), 3u);
  EXPECT_EQ(json["if_left"][result.owner.value]["client"], result.owner.value);
}

TEST_F(Explain, AnswersForFramesThatAreNoPackets) {
  const std::vector<std::byte> runt(5);
  EXPECT_THAT(to_text(explain(question(Policy::kFlowHash, runt, 2))),
              HasSubstr("truncated: shorter than an Ethernet header"));
  EXPECT_THAT(to_json(explain(question(Policy::kFlowHash, {}, 2))), HasSubstr("\"runt\""));
}

std::string refusal(const ExplainOptions& options) {
  const auto text = explain_text(options);
  return text ? "" : text.error().message;
}

TEST(ExplainCommand, RefusesWhatItCannotAnswer) {
  const std::string flow = "tcp 10.0.0.1:1 > 10.0.0.2:2";
  EXPECT_THAT(refusal({.flow = flow, .clients = 0}), HasSubstr("from 1 to 16"));
  EXPECT_THAT(refusal({.flow = flow, .clients = 17}), HasSubstr("from 1 to 16"));
  EXPECT_THAT(refusal({.clients = 2}), HasSubstr("either a capture"));
  EXPECT_THAT(refusal({.capture = "a.pcap", .flow = flow, .clients = 2}),
              HasSubstr("either a capture"));
  EXPECT_THAT(refusal({.capture = "a.pcap", .clients = 2}), HasSubstr("which packet of a.pcap?"));
  EXPECT_THAT(refusal({.flow = flow, .clients = 2, .policy = "best"}), HasSubstr("unknown policy"));
  EXPECT_THAT(refusal({.flow = flow, .clients = 2, .port = 32}), HasSubstr("from 0 to 31"));
  EXPECT_THAT(refusal({.packet = 0, .flow = flow, .clients = 2}), HasSubstr("counted from 1"));
  EXPECT_THAT(refusal({.capture = "/nonexistent.pcap", .packet = 1, .clients = 2}),
              HasSubstr("/nonexistent.pcap"));
}

TEST(ExplainCommand, AnswersForATypedFlow) {
  const auto text =
      explain_text({.flow = "tcp 10.0.0.1:1 > 10.0.0.2:2", .clients = 2, .policy = "flow-hash"});
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("flow 'tcp 10.0.0.1:1 > 10.0.0.2:2'\n"));
  EXPECT_THAT(*text, Not(HasSubstr("EtherType")));
}

}  // namespace
}  // namespace ringside::harness
