// SPDX-License-Identifier: BSD-3-Clause
// The committed captures are what the manifest says, and the generator still makes those it made.
#include <gtest/gtest.h>
#include <pcap/pcap.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "pcaps/families/families.hpp"
#include "pcaps/sha256.hpp"

namespace ringside::pcaps {
namespace {

namespace fs = std::filesystem;
const fs::path kCommitted = RINGSIDE_PCAPS_DIR;

nlohmann::json files_in(const fs::path& directory) {
  std::ifstream in(directory / "manifest.json");
  return nlohmann::json::parse(in).at("files");
}

std::string digest_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return sha256_hex(std::vector<std::uint8_t>(std::istreambuf_iterator<char>(in), {}));
}

struct Contents {
  std::size_t packets = 0;
  bool twins = false;  ///< two frames that differ in the source MAC at most
  std::size_t longest = 0;
  bool whole = true;
  std::string link_type;
};

Contents contents_of(const fs::path& file) {
  char why[PCAP_ERRBUF_SIZE] = "";
  const std::unique_ptr<pcap_t, decltype(&::pcap_close)> handle(
      ::pcap_open_offline(file.c_str(), why), &::pcap_close);
  Contents contents;
  if (!handle) {
    ADD_FAILURE() << why;
    return contents;
  }
  contents.link_type = ::pcap_datalink_val_to_name(::pcap_datalink(handle.get()));
  std::set<std::vector<u_char>> seen;
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  int more = 0;
  while ((more = ::pcap_next_ex(handle.get(), &header, &data)) == 1) {
    ++contents.packets;
    contents.longest = std::max<std::size_t>(contents.longest, header->caplen);
    if (header->caplen != header->len) contents.whole = false;
    std::vector<u_char> frame(data, data + header->caplen);
    for (std::size_t i = 6; i < std::min<std::size_t>(12, frame.size()); ++i) frame[i] = 0;
    if (!seen.insert(std::move(frame)).second) contents.twins = true;
  }
  EXPECT_EQ(more, PCAP_ERROR_BREAK) << file << ": " << ::pcap_geterr(handle.get());
  return contents;
}

/// A directory that goes away with its object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "ringside-pcaps-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

int generate_into(const fs::path& directory) {
  return std::system(
      (std::string(RINGSIDE_PCAPS_GENERATE) + " --out " + directory.string()).c_str());
}

TEST(Manifest, DescribesEveryCommittedCapture) {
  for (const auto& entry : files_in(kCommitted)) {
    const fs::path file = kCommitted / entry.at("file").get<std::string>();
    SCOPED_TRACE(file.string());
    EXPECT_EQ(digest_of(file), entry.at("sha256"));
    EXPECT_EQ(fs::file_size(file), entry.at("bytes"));
    const Contents contents = contents_of(file);
    EXPECT_EQ(contents.packets, entry.at("packets"));
    EXPECT_EQ(contents.longest, entry.at("longest_frame"));
    EXPECT_EQ(contents.link_type, entry.at("link_type"));
    EXPECT_FALSE(contents.twins) << "whoever looks for a packet by its bytes finds two";
    EXPECT_TRUE(contents.whole) << "a frame was cut when it was captured";
  }
}

TEST(Manifest, NamesExactlyTheCapturesThatAreThere) {
  std::set<std::string> named;
  for (const auto& entry : files_in(kCommitted)) named.insert(entry.at("file"));
  std::set<std::string> there;
  for (const auto& item : fs::directory_iterator(kCommitted)) {
    if (item.path().extension() == ".pcap") there.insert(item.path().filename());
  }
  EXPECT_EQ(named, there);
}

TEST(Manifest, KeepsTheFolderSmall) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : files_in(kCommitted)) {
    bytes += entry.at("bytes").get<std::uintmax_t>();
  }
  EXPECT_LT(bytes, 3'000'000u);
}

TEST(Generator, MakesTheCommittedCapturesByteForByte) {
  const TemporaryDirectory fresh;
  ASSERT_EQ(generate_into(fresh.path()), 0);
  std::size_t compared = 0;
  for (const auto& entry : files_in(kCommitted)) {
    if (entry.at("how") != "generated") continue;
    const std::string name = entry.at("file");
    EXPECT_EQ(digest_of(fresh.path() / name), entry.at("sha256")) << name;
    ++compared;
  }
  EXPECT_EQ(compared, families().size());
}

TEST(Generator, KeepsEntriesOfRecordedCaptures) {
  const TemporaryDirectory fresh;
  const nlohmann::json recorded = {{"file", "web.pcap"}, {"how", "recorded"}};
  std::ofstream(fresh.path() / "manifest.json")
      << nlohmann::json{{"files", {recorded, {{"file", "old.pcap"}, {"how", "generated"}}}}};
  ASSERT_EQ(generate_into(fresh.path()), 0);
  const nlohmann::json files = files_in(fresh.path());
  EXPECT_EQ(files.size(), families().size() + 1);
  EXPECT_EQ(files.back(), recorded);
}

TEST(Generator, RefusesToOverwriteAForeignManifest) {
  const TemporaryDirectory fresh;
  std::ofstream(fresh.path() / "manifest.json") << "not JSON";
  EXPECT_NE(generate_into(fresh.path()), 0);
}

}  // namespace
}  // namespace ringside::pcaps
