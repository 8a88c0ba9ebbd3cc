// SPDX-License-Identifier: BSD-3-Clause
// Captures what arrives at a network interface, in any namespace, until it is told to stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "harness/model/frame.hpp"
#include "harness/run/file_descriptor.hpp"

namespace ringside::harness {

struct LiveCaptured {
  FrameList frames;
  /// Frames that arrived and that the capture itself lost. Not zero: what is missing in `frames`
  /// proves nothing, and the run must end as an error, not as a failure.
  std::uint64_t lost_by_capture = 0;
  std::string error;  ///< why the capture ended early; empty if it did not
};

/// A capture that is going on, read by a thread of its own. Frames that the interface itself sends
/// are not part of it.
class LiveCapture {
 public:
  /// \param network_namespace  descriptor of the namespace that the interface is in
  /// \param max_frame          longest frame expected, in bytes; longer ones are cut
  static Result<LiveCapture> start(const FileDescriptor& network_namespace,
                                   const std::string& interface, std::size_t max_frame);

  LiveCapture(LiveCapture&&) noexcept;
  LiveCapture& operator=(LiveCapture&&) noexcept;
  ~LiveCapture();

  /// Frames so far; grows while packets come in.
  std::size_t count() const;
  /// Takes what has arrived already, then ends. Spent afterwards.
  LiveCaptured stop();

 private:
  struct Impl;
  explicit LiveCapture(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringside::harness
