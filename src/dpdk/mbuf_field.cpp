// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/mbuf_field.hpp"

#include <fmt/format.h>
#include <rte_errno.h>

#include <cstring>

namespace ringside::dpdk {

Result<int> register_mbuf_field(const char* name, std::size_t size, std::size_t alignment) {
  ::rte_mbuf_dynfield wanted{};
  std::strncpy(wanted.name, name, sizeof wanted.name - 1);
  wanted.size = size;
  wanted.align = alignment;
  const int offset = ::rte_mbuf_dynfield_register(&wanted);
  if (offset >= 0) return offset;
  return environment_error(
      fmt::format("cannot register the mbuf field '{}' ({})", name, ::rte_strerror(rte_errno)));
}

Result<int> look_up_mbuf_field(const char* name) {
  const int offset = ::rte_mbuf_dynfield_lookup(name, nullptr);
  if (offset >= 0) return offset;
  return environment_error(
      fmt::format("cannot find the mbuf field '{}' in the server's memory", name));
}

}  // namespace ringside::dpdk
