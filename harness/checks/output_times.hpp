// SPDX-License-Identifier: BSD-3-Clause
// When packets came out: of each client, and of each port. All times are CLOCK_MONOTONIC.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/ids.hpp"
#include "harness/checks/evidence.hpp"

namespace ringside::harness {

class OutputTimes {
 public:
  /// Precondition: the observation has a capture_clock. `evidence` must outlive this.
  explicit OutputTimes(const Evidence& evidence);

  /// Of frame `index` of those captured from port `out`.
  std::uint64_t of(std::uint32_t out, std::uint32_t index) const;
  /// How many packets with the client's mark came out in [from_ns, until_ns).
  std::size_t forwarded(std::uint32_t client, std::uint64_t from_ns, std::uint64_t until_ns) const;
  /// For at least 250 ms, some of them between the two, nothing came out of the port.
  bool stood_still(std::uint32_t out, std::uint64_t from_ns, std::uint64_t until_ns) const;

 private:
  struct Gap {
    std::uint64_t begin_ns = 0, end_ns = 0;
  };

  const Evidence& evidence_;
  std::array<std::vector<std::uint64_t>, kMaxClients> by_client_;  ///< ascending
  std::vector<std::vector<Gap>> gaps_;                             ///< by port
};

}  // namespace ringside::harness
