// SPDX-License-Identifier: BSD-3-Clause
#include "core/layout_check.hpp"

#include <fmt/format.h>

namespace ringside {

void publish_layout(shared::SharedInfo& info) {
  info.layout_version = shared::kLayoutVersion;
  info.size = sizeof(shared::SharedInfo);
  info.magic.store(shared::kMagic, std::memory_order_release);  // pairs with check_layout()
}

Status check_layout(const shared::SharedInfo& info, std::size_t zone_bytes) {
  constexpr std::size_t kIdentity = offsetof(shared::SharedInfo, clients);
  if (zone_bytes < kIdentity || info.magic.load(std::memory_order_acquire) != shared::kMagic) {
    return environment_error(
        "the shared block was not made by mp_server of this project; start that server first");
  }
  if (info.layout_version != shared::kLayoutVersion) {
    return environment_error(
        fmt::format("the server shares layout version {}, this program knows version {}; start "
                    "server and clients of one build",
                    info.layout_version, shared::kLayoutVersion));
  }
  if (info.size != sizeof(shared::SharedInfo) || zone_bytes < info.size) {
    return environment_error(
        fmt::format("the server's shared block has {} bytes, this program expects {}; start server "
                    "and clients of one build",
                    info.size, sizeof(shared::SharedInfo)));
  }
  if (info.clients > kMaxClients || info.ports > kMaxPorts || info.ports % 2 != 0 ||
      info.wire_ports > kMaxPorts) {
    return environment_error(
        "the server's shared block holds impossible numbers; restart the server");
  }
  return Done{};
}

}  // namespace ringside
