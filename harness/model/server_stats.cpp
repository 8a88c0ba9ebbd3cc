// SPDX-License-Identifier: BSD-3-Clause
#include "harness/model/server_stats.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <tuple>
#include <type_traits>

namespace ringside::harness {
namespace {

using ParsedJson = nlohmann::json;

constexpr std::string_view kSchema = "ringside.server/1";

/// A key of a JSON object and the member that its value goes to.
template <typename Struct, typename Member>
struct Field {
  const char* key;
  Member Struct::*member;
};

/// The keys of a struct, in the order in which a missing one is noticed.
template <typename Struct>
constexpr auto kFields = nullptr;
template <typename Struct>
concept Described = !std::is_null_pointer_v<std::remove_cv_t<decltype(kFields<Struct>)>>;

template <>
constexpr auto kFields<ServerConfigStats> =
    std::tuple{Field{"policy", &ServerConfigStats::policy},
               Field{"clients", &ServerConfigStats::clients},
               Field{"ring_size", &ServerConfigStats::ring_size},
               Field{"ring_mode", &ServerConfigStats::ring_mode},
               Field{"tx", &ServerConfigStats::tx},
               Field{"on_full", &ServerConfigStats::on_full},
               Field{"start_after", &ServerConfigStats::start_after},
               Field{"burst", &ServerConfigStats::burst},
               Field{"idle", &ServerConfigStats::idle},
               Field{"max_frame", &ServerConfigStats::max_frame},
               Field{"mbufs", &ServerConfigStats::mbufs},
               Field{"lcores", &ServerConfigStats::lcores}};

template <>
constexpr auto kFields<ServerPortStats> =
    std::tuple{Field{"index", &ServerPortStats::index},
               Field{"dpdk_id", &ServerPortStats::dpdk_id},
               Field{"name", &ServerPortStats::name},
               Field{"driver", &ServerPortStats::driver},
               Field{"mac", &ServerPortStats::mac},
               Field{"peer", &ServerPortStats::peer},
               Field{"received", &ServerPortStats::received},
               Field{"transmitted", &ServerPortStats::transmitted},
               Field{"tx_full", &ServerPortStats::tx_full},
               Field{"missed", &ServerPortStats::missed},
               Field{"no_mbuf", &ServerPortStats::no_mbuf},
               Field{"errors", &ServerPortStats::errors}};

template <>
constexpr auto kFields<ServerRingStats> =
    std::tuple{Field{"name", &ServerRingStats::name}, Field{"size", &ServerRingStats::size},
               Field{"capacity", &ServerRingStats::capacity}, Field{"used", &ServerRingStats::used},
               Field{"peak", &ServerRingStats::peak}};

template <>
constexpr auto kFields<ServerClientStats> =
    std::tuple{Field{"id", &ServerClientStats::id},
               Field{"state", &ServerClientStats::state},
               Field{"generation", &ServerClientStats::generation},
               Field{"pid", &ServerClientStats::pid},
               Field{"lcores", &ServerClientStats::lcores},
               Field{"handed", &ServerClientStats::handed},
               Field{"returned", &ServerClientStats::returned},
               Field{"recovered", &ServerClientStats::recovered},
               Field{"lost_in_crash", &ServerClientStats::lost_in_crash},
               Field{"sent", &ServerClientStats::sent},
               Field{"ring_full", &ServerClientStats::ring_full},
               Field{"handler_drop", &ServerClientStats::handler_drop},
               Field{"tx_full", &ServerClientStats::tx_full},
               Field{"in_flight", &ServerClientStats::in_flight},
               Field{"ring", &ServerClientStats::ring}};

template <>
constexpr auto kFields<ServerPoolStats> = std::tuple{
    Field{"name", &ServerPoolStats::name}, Field{"size", &ServerPoolStats::size},
    Field{"in_use", &ServerPoolStats::in_use}, Field{"baseline", &ServerPoolStats::baseline}};

template <>
constexpr auto kFields<ServerCaptureStats> =
    std::tuple{Field{"file", &ServerCaptureStats::file},
               Field{"truncated_by_late_process", &ServerCaptureStats::truncated_by_late_process}};

template <>
constexpr auto kFields<ServerEvent> = std::tuple{
    Field{"number", &ServerEvent::number}, Field{"kind", &ServerEvent::kind},
    Field{"client", &ServerEvent::client}, Field{"generation", &ServerEvent::generation},
    Field{"pid", &ServerEvent::pid},       Field{"packets", &ServerEvent::packets},
    Field{"lost", &ServerEvent::lost},     Field{"monotonic_ns", &ServerEvent::monotonic_ns}};

template <>
constexpr auto kFields<LedgerDrop> =
    std::tuple{Field{"place", &LedgerDrop::place}, Field{"reason", &LedgerDrop::reason},
               Field{"packets", &LedgerDrop::packets}, Field{"client", &LedgerDrop::client}};

template <>
constexpr auto kFields<LedgerStats> = std::tuple{
    Field{"received", &LedgerStats::received}, Field{"transmitted", &LedgerStats::transmitted},
    Field{"dropped", &LedgerStats::dropped},   Field{"in_flight", &LedgerStats::in_flight},
    Field{"balanced", &LedgerStats::balanced}, Field{"missing", &LedgerStats::missing},
    Field{"drops", &LedgerStats::drops}};

template <>
constexpr auto kFields<ServerStats> =
    std::tuple{Field{"version", &ServerStats::version},   Field{"dpdk", &ServerStats::dpdk},
               Field{"pid", &ServerStats::pid},           Field{"state", &ServerStats::state},
               Field{"memory", &ServerStats::memory},     Field{"config", &ServerStats::config},
               Field{"ports", &ServerStats::ports},       Field{"clients", &ServerStats::clients},
               Field{"mempools", &ServerStats::mempools}, Field{"captures", &ServerStats::captures},
               Field{"events", &ServerStats::events},     Field{"ledger", &ServerStats::ledger}};

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

  template <typename T>
  void into(const char* key, T& target) const {
    at(key).get(target);
  }
  /// What may be absent.
  template <typename T>
  void into(const char* key, std::optional<T>& target) const {
    if (value_.is_object() && value_.contains(key)) at(key).get(target.emplace());
  }

  template <typename T>
  void get(std::vector<T>& target) const {
    if (!value_.is_array()) return wrong_kind("a list");
    for (std::size_t i = 0; i < value_.size(); ++i) {
      Reader(value_[i], fmt::format("{}[{}]", path_, i), error_).get(target.emplace_back());
    }
  }
  template <Described T>
  void get(T& target) const {
    const auto read = [&](const auto&... field) { (into(field.key, target.*field.member), ...); };
    std::apply(read, kFields<T>);
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
  reader.get(stats);
  reader.at("parse").into("truncated", stats.parse_truncated);
  reader.at("parse").into("malformed", stats.parse_malformed);
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
