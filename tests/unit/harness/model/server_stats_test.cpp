// SPDX-License-Identifier: BSD-3-Clause
#include "harness/model/server_stats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/pcap/files.hpp"

namespace ringside::harness {
namespace {

using ringside::fixtures::ScratchDirectory;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// The example of docs/interfaces.md.
constexpr const char* kExample = R"({
  "schema": "ringside.server/1",
  "version": "0.1.0", "dpdk": "DPDK 22.11.11", "pid": 4711,
  "state": "stopped",
  "memory": "no-huge",
  "config": {"policy": "flow-hash", "clients": 2, "ring_size": 4096, "ring_mode": "sp-sc",
             "tx": "return", "on_full": "drop", "start_after": 2, "burst": 32, "idle": "adaptive",
             "max_frame": 1522, "mbufs": 16383, "lcores": [0]},
  "ports": [{"index": 0, "dpdk_id": 0, "name": "net_pcap0", "driver": "net_pcap",
             "mac": "02:70:63:61:70:00", "peer": 1, "received": 100, "transmitted": 0,
             "tx_full": 0, "missed": 0, "no_mbuf": 0, "errors": 0}],
  "clients": [{"id": 0, "state": "active", "generation": 1, "pid": 4712, "lcores": [1],
               "handed": 100, "returned": 100, "recovered": 0, "lost_in_crash": 0, "sent": 100, "ring_full": 0, "handler_drop": 0,
               "tx_full": 0, "in_flight": 0,
               "ring": {"name": "MProc_Client_RX_0", "size": 4096, "capacity": 4095,
                        "used": 0, "peak": 31}}],
  "mempools": [{"name": "mbuf_pool", "size": 16383, "in_use": 0, "baseline": 0}],
  "parse": {"truncated": 0, "malformed": 0},
  "events": [{"number": 0, "kind": "join", "client": 0, "generation": 1, "pid": 4712, "packets": 0, "lost": 0,
              "monotonic_ns": 23456789012345, "time": "2024-01-31T12:00:00.123456789Z"}],
  "captures": [{"file": "out.pcap", "truncated_by_late_process": false}],
  "ledger": {"received": 100, "transmitted": 100, "dropped": 0, "in_flight": 0,
             "balanced": true, "missing": 0,
             "drops": [{"place": "work_ring", "reason": "ring_full", "client": 1, "packets": 3}]}
})";

std::string stats_refusal(const std::string& json) {
  const auto stats = parse_server_stats(json, "stats.json");
  return stats ? "" : stats.error().message;
}

TEST(ServerStats, ReadsTheDocumentedExample) {
  const auto stats = parse_server_stats(kExample, "stats.json");
  ASSERT_TRUE(stats.ok()) << stats.error().message;
  EXPECT_EQ(stats->pid, 4711);
  EXPECT_EQ(stats->memory, "no-huge");
  EXPECT_EQ(stats->config.policy, "flow-hash");
  EXPECT_EQ(stats->config.ring_size, 4096u);
  EXPECT_EQ(stats->config.lcores, std::vector<unsigned>{0});
  ASSERT_EQ(stats->ports.size(), 1u);
  EXPECT_EQ(stats->ports[0].driver, "net_pcap");
  EXPECT_EQ(stats->ports[0].received, 100u);
  EXPECT_EQ(stats->ports[0].peer, 1u);
  ASSERT_EQ(stats->clients.size(), 1u);
  EXPECT_EQ(stats->clients[0].ring.peak, 31u);
  EXPECT_EQ(stats->clients[0].lcores, std::vector<unsigned>{1});
  EXPECT_EQ(stats->mempools[0].size, 16383u);
  ASSERT_TRUE(stats->events);
  EXPECT_EQ(stats->events->at(0).kind, "join");
  EXPECT_EQ(stats->events->at(0).pid, 4712);
  EXPECT_EQ(stats->events->at(0).monotonic_ns, 23456789012345u);
  EXPECT_EQ(stats->captures[0].file, "out.pcap");
  EXPECT_FALSE(stats->captures[0].truncated_by_late_process);
  EXPECT_TRUE(stats->ledger.balanced);
  EXPECT_EQ(stats->ledger.drops[0].key(), "work_ring.ring_full.1");
}

