// SPDX-License-Identifier: BSD-3-Clause
// A capture file in memory: Ethernet frames with nanosecond times, from pcap or pcapng.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace ringside::pcap {

/// One frame of a capture. `bytes` points into the Capture, which must outlive it.
struct Packet {
  std::span<const std::uint8_t> bytes;  ///< what the file holds, from the destination MAC on
  std::uint64_t time_ns = 0;            ///< since 1970-01-01 UTC
  std::uint32_t wire_length = 0;        ///< length on the wire; more than bytes.size() when cut
};

/// Frames in file order. All bytes stand in one buffer, so a capture of a million small packets
/// costs two allocations, not a million.
class Capture {
 public:
  std::size_t size() const { return records_.size(); }
  bool empty() const { return records_.empty(); }
  /// Precondition: i < size().
  Packet operator[](std::size_t i) const;
  /// Sum of the lengths of all frames as held, in bytes.
  std::uint64_t total_bytes() const { return bytes_.size(); }

  void append(std::span<const std::uint8_t> bytes, std::uint64_t time_ns,
              std::uint32_t wire_length);

 private:
  struct Record {
    std::size_t offset;
    std::uint64_t time_ns;
    std::uint32_t length;
    std::uint32_t wire_length;
  };
  std::vector<std::uint8_t> bytes_;
  std::vector<Record> records_;
};

/// Reads a whole file. A file that is a valid capture without packets yields an empty Capture;
/// every caller who needs packets says so himself. Errors (ExitCode::kUsage), each naming the file:
/// cannot be opened, a directory, zero bytes, not a capture, cut off in the middle of packet N,
/// frames that are not Ethernet (named by their link type).
Result<Capture> read_capture(const std::string& path);

}  // namespace ringside::pcap
