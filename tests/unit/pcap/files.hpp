// SPDX-License-Identifier: BSD-3-Clause
// Files for tests: a directory that goes away with the test, and captures written byte by byte, so
// that the reader is not tested with what its own writer believes.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace ringside::fixtures {

/// A directory under the system's temporary one, removed with everything in it.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "ringside-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
    path_ = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file and returns its path.
  std::string file(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

/// Bytes of little-endian numbers, as they stand in a capture file.
inline std::string le16(std::uint16_t v) {
  return {static_cast<char>(v & 0xff), static_cast<char>(v >> 8)};
}
inline std::string le32(std::uint32_t v) {
  return le16(static_cast<std::uint16_t>(v & 0xffff)) + le16(static_cast<std::uint16_t>(v >> 16));
}

inline constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
inline constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;

inline std::string pcap_header(std::uint32_t magic = kMicroseconds, std::uint32_t link_type = 1) {
  return le32(magic) + le16(2) + le16(4) + le32(0) + le32(0) + le32(65535) + le32(link_type);
}

/// `fraction` in the unit that the file's magic says.
inline std::string pcap_record(std::uint32_t seconds, std::uint32_t fraction,
                               const std::string& bytes, std::uint32_t cut = 0) {
  const auto length = static_cast<std::uint32_t>(bytes.size());
  return le32(seconds) + le32(fraction) + le32(length) + le32(length + cut) + bytes;
}

}  // namespace ringside::fixtures
