// SPDX-License-Identifier: BSD-3-Clause
// ringside_pcaps_generate: writes the generated captures and their part of the manifest.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "pcaps/families/families.hpp"
#include "pcaps/sha256.hpp"

namespace {

using nlohmann::ordered_json;
using namespace ringside;         // NOLINT: one file, one program
using namespace ringside::pcaps;  // NOLINT
namespace fs = std::filesystem;

constexpr const char* kUsage =
    "usage: ringside_pcaps_generate --out DIR\n"
    "Writes every generated capture and manifest.json into DIR. Entries of recorded captures\n"
    "that stand in DIR/manifest.json already are kept.\n";

constexpr const char* kFlowDefinition =
    "One direction. Whole TCP, UDP, SCTP: addresses, protocol, ports. Fragments and other IP: "
    "addresses, protocol (behind the extension headers; 44 for fragments of IPv6). Not IP, or IP "
    "whose headers cannot be read: MACs and EtherType (behind VLAN tags; 0 for an 802.3 length). "
    "Shorter than an Ethernet header: the bytes. A connection is a flow and the one with source "
    "and destination exchanged.";

std::vector<std::uint8_t> read_all(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Result<ordered_json> generate(const Family& family, const fs::path& directory) {
  const Capture capture = family.make(family.seed);
  if (capture.has_twins()) {
    return Error{fmt::format("{}: two packets are equal", family.file), ExitCode::kInternal};
  }
  const fs::path file = directory / family.file;
  const Status written = capture.write(file, family.nanoseconds);
  if (!written) return written.error();
  const auto bytes = read_all(file);
  return ordered_json{{"file", family.file},
                      {"how", "generated"},
                      {"purpose", family.purpose},
                      {"link_type", "EN10MB"},
                      {"packets", capture.packets()},
                      {"flows", capture.flows()},
                      {"connections", capture.connections()},
                      {"longest_frame", capture.longest()},
                      {"bytes", bytes.size()},
                      {"seed", family.seed},
                      {"sha256", sha256_hex(bytes)}};
}

/// Entries of the manifest in `file` that another program made; none if there is no manifest.
Result<ordered_json> recorded_entries(const fs::path& file) {
  ordered_json kept = ordered_json::array();
  std::ifstream in(file);
  if (!in) return kept;
  const ordered_json old = ordered_json::parse(in, nullptr, false);
  if (!old.is_object() || !old.contains("files") || !old["files"].is_array()) {
    return Error{fmt::format("{} is not a manifest: move it away", file.string())};
  }
  for (const auto& entry : old["files"]) {
    if (entry.is_object() && entry.value("how", "") != "generated") kept.push_back(entry);
  }
  return kept;
}

Status write_all(const fs::path& directory) {
  std::error_code failed;
  fs::create_directories(directory, failed);
  const auto recorded = recorded_entries(directory / "manifest.json");
  if (!recorded) return recorded.error();
  ordered_json files = ordered_json::array();
  for (const Family& family : families()) {
    const auto entry = generate(family, directory);
    if (!entry) return entry.error();
    files.push_back(*entry);
  }
  files.insert(files.end(), recorded->begin(), recorded->end());
  const ordered_json manifest = {
      {"schema", "ringside.pcaps/1"}, {"flow", kFlowDefinition}, {"files", files}};
  std::ofstream out(directory / "manifest.json");
  out << manifest.dump(2) << '\n';
  out.close();
  if (!out) return environment_error("cannot write " + (directory / "manifest.json").string());
  return Done{};
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string>{"--help"}) {
    fmt::print("{}", kUsage);
    return static_cast<int>(ExitCode::kOk);
  }
  if (arguments.size() != 2 || arguments[0] != "--out") {
    fmt::print(stderr, "{}", kUsage);
    return static_cast<int>(ExitCode::kUsage);
  }
  const Status done = write_all(arguments[1]);
  if (done) return static_cast<int>(ExitCode::kOk);
  fmt::print(stderr, "ringside_pcaps_generate: error: {}\n", done.error().message);
  return static_cast<int>(done.error().code);
}
