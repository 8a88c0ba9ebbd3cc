// SPDX-License-Identifier: BSD-3-Clause
// Frames as the harness sent or captured them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ringside::harness {

/// One frame of a FrameList. A view: valid until the list is changed or destroyed.
struct Frame {
  std::span<const std::byte> bytes;   ///< what was captured, from the destination MAC on
  std::uint64_t time_ns = 0;          ///< since the epoch of whoever captured it
  std::uint32_t original_length = 0;  ///< on the wire; more than bytes.size() if the capture cut it
};

/// Frames in their order, all bytes in one arena: a hundred thousand packets are two allocations
/// that grow, not a hundred thousand.
class FrameList {
 public:
  /// Appends a copy of `bytes`. `original_length` 0 means bytes.size().
  void add(std::span<const std::byte> bytes, std::uint64_t time_ns = 0,
           std::uint32_t original_length = 0);
  /// Appends copies of all frames of `other`, which may be this list itself.
  void add(const FrameList& other);

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  /// All bytes of all frames.
  std::size_t total_bytes() const { return arena_.size(); }
  /// Bytes of the longest frame; 0 where there is none.
  std::size_t longest() const;

  /// Precondition: i < size(). `i` counts from 0; what users read is packet_number(i).
  Frame operator[](std::size_t i) const;

 private:
  struct Entry {
    std::size_t offset;
    std::uint64_t time_ns;
    std::uint32_t length;
    std::uint32_t original_length;
  };
  std::vector<std::byte> arena_;
  std::vector<Entry> entries_;
};

/// The number that Wireshark and tcpdump give to the frame at position `i`: they count from 1.
constexpr std::size_t packet_number(std::size_t i) {
  return i + 1;
}

}  // namespace ringside::harness
