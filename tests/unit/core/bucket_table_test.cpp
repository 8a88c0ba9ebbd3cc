// SPDX-License-Identifier: BSD-3-Clause
#include "core/bucket_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "core/flow_key.hpp"

namespace ringside {
namespace {

using Owners = std::vector<ClientId>;

Owners owners(const BucketTable& table) {
  Owners all(BucketTable::kBuckets);
  for (std::uint32_t b = 0; b < BucketTable::kBuckets; ++b) all[b] = table.bucket_owner(b);
  return all;
}

Owners fresh(ClientSet active) {
  BucketTable table;
  table.rebuild(active);
  return owners(table);
}

std::array<double, kMaxClients> counts(const Owners& owned) {
  std::array<double, kMaxClients> count{};
  for (const ClientId id : owned) ++count[id.value];
  return count;
}

rc::Gen<ClientSet> any_set() {
  return rc::gen::map(rc::gen::inRange(1u, 1u << kMaxClients), [](unsigned bits) {
    ClientSet set;
    for (std::uint8_t id = 0; id < kMaxClients; ++id) {
      if (bits >> id & 1) set.add(ClientId{id});
    }
    return set;
  });
}

TEST(BucketTable, OfOneClientGivesItEverything) {
  EXPECT_EQ(fresh({ClientId{5}}), Owners(BucketTable::kBuckets, ClientId{5}));
}

TEST(BucketTable, LetsEveryBitOfTheHashDecide) {
  EXPECT_EQ(BucketTable::bucket(0), 0u);
  EXPECT_EQ(BucketTable::bucket(1), 0x9e37u);
  for (int bit = 0; bit < 32; ++bit) {
    EXPECT_NE(BucketTable::bucket(0x12345678u ^ 1u << bit), BucketTable::bucket(0x12345678u));
  }
}

TEST(BucketTable, SharesDifferByNoMoreThanChance) {
  for (unsigned clients = 1; clients <= kMaxClients; ++clients) {
    const auto share = counts(fresh(ClientSet::first(clients)));
    const double p = 1.0 / clients;
    const double expected = BucketTable::kBuckets * p;
    const double deviation = std::sqrt(BucketTable::kBuckets * p * (1 - p));
    for (unsigned id = 0; id < kMaxClients; ++id) {
      EXPECT_NEAR(share[id], id < clients ? expected : 0, 4 * deviation) << id << " of " << clients;
    }
  }
}

RC_GTEST_PROP(BucketTable, UsesActiveClientsOnly, ()) {
  const ClientSet active = *any_set();
  std::size_t strangers = 0;
  for (const ClientId id : fresh(active)) strangers += !active.contains(id);
  RC_ASSERT(strangers == 0u);
}

RC_GTEST_PROP(BucketTable, MovesOnlyTheBucketsOfTheClientThatLeavesAndGivesThemBack, ()) {
  const ClientSet active = *rc::gen::suchThat(any_set(), [](ClientSet s) { return s.size() > 1; });
  std::vector<ClientId> ids;
  for (const ClientId id : active) ids.push_back(id);
  const ClientId leaver = *rc::gen::elementOf(ids);

  BucketTable table;
  table.rebuild(active);
  const Owners before = owners(table);
  table.rebuild(active.without(leaver));
  const Owners without = owners(table);
  // One assertion over all buckets: 65536 of rapidcheck's take seconds.
  std::size_t wrong = 0;
  for (std::size_t b = 0; b < before.size(); ++b) {
    const bool was_its_own = before[b] == leaver;
    const bool moved = without[b] != before[b];
    wrong += moved != was_its_own;
  }
  RC_ASSERT(wrong == 0u);
  table.rebuild(active);
  RC_ASSERT(owners(table) == before);
}

RC_GTEST_PROP(BucketTable, DependsOnTheSetAloneAndNotOnWhatWasBefore, ()) {
  BucketTable table;
  ClientSet last;
  for (int step = *rc::gen::inRange(1, 6); step > 0; --step) {
    last = *rc::gen::oneOf(any_set(), rc::gen::just(ClientSet{}));
    table.rebuild(last);
  }
  RC_PRE(!last.empty());
  RC_ASSERT(owners(table) == fresh(last));
}

/// Chi-square of flows over clients against equal shares.
double chi_square(const std::vector<FlowKey>& flows, unsigned clients) {
  BucketTable table;
  table.rebuild(ClientSet::first(clients));
  std::array<double, kMaxClients> count{};
  for (const FlowKey& flow : flows) ++count[table.owner(flow.hash()).value];
  const double expected = static_cast<double>(flows.size()) / clients;
  double sum = 0;
  for (unsigned id = 0; id < clients; ++id) {
    sum += (count[id] - expected) * (count[id] - expected) / expected;
  }
  return sum;
}

IpAddress ipv4_address(std::uint32_t host_order) {
  IpAddress address{};
  for (int i = 0; i < 4; ++i) address[i] = static_cast<std::byte>(host_order >> (24 - 8 * i));
  return address;
}

// 99.9 % quantiles of chi-square with clients - 1 degrees of freedom. The inputs are fixed: the
// verdict is the same on every run.
struct Quantile {
  unsigned clients;
  double value;
};
constexpr Quantile kQuantiles[] = {{2, 10.83}, {3, 13.82}, {8, 24.32}, {16, 37.70}};

TEST(BucketTable, SpreadsTenThousandNeighbouringAddressesEvenly) {
  std::vector<FlowKey> flows;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    flows.push_back(ip_flow_key(PacketKind::kIpv4, ipv4_address(0x0a000000 + i),
                                ipv4_address(0x0a010001), 6, 40000, 443));
  }
  for (const auto& [clients, limit] : kQuantiles) EXPECT_LT(chi_square(flows, clients), limit);
}

TEST(BucketTable, SpreadsTheConnectionsOfOneAddressPair) {
  std::vector<FlowKey> one_server_port;
  std::vector<FlowKey> port_square;
  for (std::uint16_t i = 0; i < 4096; ++i) {
    one_server_port.push_back(ip_flow_key(PacketKind::kIpv4, ipv4_address(0x0a000001),
                                          ipv4_address(0x0a000002), 17,
                                          static_cast<std::uint16_t>(32768 + i), 53));
    port_square.push_back(ip_flow_key(
        PacketKind::kIpv4, ipv4_address(0x0a000001), ipv4_address(0x0a000002), 17,
        static_cast<std::uint16_t>(1024 + i / 64), static_cast<std::uint16_t>(2048 + i % 64)));
  }
  for (const auto& [clients, limit] : kQuantiles) {
    EXPECT_LT(chi_square(one_server_port, clients), limit) << clients;
    EXPECT_LT(chi_square(port_square, clients), limit) << clients;
  }
}

}  // namespace
}  // namespace ringside
