// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/hotplug_lock.hpp"

#include <gtest/gtest.h>
#include <rte_eal_memconfig.h>

namespace ringside::dpdk {
namespace {

TEST(HotplugLockTest, CountsReadersAndForgetsThemForAWriter) {
  auto lock = HotplugLock::find();
  ASSERT_TRUE(lock);
  EXPECT_EQ(lock->readers(), 0u);
  ::rte_mcfg_mem_read_lock();
  ::rte_mcfg_mem_read_lock();
  EXPECT_EQ(lock->readers(), 2u);
  EXPECT_EQ(lock->forget_readers(), 2u);
  EXPECT_EQ(lock->readers(), 0u);
  ::rte_mcfg_mem_write_lock();  // waits for ever while a reader is counted
  ::rte_mcfg_mem_write_unlock();
}

TEST(HotplugLockTest, IsNotFoundWhileSomebodyElseReads) {
  ::rte_mcfg_mem_read_lock();
  EXPECT_FALSE(HotplugLock::find());
  ::rte_mcfg_mem_read_unlock();
}

}  // namespace
}  // namespace ringside::dpdk
