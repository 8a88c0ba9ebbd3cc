// SPDX-License-Identifier: BSD-3-Clause
// Capture files: pcap and pcapng in, nanosecond pcap out. Ethernet only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "harness/model/frame.hpp"

namespace ringside::harness {

/// Whether a capture that is valid but holds no packet is an error.
enum class EmptyCapture { kRefuse, kAccept };

/// Reads a whole capture, pcap or pcapng, time stamps in nanoseconds. Every error is one sentence
/// with the file's name and what to do, code kUsage: missing, not readable, empty, cut off, not a
/// capture, not Ethernet, overwritten by a late process.
Result<FrameList> read_capture(const std::string& path, EmptyCapture empty = EmptyCapture::kRefuse);

/// Writes frames to a nanosecond pcap file of Ethernet frames.
class CaptureWriter {
 public:
  /// Creates or truncates `path`. Errors: code kEnvironment.
  static Result<CaptureWriter> create(const std::string& path);

  CaptureWriter(CaptureWriter&&) noexcept;
  CaptureWriter& operator=(CaptureWriter&&) noexcept;
  ~CaptureWriter();

  void write(const Frame& frame);
  std::size_t written() const;

  /// Completes the file and says whether all of it reached the disk. No write() afterwards. The
  /// destructor completes it too, but cannot say so.
  Status close();

 private:
  struct Impl;
  explicit CaptureWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// All of `frames` into a new file at `path`.
Status write_capture(const std::string& path, const FrameList& frames);

}  // namespace ringside::harness
