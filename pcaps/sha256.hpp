// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 (FIPS 180-4), for the manifest. Here so that the generator needs no crypto library.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace ringside::pcaps {

/// The digest of `data` as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::uint8_t> data);

}  // namespace ringside::pcaps
