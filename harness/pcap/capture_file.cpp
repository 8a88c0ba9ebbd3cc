// SPDX-License-Identifier: BSD-3-Clause
#include "harness/pcap/capture_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "pcap/capture.hpp"
#include "pcap/capture_writer.hpp"

namespace ringside::harness {
namespace {

constexpr std::size_t kFileHeaderBytes = 24;

/// A truncated file keeps the writer's offset: what was cut away reads as zeros, header included.
bool begins_with_zeros(const std::string& path) {
  std::array<char, kFileHeaderBytes> header{};
  header.fill(1);
  std::ifstream file(path, std::ios::binary);
  file.read(header.data(), header.size());
  return file.gcount() > 0 &&
         std::all_of(header.begin(), header.begin() + file.gcount(), [](char c) { return c == 0; });
}

/// No packet looks like this: it would be of length 0 and of 1970.
bool is_hole(const pcap::Packet& packet) {
  return packet.time_ns == 0 && packet.wire_length == 0 && packet.bytes.empty();
}

Error hole(const std::string& path, std::size_t whole_packets) {
  return Error{
      fmt::format("capture {} has a hole of zeros after {} packets: a second process opened and "
                  "truncated it while it was written; attach every client before the first packet",
                  path, whole_packets)};
}

}  // namespace

Result<FrameList> read_capture(const std::string& path, EmptyCapture empty) {
  Result<pcap::Capture> capture = pcap::read_capture(path);
  if (!capture) return begins_with_zeros(path) ? hole(path, 0) : capture.error();
  FrameList frames;
  for (std::size_t i = 0; i < capture->size(); ++i) {
    const pcap::Packet packet = (*capture)[i];
    if (is_hole(packet)) return hole(path, i);
    frames.add(std::as_bytes(packet.bytes), packet.time_ns, packet.wire_length);
  }
  if (frames.empty() && empty == EmptyCapture::kRefuse) {
    return Error{fmt::format("capture {} holds no packets; give one that has some", path)};
  }
  return frames;
}

Status write_capture(const std::string& path, const FrameList& frames) {
  Result<pcap::CaptureWriter> writer = pcap::CaptureWriter::create(path);
  if (!writer) return environment_error(writer.error().message);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Frame frame = frames[i];
    writer->write({reinterpret_cast<const std::uint8_t*>(frame.bytes.data()), frame.bytes.size()},
                  frame.time_ns);
  }
  return writer->close();
}

}  // namespace ringside::harness
