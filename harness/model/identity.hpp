// SPDX-License-Identifier: BSD-3-Clause
// Which frames are the same packet: those with the same bytes, apart from the mark.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ringside::harness {

/// What a client that runs with --mark mac writes into the source MAC: 02:00:00:00:CC:PP.
struct Mark {
  unsigned client = 0;
  unsigned port = 0;  ///< index of the output port
};
inline constexpr std::size_t kMarkOffset = 6;
inline constexpr std::size_t kMarkLength = 6;
/// A shorter frame has no Ethernet header to be marked in.
inline constexpr std::size_t kShortestMarked = 14;

/// The mark of a frame; nullopt if it bears none.
std::optional<Mark> read_mark(std::span<const std::byte> frame);

/// Numbers frames by content: equal frames get the same number. A hash finds candidates, the bytes
/// decide.
class IdentityTable {
 public:
  /// `ignore_mark`: bytes 6 to 11 do not count.
  explicit IdentityTable(bool ignore_mark) : ignore_mark_(ignore_mark) {}

  /// The number of `frame`, a new one if its content is new: 0, 1, 2, ... `frame` must outlive the
  /// table.
  std::uint32_t number(std::span<const std::byte> frame);
  std::size_t size() const { return contents_.size(); }
  /// The first frame with this number.
  std::span<const std::byte> content(std::uint32_t number) const { return contents_[number].bytes; }

 private:
  struct Content {
    std::span<const std::byte> bytes;
    std::uint64_t hash;
  };
  bool same(std::span<const std::byte> a, std::span<const std::byte> b) const;
  std::uint64_t hash(std::span<const std::byte> frame) const;
  void grow();

  bool ignore_mark_;
  std::vector<Content> contents_;
  std::vector<std::uint32_t> slots_;  // open addressing; number + 1, 0 = free
};

}  // namespace ringside::harness
