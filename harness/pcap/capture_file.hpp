// SPDX-License-Identifier: BSD-3-Clause
// Capture files as the judge needs them: src/pcap reads and writes, this adds what only matters
// when a capture is evidence.
#pragma once

#include <string>

#include "core/result.hpp"
#include "harness/model/frame.hpp"

namespace ringside::harness {

/// Whether a capture that is valid but holds no packet is an error.
enum class EmptyCapture { kRefuse, kAccept };

/// Reads a whole capture, pcap or pcapng, time stamps in nanoseconds. Every error is one sentence
/// with the file's name and what is wrong, code kUsage: missing, not readable, empty, cut off, not
/// a capture, not Ethernet, and a file that a second process truncated while the first went on
/// writing: zeros stand where records should (net_pcap does that to every tx_pcap when a secondary
/// attaches late).
Result<FrameList> read_capture(const std::string& path, EmptyCapture empty = EmptyCapture::kRefuse);

/// Writes all of `frames` into a new nanosecond pcap file at `path`.
Status write_capture(const std::string& path, const FrameList& frames);

}  // namespace ringside::harness
