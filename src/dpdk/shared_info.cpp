// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/shared_info.hpp"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_memzone.h>

#include <new>

#include "core/layout_check.hpp"
#include "core/names.hpp"

namespace ringside::dpdk {

Result<SharedInfoZone> SharedInfoZone::create(int numa_node) {
  const ::rte_memzone* zone = ::rte_memzone_reserve_aligned(
      names::kSharedInfo, sizeof(shared::SharedInfo), numa_node, 0, alignof(shared::SharedInfo));
  if (zone == nullptr) {
    return environment_error(fmt::format("cannot reserve memory zone '{}' ({}); give more memory",
                                         names::kSharedInfo, ::rte_strerror(rte_errno)));
  }
  return SharedInfoZone(new (zone->addr) shared::SharedInfo{});
}

Result<shared::SharedInfo*> attach_shared_info() {
  const ::rte_memzone* zone = ::rte_memzone_lookup(names::kSharedInfo);
  if (zone == nullptr) {
    return environment_error(fmt::format(
        "the primary process has no memory zone '{}'; it is not mp_server", names::kSharedInfo));
  }
  auto* info = static_cast<shared::SharedInfo*>(zone->addr);
  if (Status valid = check_layout(*info, zone->len); !valid) return valid.error();
  return info;
}

}  // namespace ringside::dpdk
