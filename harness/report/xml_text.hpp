// SPDX-License-Identifier: BSD-3-Clause
// Text that XML 1.0 can hold.
#pragma once

#include <string>
#include <string_view>

namespace ringside::harness {

/// `text` with U+FFFD in place of every byte that is no UTF-8 and of every character outside the
/// production Char of XML 1.0 (section 2.2): most control characters have no representation there,
/// not even as a reference.
std::string xml_text(std::string_view text);

}  // namespace ringside::harness
