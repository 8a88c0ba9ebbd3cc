// SPDX-License-Identifier: BSD-3-Clause
#include "core/client_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace ringside {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<int> members(ClientSet set) {
  std::vector<int> ids;
  for (const ClientId id : set) ids.push_back(id.value);
  return ids;
}

TEST(ClientSet, ListsItsMembersInAscendingOrder) {
  EXPECT_THAT(members({ClientId{15}, ClientId{0}, ClientId{7}}), ElementsAre(0, 7, 15));
  EXPECT_THAT(members({}), IsEmpty());
  EXPECT_EQ(ClientSet::first(kMaxClients).size(), kMaxClients);
  EXPECT_THAT(members(ClientSet::first(3)), ElementsAre(0, 1, 2));
}

TEST(ClientSet, TakesMembersInAndOut) {
  ClientSet set;
  EXPECT_TRUE(set.empty());
  set.add(ClientId{3});
  set.add(ClientId{3});
  EXPECT_EQ(set.size(), 1u);
  EXPECT_TRUE(set.contains(ClientId{3}));
  EXPECT_FALSE(set.contains(ClientId{2}));
  set.remove(ClientId{3});
  EXPECT_TRUE(set.empty());
}

TEST(ClientSet, DifferenceIsWhatTheOtherLacks) {
  const ClientSet three = ClientSet::first(3);
  EXPECT_THAT(members(three - ClientSet{ClientId{1}, ClientId{9}}), ElementsAre(0, 2));
  EXPECT_THAT(members(three.without(ClientId{0}).with(ClientId{5})), ElementsAre(1, 2, 5));
  EXPECT_THAT(members(three), ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace ringside
