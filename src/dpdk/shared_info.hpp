// SPDX-License-Identifier: BSD-3-Clause
// The memory zone MProc_Shared_Info: made by the server, verified and borrowed by everybody else.
#pragma once

#include "core/result.hpp"
#include "core/shared_layout.hpp"

namespace ringside::dpdk {

class SharedInfoZone {
 public:
  /// A zeroed block; fill it, then call publish_layout().
  static Result<SharedInfoZone> create(int numa_node);

  shared::SharedInfo& info() const { return *info_; }

 private:
  explicit SharedInfoZone(shared::SharedInfo* info) : info_(info) {}
  /// Never freed: DPDK would zero the bytes, and a client that was stopped while the server ended
  /// must still read that it did. The memory goes with the last process that maps it.
  shared::SharedInfo* info_;
};

/// Finds the server's block and verifies it (check_layout()). The pointer stays the server's.
Result<shared::SharedInfo*> attach_shared_info();

}  // namespace ringside::dpdk
