// SPDX-License-Identifier: BSD-3-Clause
// The memory zone MProc_Shared_Info: made by the server, verified and borrowed by everybody else.
#pragma once

#include <memory>

#include "core/result.hpp"
#include "core/shared_layout.hpp"

namespace ringside::dpdk {

class SharedInfoZone {
 public:
  /// A zeroed block; fill it, then call publish_layout().
  static Result<SharedInfoZone> create(int numa_node);

  shared::SharedInfo& info() const { return *info_; }

 private:
  struct Free {
    void operator()(shared::SharedInfo* info) const;
  };
  explicit SharedInfoZone(shared::SharedInfo* info) : info_(info) {}
  std::unique_ptr<shared::SharedInfo, Free> info_;
};

/// Finds the server's block and verifies it (check_layout()). The pointer stays the server's.
Result<shared::SharedInfo*> attach_shared_info();

}  // namespace ringside::dpdk
