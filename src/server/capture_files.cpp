// SPDX-License-Identifier: BSD-3-Clause
#include "server/capture_files.hpp"

#include <algorithm>
#include <array>
#include <fstream>

namespace ringside::server {
namespace {

constexpr std::streamoff kFileHeader = 24;
constexpr std::size_t kRecordHeader = 16;

/// A first record whose header is all zero: the file was emptied behind the writer's back.
bool begins_with_a_hole(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, kRecordHeader> record{};
  in.seekg(kFileHeader);
  if (!in.read(record.data(), record.size())) return false;
  return std::all_of(record.begin(), record.end(), [](char byte) { return byte == 0; });
}

}  // namespace

std::vector<CaptureReport> inspect_captures(const EalArgs& args) {
  std::vector<CaptureReport> reports;
  for (const std::string& text : args.vdevs) {
    for (const auto& [key, file] : parse_vdev(text).arguments) {
      if (key == "tx_pcap") reports.push_back({file, begins_with_a_hole(file)});
    }
  }
  return reports;
}

}  // namespace ringside::server
