// SPDX-License-Identifier: BSD-3-Clause
// The generated captures. One function makes one capture from a seed; the table names them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "pcaps/capture.hpp"

namespace ringside::pcaps {

struct Family {
  std::string_view file;
  std::string_view purpose;  ///< one sentence for the manifest
  std::uint64_t seed;
  bool nanoseconds;  ///< resolution of the time stamps in the file
  Capture (*make)(std::uint64_t seed);
};

std::span<const Family> families();

Capture make_zipf(std::uint64_t seed);
Capture make_imix(std::uint64_t seed);
Capture make_qinq(std::uint64_t seed);
Capture make_ipv6_extensions(std::uint64_t seed);
Capture make_fragments_in_order(std::uint64_t seed);
Capture make_fragments_out_of_order(std::uint64_t seed);
Capture make_port_pairs(std::uint64_t seed);
Capture make_non_ip(std::uint64_t seed);
Capture make_malformed(std::uint64_t seed);
Capture make_sizes(std::uint64_t seed);
Capture make_both_directions(std::uint64_t seed);

}  // namespace ringside::pcaps
