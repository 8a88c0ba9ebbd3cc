// SPDX-License-Identifier: BSD-3-Clause
#include "harness/model/frame.hpp"

#include <algorithm>

namespace ringside::harness {

void FrameList::add(std::span<const std::byte> bytes, std::uint64_t time_ns,
                    std::uint32_t original_length) {
  const auto length = static_cast<std::uint32_t>(bytes.size());
  entries_.push_back(
      {arena_.size(), time_ns, length, original_length == 0 ? length : original_length});
  arena_.insert(arena_.end(), bytes.begin(), bytes.end());
}

void FrameList::add(const FrameList& other) {
  const std::size_t base = arena_.size();
  const std::size_t count = other.entries_.size();
  const std::size_t length = other.arena_.size();
  arena_.resize(base + length);
  std::copy_n(other.arena_.begin(), length, arena_.begin() + static_cast<std::ptrdiff_t>(base));
  entries_.reserve(entries_.size() + count);
  for (std::size_t i = 0; i < count; ++i) {
    Entry entry = other.entries_[i];
    entry.offset += base;
    entries_.push_back(entry);
  }
}

std::size_t FrameList::longest() const {
  std::size_t longest = 0;
  for (const Entry& entry : entries_) longest = std::max<std::size_t>(longest, entry.length);
  return longest;
}

Frame FrameList::operator[](std::size_t i) const {
  const Entry& entry = entries_[i];
  return {std::span(arena_).subspan(entry.offset, entry.length), entry.time_ns,
          entry.original_length};
}

}  // namespace ringside::harness
