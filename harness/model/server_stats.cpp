// SPDX-License-Identifier: BSD-3-Clause
#include "harness/model/server_stats.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace ringside::harness {
namespace {

using ParsedJson = nlohmann::json;

constexpr std::string_view kSchema = "ringside.server/1";

/// A JSON value and where it stands, so that an error names the place: "ports[0].received". The
/// first thing that is wrong is kept in `error`, and what is read after it is worthless.
class Reader {
 public:
  Reader(const ParsedJson& value, std::string path, std::string& error)
      : value_(value), path_(std::move(path)), error_(error) {}

  Reader at(const char* key) const {
    static const ParsedJson nothing;
    const std::string path = path_.empty() ? key : path_ + "." + key;
    if (!value_.is_object() || !value_.contains(key)) {
      complain(fmt::format("lacks \"{}\"", path));
      return {nothing, path, error_};
    }
    return {value_.at(key), path, error_};
  }

  bool has(const char* key) const { return value_.is_object() && value_.contains(key); }

  template <typename T>
  void into(const char* key, T& target) const {
    at(key).get(target);
  }

  template <typename T, typename ReadItem>
  void list(const char* key, std::vector<T>& target, ReadItem read_item) const {
    const Reader items = at(key);
    if (!items.value_.is_array()) return items.wrong_kind("a list");
    for (std::size_t i = 0; i < items.value_.size(); ++i) {
      target.emplace_back();
      read_item(Reader(items.value_[i], fmt::format("{}[{}]", items.path_, i), error_),
                target.back());
    }
  }

  void get(std::string& target) const {
    if (!value_.is_string()) return wrong_kind("a string");
    target = value_.get<std::string>();
  }
  void get(bool& target) const {
    if (!value_.is_boolean()) return wrong_kind("true or false");
    target = value_.get<bool>();
  }
  void get(std::uint64_t& target) const {
    if (!value_.is_number_unsigned()) return wrong_kind("a count");
    target = value_.get<std::uint64_t>();
  }
  void get(unsigned& target) const {
    std::uint64_t wide = 0;
    get(wide);
    target = static_cast<unsigned>(wide);
    if (target != wide) wrong_kind("a count of 32 bits");
  }
  void get(std::int64_t& target) const {
    if (!value_.is_number_integer()) return wrong_kind("an integer");
    target = value_.get<std::int64_t>();
  }

 private:
  void complain(std::string what) const {
    if (error_.empty()) error_ = std::move(what);
  }
  void wrong_kind(std::string_view kind) const {
    complain(fmt::format("has {} where \"{}\" must be {}", value_.type_name(), path_, kind));
  }

