// SPDX-License-Identifier: BSD-3-Clause
// What an attaching process makes sure of before it trusts the shared block.
#pragma once

#include <cstddef>

#include "core/result.hpp"
#include "core/shared_layout.hpp"

namespace ringside {

/// Publishes a filled block: stores the magic with release order, the partner of the acquire load
/// in check_layout().
void publish_layout(shared::SharedInfo& info);

/// Ok when `info`, found in a memory zone of `zone_bytes`, is a block of this program's layout
/// whose numbers are in range. Reads no more than the first 16 bytes before those have been
/// verified.
Status check_layout(const shared::SharedInfo& info, std::size_t zone_bytes);

}  // namespace ringside
