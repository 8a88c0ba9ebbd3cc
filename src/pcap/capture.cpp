// SPDX-License-Identifier: BSD-3-Clause
#include "pcap/capture.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

namespace ringside::pcap {
namespace {

struct CloseHandle {
  void operator()(pcap_t* handle) const { ::pcap_close(handle); }
};
using Handle = std::unique_ptr<pcap_t, CloseHandle>;

/// Errors that libpcap would report without the file's name, or in words of its own format.
Status check_file(const std::string& path) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) {
    return Error{fmt::format("capture {} does not exist", path)};
  }
  if (std::filesystem::is_directory(status)) {
    return Error{fmt::format("capture {} is a directory, not a file", path)};
  }
  // Only a regular file has a size before it is read; a pipe is left to libpcap.
  if (std::filesystem::is_regular_file(status) && std::filesystem::file_size(path, code) == 0) {
    return Error{fmt::format("capture {} is empty: it has zero bytes, not even a header", path)};
  }
  return Done{};
}

Result<Handle> open_offline(const std::string& path) {
  // Opened here and not by libpcap, which takes the name "-" for standard input.
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return Error{fmt::format("capture {} cannot be opened: {}", path, std::strerror(errno))};
  }
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  Handle handle(
      ::pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, reason.data()));
  if (!handle) {
    std::fclose(file);
    const bool cut = std::strstr(reason.data(), "truncated") != nullptr;
    return Error{fmt::format("capture {} {}: {}", path,
                             cut ? "is truncated in its header" : "is not a pcap or pcapng file",
                             reason.data())};
  }
  return handle;
}

Status check_link_type(pcap_t* handle, const std::string& path) {
  const int type = ::pcap_datalink(handle);
  if (type == DLT_EN10MB) return Done{};
  const char* name = ::pcap_datalink_val_to_name(type);
  return Error{
      fmt::format("capture {} holds {} frames, not Ethernet; record it on an Ethernet "
                  "interface",
                  path, name != nullptr ? name : fmt::format("link type {}", type))};
}

/// What libpcap says of the packet that it could not read, in words of ours.
Error unreadable(const std::string& path, std::size_t packet, const char* reason) {
  const auto says = [reason](const char* words) { return std::strstr(reason, words) != nullptr; };
  if (says("different from the type of the first interface")) {
    return Error{fmt::format(
        "capture {} holds packets of interfaces of more than one kind (link types), which libpcap "
        "does not read; keep those of the Ethernet one, for example: tshark -r {} -Y "
        "'frame.interface_id == 0' -F pcap -w ethernet.pcap",
        path, path)};
  }
  return Error{fmt::format("capture {} {} packet {}: {}", path,
                           says("truncated") ? "is truncated in" : "is damaged at", packet,
                           reason)};
}

}  // namespace

Packet Capture::operator[](std::size_t i) const {
  const Record& record = records_[i];
  return {std::span(bytes_).subspan(record.offset, record.length), record.time_ns,
          record.wire_length};
}

void Capture::append(std::span<const std::uint8_t> bytes, std::uint64_t time_ns,
                     std::uint32_t wire_length) {
  records_.push_back(
      {bytes_.size(), time_ns, static_cast<std::uint32_t>(bytes.size()), wire_length});
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

Result<Capture> read_capture(const std::string& path) {
  if (Status status = check_file(path); !status) return status.error();
  Result<Handle> handle = open_offline(path);
  if (!handle) return handle.error();
  if (Status status = check_link_type(handle->get(), path); !status) return status.error();

  Capture capture;
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  int outcome = 0;
  while ((outcome = ::pcap_next_ex(handle->get(), &header, &data)) == 1) {
    // With PCAP_TSTAMP_PRECISION_NANO the field named tv_usec holds nanoseconds.
    const auto time_ns = static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000'000u +
                         static_cast<std::uint64_t>(header->ts.tv_usec);
    capture.append({data, header->caplen}, time_ns, header->len);
  }
  if (outcome != PCAP_ERROR_BREAK) {
    return unreadable(path, capture.size() + 1, ::pcap_geterr(handle->get()));
  }
  return capture;
}

}  // namespace ringside::pcap
