// SPDX-License-Identifier: BSD-3-Clause
// The parser that the server uses, against captures whose makers counted the flows without it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/flow_key.hpp"
#include "pcap/capture.hpp"

namespace ringside::pcaps {
namespace {

TEST(FlowKeys, AreAsManyAsTheManifestCounts) {
  const std::filesystem::path directory = RINGSIDE_PCAPS_DIR;
  std::ifstream in(directory / "manifest.json");
  const nlohmann::json files = nlohmann::json::parse(in).at("files");
  ASSERT_FALSE(files.empty());
  for (const auto& entry : files) {
    const std::string file = entry.at("file");
    SCOPED_TRACE(file);
    const auto capture = pcap::read_capture((directory / file).string());
    ASSERT_TRUE(capture.ok()) << capture.error().message;
    std::set<FlowKey> flows;
    std::set<FlowKey> connections;
    for (std::size_t i = 0; i < capture->size(); ++i) {
      FlowKey key;
      const auto bytes = std::as_bytes((*capture)[i].bytes);
      parse_key(bytes, bytes.size(), key);
      flows.insert(key);
      connections.insert(symmetric(key));
    }
    EXPECT_EQ(flows.size(), entry.at("flows"));
    EXPECT_EQ(connections.size(), entry.at("connections"));
  }
}

}  // namespace
}  // namespace ringside::pcaps
