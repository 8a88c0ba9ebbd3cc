// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/cpu_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ids.hpp"

namespace ringside::harness {
namespace {

constexpr unsigned kFirstClientLcore = 32;
constexpr unsigned kWireLcore = 64;
static_assert(kFirstClientLcore + kMaxClients <= kWireLcore && kWireLcore < kMaxLcores);

}  // namespace

CpuPlan::CpuPlan(std::vector<unsigned> cpus, unsigned server_lcores)
    : cpus_(std::move(cpus)), server_lcores_(server_lcores) {
  const auto taken = std::min<std::size_t>(server_lcores_, cpus_.size() - 1);
  others_.assign(cpus_.begin() + static_cast<std::ptrdiff_t>(taken), cpus_.end());
}

std::string CpuPlan::server() const {
  std::string text;
  for (unsigned i = 0; i < server_lcores_; ++i) {
    text += fmt::format("{}{}@{}", i == 0 ? "" : ",", i, cpus_[i % cpus_.size()]);
  }
  return text;
}

std::string CpuPlan::client(unsigned id) const {
  return fmt::format("{}@{}", kFirstClientLcore + id, others_[id % others_.size()]);
}

std::string CpuPlan::wire() const {
  // From the end, so that with CPUs to spare the sender has one of its own.
  return fmt::format("{}@{}", kWireLcore, others_.back());
}

}  // namespace ringside::harness
