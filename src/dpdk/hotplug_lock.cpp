// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/hotplug_lock.hpp"

#include <rte_eal.h>
#include <rte_eal_memconfig.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>

namespace ringside::dpdk {
namespace {

// All locks of the configuration stand in front of the tables of its memory.
constexpr std::size_t kWords = 16;
using Words = std::array<std::uint32_t, kWords>;

/// Where the configuration is mapped, or nothing.
std::uint32_t* shared_configuration() {
  std::error_code error;  // canonical: as the kernel names it
  const std::string file =
      std::filesystem::canonical(std::string(::rte_eal_get_runtime_dir()) + "/config", error);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; !error && std::getline(maps, line);) {
    if (!line.ends_with(" " + file)) continue;
    return reinterpret_cast<std::uint32_t*>(std::stoull(line, nullptr, 16));
  }
  return nullptr;
}

Words read_words(const std::uint32_t* begin) {
  Words words;
  for (std::size_t i = 0; i < kWords; ++i) words[i] = __atomic_load_n(begin + i, __ATOMIC_ACQUIRE);
  return words;
}

}  // namespace

std::optional<HotplugLock> HotplugLock::find() {
  std::uint32_t* const begin = shared_configuration();
  if (begin == nullptr) return std::nullopt;
  const Words before = read_words(begin);
  ::rte_mcfg_mem_read_lock();
  const Words taken = read_words(begin);
  ::rte_mcfg_mem_read_unlock();
  const Words after = read_words(begin);
  const auto changed = std::mismatch(before.begin(), before.end(), taken.begin()).first;
  if (changed == before.end() || before != after) return std::nullopt;
  const auto index = static_cast<std::size_t>(changed - before.begin());
  const std::uint32_t reader = taken[index] - before[index];
  const bool only_one = std::equal(changed + 1, before.end(), taken.begin() + index + 1);
  if (!only_one || before[index] != 0 || reader == 0) return std::nullopt;
  return HotplugLock(begin + index, reader);
}

std::uint32_t HotplugLock::readers() const {
  return __atomic_load_n(word_, __ATOMIC_ACQUIRE) / reader_;
}

std::uint32_t HotplugLock::forget_readers() {
  const std::uint32_t dead = readers();
  for (std::uint32_t i = 0; i < dead; ++i) ::rte_mcfg_mem_read_unlock();
  return dead;
}

}  // namespace ringside::dpdk
