// SPDX-License-Identifier: BSD-3-Clause
// DPDK's lock on the list of its memory, as it lies in the shared configuration: a count of
// readers. A secondary reads under it for most of the time that it needs to attach; one that is
// killed there stays counted for ever. Readers do not mind. But rte_eal_cleanup() writes: it would
// wait for ever, and while it waits no reader gets in any more.
#pragma once

#include <cstdint>
#include <optional>

namespace ringside::dpdk {

class HotplugLock {
 public:
  /// Finds the lock, whose place no header gives: by taking it once and seeing what changes. Call
  /// in the primary, before any secondary can have attached. Nothing when that is not unambiguous.
  static std::optional<HotplugLock> find();

  /// Processes that read under it now, the dead ones among them.
  std::uint32_t readers() const;
  /// Forgets all readers; returns how many they were. Only when each of them must be dead; what
  /// they only read is whole.
  std::uint32_t forget_readers();

 private:
  HotplugLock(std::uint32_t* word, std::uint32_t reader) : word_(word), reader_(reader) {}
  std::uint32_t* word_;
  std::uint32_t reader_;  ///< what one reader adds
};

}  // namespace ringside::dpdk