  const ParsedJson& value_;
  std::string path_;
  std::string& error_;
};

void read_lcores(const Reader& reader, std::vector<unsigned>& lcores) {
  reader.list("lcores", lcores, [](const Reader& item, unsigned& lcore) { item.get(lcore); });
}

void read(const Reader& reader, ServerConfigStats& config) {
  reader.into("policy", config.policy);
  reader.into("clients", config.clients);
  reader.into("ring_size", config.ring_size);
  reader.into("ring_mode", config.ring_mode);
  reader.into("tx", config.tx);
  reader.into("on_full", config.on_full);
  reader.into("start_after", config.start_after);
  reader.into("burst", config.burst);
  reader.into("idle", config.idle);
  reader.into("max_frame", config.max_frame);
  reader.into("mbufs", config.mbufs);
  read_lcores(reader, config.lcores);
}

void read(const Reader& reader, ServerPortStats& port) {
  reader.into("index", port.index);
  reader.into("dpdk_id", port.dpdk_id);
  reader.into("name", port.name);
  reader.into("driver", port.driver);
  reader.into("mac", port.mac);
  reader.into("peer", port.peer);
  reader.into("received", port.received);
  reader.into("transmitted", port.transmitted);
  reader.into("tx_full", port.tx_full);
  reader.into("missed", port.missed);
  reader.into("no_mbuf", port.no_mbuf);
  reader.into("errors", port.errors);
}

void read(const Reader& reader, ServerRingStats& ring) {
  reader.into("name", ring.name);
  reader.into("size", ring.size);
  reader.into("capacity", ring.capacity);
  reader.into("used", ring.used);
  reader.into("peak", ring.peak);
}

void read(const Reader& reader, ServerClientStats& client) {
  reader.into("id", client.id);
  reader.into("state", client.state);
  reader.into("generation", client.generation);
  reader.into("pid", client.pid);
  read_lcores(reader, client.lcores);
  reader.into("handed", client.handed);
  reader.into("returned", client.returned);
  reader.into("sent", client.sent);
  reader.into("ring_full", client.ring_full);
  reader.into("handler_drop", client.handler_drop);
  reader.into("tx_full", client.tx_full);
  reader.into("in_flight", client.in_flight);
  read(reader.at("ring"), client.ring);
}

void read(const Reader& reader, ServerPoolStats& pool) {
  reader.into("name", pool.name);
  reader.into("size", pool.size);
  reader.into("in_use", pool.in_use);
  reader.into("baseline", pool.baseline);
}

void read(const Reader& reader, ServerCaptureStats& capture) {
  reader.into("file", capture.file);
  reader.into("truncated_by_late_process", capture.truncated_by_late_process);
}

void read(const Reader& reader, LedgerDrop& drop) {
  reader.into("place", drop.place);
  reader.into("reason", drop.reason);
  reader.into("packets", drop.packets);
  if (reader.has("client")) reader.into("client", drop.client.emplace());
}

void read(const Reader& reader, LedgerStats& ledger) {
  reader.into("received", ledger.received);
  reader.into("transmitted", ledger.transmitted);
  reader.into("dropped", ledger.dropped);
  reader.into("in_flight", ledger.in_flight);
  reader.into("balanced", ledger.balanced);
  reader.into("missing", ledger.missing);
  reader.list("drops", ledger.drops, [](const Reader& r, LedgerDrop& drop) { read(r, drop); });
}

void read(const Reader& reader, ServerStats& stats) {
  reader.into("version", stats.version);
  reader.into("dpdk", stats.dpdk);
  reader.into("pid", stats.pid);
  reader.into("state", stats.state);
  reader.into("memory", stats.memory);
  read(reader.at("config"), stats.config);
  const auto item = [](const Reader& r, auto& target) { read(r, target); };
  reader.list("ports", stats.ports, item);
  reader.list("clients", stats.clients, item);
  reader.list("mempools", stats.mempools, item);
  reader.at("parse").into("truncated", stats.parse_truncated);
  reader.at("parse").into("malformed", stats.parse_malformed);
  reader.list("captures", stats.captures, item);
  read(reader.at("ledger"), stats.ledger);
}

}  // namespace

std::string LedgerDrop::key() const {
  return client ? fmt::format("{}.{}.{}", place, reason, *client)
                : fmt::format("{}.{}", place, reason);
}

Result<ServerStats> parse_server_stats(std::string_view json, std::string_view name) {
  const ParsedJson document = ParsedJson::parse(json, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) {
    return environment_error(fmt::format("server statistics {} are no valid JSON{}", name,
                                         json.empty() ? ": the file is empty" : ""));
  }
  std::string error;
  const Reader reader(document, "", error);
  std::string schema;
  reader.into("schema", schema);
  if (error.empty() && schema != kSchema) {
    error = fmt::format("have schema \"{}\"; this program reads \"{}\"", schema, kSchema);
  }
  ServerStats stats;
  read(reader, stats);
  if (!error.empty()) return environment_error(fmt::format("server statistics {} {}", name, error));
  return stats;
}

Result<ServerStats> read_server_stats(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return environment_error(fmt::format(
        "server statistics {} cannot be read; the server writes them when it stops", path));
  }
  std::ostringstream text;
  text << file.rdbuf();
  return parse_server_stats(text.str(), path);
}

}  // namespace ringside::harness
