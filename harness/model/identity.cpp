// SPDX-License-Identifier: BSD-3-Clause
#include "harness/model/identity.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ringside::harness {
namespace {

constexpr std::array kMarkPrefix = {std::byte{2}, std::byte{0}, std::byte{0}, std::byte{0}};
constexpr std::size_t kMarkEnd = kMarkOffset + kMarkLength;

/// Multiply and fold, as in wyhash (public domain): quick, and every bit of the word counts.
std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  const auto product =
      static_cast<unsigned __int128>(hash ^ word ^ 0xa0761d6478bd642fu) * 0xe7037ed1a0b428dbu;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash_bytes(std::uint64_t hash, std::span<const std::byte> bytes) {
  std::uint64_t word = 0;
  while (bytes.size() >= sizeof word) {
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = mix(hash, word);
    bytes = bytes.subspan(sizeof word);
  }
  if (bytes.empty()) return hash;
  word = 0;
  std::memcpy(&word, bytes.data(), bytes.size());
  return mix(hash, word);
}

bool equal(std::span<const std::byte> a, std::span<const std::byte> b) {
  return a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::optional<Mark> read_mark(std::span<const std::byte> frame) {
  if (frame.size() < kShortestMarked) return std::nullopt;
  const auto mark = frame.subspan(kMarkOffset, kMarkLength);
  if (!std::equal(kMarkPrefix.begin(), kMarkPrefix.end(), mark.begin())) return std::nullopt;
  return Mark{std::to_integer<unsigned>(mark[4]), std::to_integer<unsigned>(mark[5])};
}

std::uint64_t IdentityTable::hash(std::span<const std::byte> frame) const {
  const std::uint64_t seed = frame.size();
  if (!ignore_mark_ || frame.size() < kMarkEnd) return hash_bytes(seed, frame);
  return hash_bytes(hash_bytes(seed, frame.first(kMarkOffset)), frame.subspan(kMarkEnd));
}

bool IdentityTable::same(std::span<const std::byte> a, std::span<const std::byte> b) const {
  if (a.size() != b.size()) return false;
  if (!ignore_mark_ || a.size() < kMarkEnd) return equal(a, b);
  return equal(a.first(kMarkOffset), b.first(kMarkOffset)) &&
         equal(a.subspan(kMarkEnd), b.subspan(kMarkEnd));
}

std::uint32_t IdentityTable::number(std::span<const std::byte> frame) {
  if (contents_.size() * 2 >= slots_.size()) grow();
  const std::uint64_t its_hash = hash(frame);
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = its_hash & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const std::uint32_t candidate = slots_[slot] - 1;
    const Content& content = contents_[candidate];
    if (content.hash == its_hash && same(content.bytes, frame)) return candidate;
  }
  contents_.push_back({frame, its_hash});
  slots_[slot] = static_cast<std::uint32_t>(contents_.size());
  return static_cast<std::uint32_t>(contents_.size() - 1);
}

void IdentityTable::grow() {
  slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < contents_.size(); ++i) {
    std::size_t slot = contents_[i].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(i + 1);
  }
}

}  // namespace ringside::harness
