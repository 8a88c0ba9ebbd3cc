// SPDX-License-Identifier: BSD-3-Clause
// The format is draft-ietf-opsawg-pcap: a file header of 24 bytes, then records of 16 bytes and the
// frame, in the byte order of the writer. Written by hand because pcap_dump() takes a frame only in
// one piece.
#include "pcap/capture_writer.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace ringside::pcap {
namespace {

constexpr std::uint32_t kNanosecondMagic = 0xa1b23c4d;
constexpr std::uint32_t kEthernet = 1;            // LINKTYPE_ETHERNET
constexpr std::uint32_t kLongestFrame = 262'144;  // what tcpdump writes as well
constexpr std::size_t kBufferBytes = 1u << 20;    // one system call per megabyte in the data path

struct FileHeader {
  std::uint32_t magic = kNanosecondMagic;
  std::uint16_t major = 2;
  std::uint16_t minor = 4;
  std::uint32_t zone = 0;
  std::uint32_t accuracy = 0;
  std::uint32_t longest_frame = kLongestFrame;
  std::uint32_t link_type = kEthernet;
};
static_assert(sizeof(FileHeader) == 24);

struct RecordHeader {
  std::uint32_t seconds;
  std::uint32_t nanoseconds;
  std::uint32_t length;
  std::uint32_t wire_length;
};
static_assert(sizeof(RecordHeader) == 16);

}  // namespace

Result<CaptureWriter> CaptureWriter::create(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "wbe");
  if (file == nullptr) {
    return Error{fmt::format("capture {} cannot be written: {}", path, std::strerror(errno))};
  }
  CaptureWriter writer(path, file);
  std::setvbuf(file, nullptr, _IOFBF, kBufferBytes);
  const FileHeader header;
  writer.put(&header, sizeof header);
  // A reader that looks at the file while it is still open finds a valid, empty capture.
  if (std::fflush(file) != 0) {
    return Error{fmt::format("capture {} cannot be written: {}", path, std::strerror(errno))};
  }
  return writer;
}

void CaptureWriter::write(Bytes frame, std::uint64_t time_ns) {
  begin(static_cast<std::uint32_t>(frame.size()), time_ns);
  piece(frame);
}

void CaptureWriter::begin(std::uint32_t length, std::uint64_t time_ns) {
  const RecordHeader header{static_cast<std::uint32_t>(time_ns / 1'000'000'000u),
                            static_cast<std::uint32_t>(time_ns % 1'000'000'000u), length, length};
  put(&header, sizeof header);
  ++packets_;
}

void CaptureWriter::piece(Bytes bytes) {
  put(bytes.data(), bytes.size());
}

void CaptureWriter::put(const void* data, std::size_t size) {
  if (size != 0 && std::fwrite(data, 1, size, file_.get()) != size && error_ == 0) error_ = errno;
}

Status CaptureWriter::close() {
  if (std::fclose(file_.release()) != 0 && error_ == 0) error_ = errno;
  if (error_ != 0) {
    return Error{fmt::format("capture {} is incomplete: {}", path_, std::strerror(error_))};
  }
  return Done{};
}

}  // namespace ringside::pcap
