// SPDX-License-Identifier: BSD-3-Clause
#include "pcaps/capture.hpp"

#include <pcap/pcap.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace ringside::pcaps {
namespace {

constexpr long kFirstSecond = 1704067200;  // 2024-01-01T00:00:00Z
constexpr std::uint64_t kGapNs = 10'000;
constexpr int kSnapLength = 65535;

std::string text(const IpAddress& address) {
  return {address.bytes.begin(), address.bytes.begin() + static_cast<long>(address.size())};
}

std::string text(std::uint16_t number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

FlowLabel label(const std::string& kind, const std::string& from, const std::string& to) {
  return {kind + '>' + from + '>' + to, kind + '=' + std::min(from, to) + '=' + std::max(from, to)};
}

}  // namespace

FlowLabel by_ports(const Flow& flow) {
  return label(std::string("ports") + static_cast<char>(flow.protocol),
               text(flow.source) + text(flow.source_port),
               text(flow.destination) + text(flow.destination_port));
}

FlowLabel by_addresses(const Flow& flow) {
  return label(std::string("addresses") + static_cast<char>(flow.protocol), text(flow.source),
               text(flow.destination));
}

FlowLabel by_macs(const EthernetHeader& header, std::uint16_t type) {
  constexpr std::uint16_t kFirstType = 0x0600;  // IEEE 802.3: below, it is a length
  return label("macs" + text(type < kFirstType ? std::uint16_t{0} : type),
               {header.source.begin(), header.source.end()},
               {header.destination.begin(), header.destination.end()});
}

FlowLabel runt(const Bytes& frame) {
  return label("runt", {frame.begin(), frame.end()}, {frame.begin(), frame.end()});
}

void Capture::add(Bytes frame, const FlowLabel& label) {
  frames_.push_back(std::move(frame));
  flows_.insert(label.flow);
  connections_.insert(label.connection);
}

std::size_t Capture::longest() const {
  std::size_t longest = 0;
  for (const Bytes& frame : frames_) longest = std::max(longest, frame.size());
  return longest;
}

bool Capture::has_twins() const {
  std::set<Bytes> seen;
  for (Bytes frame : frames_) {
    for (std::size_t i = 6; i < std::min<std::size_t>(12, frame.size()); ++i) frame[i] = 0;
    if (!seen.insert(std::move(frame)).second) return true;
  }
  return false;
}

Status Capture::write(const std::filesystem::path& file, bool nanoseconds) const {
  using Handle = std::unique_ptr<pcap_t, decltype(&::pcap_close)>;
  using Dumper = std::unique_ptr<pcap_dumper_t, decltype(&::pcap_dump_close)>;
  const Handle handle(::pcap_open_dead_with_tstamp_precision(
                          DLT_EN10MB, kSnapLength,
                          nanoseconds ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO),
                      &::pcap_close);
  if (!handle) return environment_error("no memory for a pcap handle");
  const Dumper dumper(::pcap_dump_open(handle.get(), file.c_str()), &::pcap_dump_close);
  if (!dumper)
    return environment_error("cannot write: " + std::string(::pcap_geterr(handle.get())));
  std::uint64_t time_ns = 0;
  for (const Bytes& frame : frames_) {
    pcap_pkthdr header{};
    header.ts.tv_sec = kFirstSecond + static_cast<long>(time_ns / 1'000'000'000);
    header.ts.tv_usec = static_cast<long>(time_ns % 1'000'000'000 / (nanoseconds ? 1 : 1000));
    header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
    ::pcap_dump(reinterpret_cast<u_char*>(dumper.get()), &header, frame.data());
    time_ns += kGapNs;
  }
  if (::pcap_dump_flush(dumper.get()) != 0) {
    return environment_error("cannot write " + file.string() + ": is the disk full?");
  }
  return Done{};
}

}  // namespace ringside::pcaps
