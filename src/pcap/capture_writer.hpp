// SPDX-License-Identifier: BSD-3-Clause
// Writes Ethernet frames to a pcap file with nanosecond times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "core/result.hpp"

namespace ringside::pcap {

/// A capture file that is being written. A frame may be given in pieces (the segments of an mbuf
/// chain), so that nothing is copied together first. The first failed write is remembered and
/// reported by close(): the data path has nobody to tell in between.
class CaptureWriter {
 public:
  using Bytes = std::span<const std::uint8_t>;

  /// Creates or truncates `path` and writes the file header. Error: the file cannot be written.
  static Result<CaptureWriter> create(const std::string& path);

  /// One frame that stands in one piece. `time_ns` counts from 1970-01-01 UTC.
  void write(Bytes frame, std::uint64_t time_ns);

  /// One frame in pieces: begin() with the whole length, then exactly that many bytes.
  void begin(std::uint32_t length, std::uint64_t time_ns);
  void piece(Bytes bytes);

  std::uint64_t packets() const { return packets_; }

  /// Completes the file. Error: some byte did not reach it. The object is spent afterwards; one
  /// that is destroyed without close() completes the file too, without a word about errors.
  Status close();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  CaptureWriter(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  void put(const void* data, std::size_t size);

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::uint64_t packets_ = 0;
  int error_ = 0;  ///< errno of the first failed write
};

}  // namespace ringside::pcap
