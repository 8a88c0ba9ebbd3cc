// SPDX-License-Identifier: BSD-3-Clause
// For tests of what a user may not do.
#pragma once

#include <unistd.h>

#include <stdexcept>

namespace ringside::fixtures {

/// Root may read every file; for the life of this object root is somebody else.
class WithoutPrivileges {
 public:
  WithoutPrivileges() : user_(::geteuid()) {
    if (user_ == 0) become(kNobody);
  }
  ~WithoutPrivileges() {
    if (user_ == 0) become(user_);
  }

 private:
  static constexpr uid_t kNobody = 65534;
  static void become(uid_t user) {
    if (::seteuid(user) != 0) throw std::runtime_error("seteuid");
  }
  const uid_t user_;
};

}  // namespace ringside::fixtures
