// SPDX-License-Identifier: BSD-3-Clause
// Whether DPDK can have its files in the runtime directory at all. EAL would speak of its command
// line, or cut the names of its sockets.
#pragma once

#include <string>

#include "core/result.hpp"

namespace ringside::dpdk {

/// All to be asked before rte_eal_init(). `directory` need not exist. Errors: kEnvironment, with
/// the directory and what to do.

/// What no wait can mend: something in the path is no directory, or the path is too long for the
/// sockets there.
Status check_runtime_path(const std::string& directory);
/// A primary: it can make `directory`, whose first part, `base`, EAL does not make, or write there.
Status check_can_make(const std::string& directory, const std::string& base);
/// A secondary, whose primary has made `directory`: it can write there.
Status check_can_write(const std::string& directory);

}  // namespace ringside::dpdk
