// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/send_time.hpp"

#include <fmt/format.h>
#include <rte_errno.h>

#include <cstring>

#include "core/names.hpp"

namespace ringside::dpdk {

Result<SendTimeField> SendTimeField::register_field() {
  ::rte_mbuf_dynfield wanted{};
  std::strncpy(wanted.name, names::kSendTimeField, sizeof wanted.name - 1);
  wanted.size = sizeof(std::uint64_t);
  wanted.align = alignof(std::uint64_t);
  const int offset = ::rte_mbuf_dynfield_register(&wanted);
  if (offset >= 0) return SendTimeField(offset);
  return environment_error(fmt::format("cannot register the mbuf field '{}' ({})",
                                       names::kSendTimeField, ::rte_strerror(rte_errno)));
}

Result<SendTimeField> SendTimeField::look_up() {
  const int offset = ::rte_mbuf_dynfield_lookup(names::kSendTimeField, nullptr);
  if (offset >= 0) return SendTimeField(offset);
  return environment_error(
      fmt::format("cannot find the mbuf field '{}' in the server's memory", names::kSendTimeField));
}

}  // namespace ringside::dpdk
