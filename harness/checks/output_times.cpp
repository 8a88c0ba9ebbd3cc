// SPDX-License-Identifier: BSD-3-Clause
#include "harness/checks/output_times.hpp"

#include <algorithm>

namespace ringside::harness {
namespace {

constexpr std::uint64_t kStandsStillNs = 250'000'000;

}  // namespace

OutputTimes::OutputTimes(const Evidence& evidence)
    : evidence_(evidence), gaps_(evidence.ports().size()) {
  for (std::uint32_t out = 0; out < gaps_.size(); ++out) {
    const auto& captured = evidence.ports()[out].captured;
    std::uint64_t before = 0;
    for (std::uint32_t i = 0; i < captured.size(); ++i) {
      const std::uint64_t time = of(out, i);
      if (time >= before + kStandsStillNs) gaps_[out].push_back({before, time});
      before = time;
      const auto& mark = captured[i].mark;
      if (mark && mark->client < by_client_.size()) by_client_[mark->client].push_back(time);
    }
  }
  for (auto& times : by_client_) std::ranges::sort(times);
}

std::uint64_t OutputTimes::of(std::uint32_t out, std::uint32_t index) const {
  return evidence_.observation().capture_clock->monotonic_ns(
      evidence_.ports()[out].port->captured[index].time_ns);
}

std::size_t OutputTimes::forwarded(std::uint32_t client, std::uint64_t from_ns,
                                   std::uint64_t until_ns) const {
  if (client >= by_client_.size() || until_ns <= from_ns) return 0;
  const auto& times = by_client_[client];
  return static_cast<std::size_t>(std::ranges::lower_bound(times, until_ns) -
                                  std::ranges::lower_bound(times, from_ns));
}

bool OutputTimes::stood_still(std::uint32_t out, std::uint64_t from_ns,
                              std::uint64_t until_ns) const {
  return std::ranges::any_of(
      gaps_[out], [&](const Gap& gap) { return gap.begin_ns < until_ns && gap.end_ns > from_ns; });
}

}  // namespace ringside::harness
