// SPDX-License-Identifier: BSD-3-Clause
// Families of well-formed TCP and UDP: numbers of flows, sizes of frames, tags, directions.
#include <algorithm>
#include <array>
#include <cstddef>
#include <set>

#include "pcaps/families/families.hpp"
#include "pcaps/random.hpp"

namespace ringside::pcaps {
namespace {

constexpr std::uint32_t kNet10 = 0x0a000000;

std::uint16_t ephemeral_port(Random& random) {
  return static_cast<std::uint16_t>(32768 + random.below(28232));
}

std::uint16_t service_port(Random& random) {
  constexpr std::array<std::uint16_t, 6> kPorts = {5001, 5201, 6001, 7777, 9001, 9999};
  return kPorts[random.below(kPorts.size())];
}

Flow random_flow(Random& random) {
  const std::uint32_t kind = random.below(10);
  const bool v6 = kind == 9;
  const auto address = [&](std::uint32_t hosts) {
    const std::uint32_t host = 1 + random.below(hosts);
    return v6 ? IpAddress::doc6(host) : IpAddress::v4(kNet10 + host);
  };
  Flow flow;
  flow.protocol = kind < 6 ? kTcp : kUdp;
  flow.source = address(60'000);
  flow.destination = address(500);
  flow.source_port = ephemeral_port(random);
  flow.destination_port = service_port(random);
  return flow;
}

/// `count` flows, all different.
std::vector<Flow> distinct_flows(Random& random, std::size_t count) {
  std::vector<Flow> flows;
  std::set<std::string> seen;
  while (flows.size() < count) {
    const Flow flow = random_flow(random);
    if (seen.insert(by_ports(flow).flow).second) flows.push_back(flow);
  }
  return flows;
}

void add_sized(Capture& capture, const EthernetHeader& header, const Flow& flow, std::size_t size) {
  capture.add(sized_frame(header, flow, capture.next(), size), by_ports(flow));
}

/// The packets of one connection, TCP with its handshake and end.
struct Step {
  bool reply;
  std::uint8_t flags;
  std::size_t data;
};
constexpr std::array<Step, 7> kConversation = {
    Step{false, 0x02, 0}, {true, 0x12, 0},  {false, 0x10, 0}, {false, 0x18, 24},
    {true, 0x18, 40},     {false, 0x11, 0}, {true, 0x11, 0},
};

}  // namespace

Capture make_zipf(std::uint64_t seed) {
  constexpr std::uint32_t kFlows = 10'000;
  constexpr std::uint32_t kLargest = 1000;  // packets of the first flow; the r-th has 1/r of it
  Random random(seed);
  const auto flows = distinct_flows(random, kFlows);
  std::vector<std::uint32_t> turns;
  for (std::uint32_t rank = 1; rank <= kFlows; ++rank) {
    turns.insert(turns.end(), std::max(1u, kLargest / rank), rank - 1);
  }
  random.shuffle(turns);
  Capture capture;
  for (const std::uint32_t turn : turns) add_sized(capture, {}, flows[turn], kMinFrame);
  return capture;
}

Capture make_imix(std::uint64_t seed) {
  // Without the 4 bytes of checksum that a capture does not have.
  constexpr std::array<std::size_t, 12> kSizes = {60, 60,  60,  60,  60,  60,
                                                  60, 590, 590, 590, 590, 1514};
  constexpr int kCycles = 30;
  Random random(seed);
  auto flows = distinct_flows(random, 48);
  std::erase_if(flows, [](const Flow& flow) { return flow.source.v6; });  // does not fit into 60
  Capture capture;
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    std::vector<std::size_t> sizes(kSizes.begin(), kSizes.end());
    random.shuffle(sizes);
    for (const std::size_t size : sizes) {
      const Flow& flow = flows[random.below(static_cast<std::uint32_t>(flows.size()))];
      add_sized(capture, {}, flow, size);
    }
  }
  return capture;
}

Capture make_qinq(std::uint64_t seed) {
  const std::vector<std::vector<VlanTag>> stacks = {
      {},
      {{kTypeVlan, 100}},
      {{kTypeQinq, 200}, {kTypeVlan, 100}},
      {{kTypeVlan, 0xe12c}, {kTypeVlan, 0x6065}},
      {{kTypeQinq, 4094}},
  };
  Random random(seed);
  const auto flows = distinct_flows(random, 100);
  std::vector<std::size_t> turns;
  for (std::size_t i = 0; i < flows.size(); ++i) turns.insert(turns.end(), 4, i);
  random.shuffle(turns);
  Capture capture;
  for (const std::size_t turn : turns) {
    EthernetHeader header;
    header.tags = stacks[turn % stacks.size()];
    add_sized(capture, header, flows[turn], 90);
  }
  return capture;
}

Capture make_port_pairs(std::uint64_t seed) {
  Random random(seed);
  std::vector<Flow> flows;
  for (std::uint16_t i = 0; i < 4096; ++i) {
    Flow flow{IpAddress::v4(0xc0000201), IpAddress::v4(0xc6336401)};  // 192.0.2.1, 198.51.100.1
    flow.protocol = kUdp;
    flow.source_port = static_cast<std::uint16_t>(20'000 + i / 64);
    flow.destination_port = static_cast<std::uint16_t>(5'000 + i % 64);
    flows.push_back(flow);
  }
  random.shuffle(flows);
  Capture capture;
  for (const Flow& flow : flows) add_sized(capture, {}, flow, kMinFrame);
  return capture;
}

Capture make_sizes(std::uint64_t seed) {
  constexpr std::array<std::size_t, 38> kSizes = {
      64,   65,   66,   67,   68,   95,   96,   97,   127,  128,  129,  191,  192,
      193,  255,  256,  257,  511,  512,  513,  1023, 1024, 1025, 1513, 1514, 1515,
      1518, 1519, 1522, 1523, 2047, 2048, 2049, 2176, 2177, 4096, 8999, 9000};
  Random random(seed);
  const auto flows = distinct_flows(random, 16);
  std::vector<std::size_t> sizes(kSizes.begin(), kSizes.end());
  sizes.insert(sizes.end(), kSizes.begin(), kSizes.end() - 6);  // the small ones twice
  random.shuffle(sizes);
  Capture capture;
  for (const std::size_t size : sizes) {
    const Flow* flow = &flows[random.below(static_cast<std::uint32_t>(flows.size()))];
    while (size < 66 && flow->source.v6) {
      flow = &flows[random.below(static_cast<std::uint32_t>(flows.size()))];
    }
    add_sized(capture, {}, *flow, size);
  }
  return capture;
}

Capture make_both_directions(std::uint64_t seed) {
  constexpr std::size_t kConnections = 128;
  Random random(seed);
  const auto flows = distinct_flows(random, kConnections);
  std::vector<std::size_t> turns;
  for (std::size_t i = 0; i < flows.size(); ++i) turns.insert(turns.end(), kConversation.size(), i);
  random.shuffle(turns);
  std::vector<std::size_t> said(flows.size(), 0);
  Capture capture;
  for (const std::size_t turn : turns) {
    const Step& step = kConversation[said[turn]++];
    const std::uint32_t number = capture.next();
    const Flow flow = step.reply ? flows[turn].reversed() : flows[turn];
    EthernetHeader header;
    if (step.reply) std::swap(header.source, header.destination);
    const Bytes data = payload_of(number, flow.protocol == kUdp ? step.data + 8 : step.data);
    const Bytes inner = flow.protocol == kUdp
                            ? udp(flow, data)
                            : tcp(flow, {1000 + number, number, step.flags}, data);
    const IpFields fields{.id = static_cast<std::uint16_t>(number)};
    capture.add(ethernet_ip(header, flow, ip(flow, fields, inner)), by_ports(flow));
  }
  return capture;
}

}  // namespace ringside::pcaps