TEST(ServerStats, ToleratesFieldsThatItDoesNotKnow) {
  auto json = nlohmann::json::parse(kExample);
  json["weather"] = "fine";
  json["ports"][0]["colour"] = {1, 2, 3};
  EXPECT_EQ(stats_refusal(json.dump()), "");
}

TEST(ServerStats, AServerNeedKeepNoEvents) {
  auto json = nlohmann::json::parse(kExample);
  json.erase("events");
  const auto stats = parse_server_stats(json.dump(), "stats.json");
  ASSERT_TRUE(stats.ok());
  EXPECT_FALSE(stats->events);
}

TEST(ServerStats, ADropNeedsNoClient) {
  auto json = nlohmann::json::parse(kExample);
  json["ledger"]["drops"][0].erase("client");
  const auto stats = parse_server_stats(json.dump(), "stats.json");
  ASSERT_TRUE(stats.ok());
  EXPECT_EQ(stats->ledger.drops[0].key(), "work_ring.ring_full");
}

/// Every field of `json`, as a JSON pointer.
void list_fields(const nlohmann::json& json, const std::string& path,
                 std::vector<std::string>& fields) {
  for (const auto& [key, value] : json.items()) {
    if (json.is_object()) fields.push_back(path + "/" + key);
    if (value.is_structured()) list_fields(value, path + "/" + key, fields);
  }
}

TEST(ServerStats, AnyDocumentedFieldThatIsMissingIsNamed) {
  const auto json = nlohmann::json::parse(kExample);
  std::vector<std::string> fields;
  list_fields(json, "", fields);
  EXPECT_GT(fields.size(), 60u);
  const std::set<std::string> optional{"/ledger/drops/0/client", "/events", "/events/0/time"};
  for (const std::string& field : fields) {
    if (optional.contains(field)) continue;
    auto changed = json;
    const nlohmann::json::json_pointer pointer(field);
    changed[pointer.parent_pointer()].erase(pointer.back());
    EXPECT_THAT(stats_refusal(changed.dump()),
                AllOf(HasSubstr("stats.json lacks"), HasSubstr(pointer.back() + "\"")))
        << field;
  }
}

TEST(ServerStats, AFieldOfAnotherKindIsNamed) {
  auto json = nlohmann::json::parse(kExample);
  json["ports"][0]["received"] = -1;
  EXPECT_THAT(stats_refusal(json.dump()), HasSubstr("\"ports[0].received\" must be a count"));
  json = nlohmann::json::parse(kExample);
  json["clients"] = 7;
  EXPECT_THAT(stats_refusal(json.dump()), HasSubstr("\"clients\" must be a list"));
  json = nlohmann::json::parse(kExample);
  json["config"]["burst"] = 4294967328u;
  EXPECT_THAT(stats_refusal(json.dump()), HasSubstr("\"config.burst\" must be a count of 32 bits"));
}

TEST(ServerStats, AnotherSchemaIsRefused) {
  auto json = nlohmann::json::parse(kExample);
  json["schema"] = "ringside.server/2";
  EXPECT_THAT(stats_refusal(json.dump()),
              AllOf(HasSubstr("ringside.server/2"), HasSubstr("reads \"ringside.server/1\"")));
}

TEST(ServerStats, WhatIsNoJsonIsRefused) {
  EXPECT_THAT(stats_refusal(""), HasSubstr("the file is empty"));
  EXPECT_THAT(stats_refusal("{\"schema\": "), HasSubstr("no valid JSON"));
  EXPECT_THAT(stats_refusal("[1]"), HasSubstr("lacks \"schema\""));
}

TEST(ServerStats, AFileIsReadAndAMissingOneIsAnErrorOfTheEnvironment) {
  const ScratchDirectory scratch;
  EXPECT_TRUE(read_server_stats(scratch.file("stats.json", kExample)).ok());
  const auto missing = read_server_stats(scratch.path("none.json"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ExitCode::kEnvironment);
  EXPECT_THAT(missing.error().message, HasSubstr("none.json"));
}

}  // namespace
}  // namespace ringside::harness
