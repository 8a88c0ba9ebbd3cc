// SPDX-License-Identifier: BSD-3-Clause
#include "wire/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>

namespace ringside::wire {
namespace {

using ParsedJson = nlohmann::json;

/// Text for a sentence or a reply. Bytes that are not UTF-8 become U+FFFD instead of an exception;
/// an array or object is only named, because nlohmann writes nested ones by recursion, and a line
/// has room for more brackets than the stack for calls.
std::string text(const ParsedJson& value) {
  if (value.is_array()) return "an array";
  if (value.is_object()) return "an object";
  return value.dump(-1, ' ', false, ParsedJson::error_handler_t::replace);
}

/// Takes the fields of one request. The first complaint stays; the fields asked for after it return
/// defaults, so that a command is read straight through and judged once at its end.
class Fields {
 public:
  Fields(const ParsedJson& object, std::string_view cmd, unsigned ports)
      : object_(object), cmd_(cmd), ports_(ports) {}

  std::string text_of(const char* key) {
    const ParsedJson* value = required(key);
    if (value == nullptr) return {};
    if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
      complain(fmt::format("\"{}\" must be a string that is not empty, not {}", key, text(*value)));
      return {};
    }
    return value->get<std::string>();
  }

  std::string optional_text(const char* key) { return has(key) ? text_of(key) : std::string(); }

  unsigned port() {
    const ParsedJson* value = required("port");
    if (value == nullptr) return 0;
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() >= ports_) {
      complain(ports_ == 0 ? std::string("this server has no ring port (mp_server --ring-port)")
                           : fmt::format("\"port\" must be a number from 0 to {}, not {}",
                                         ports_ - 1, text(*value)));
      return 0;
    }
    return value->get<unsigned>();
  }

  std::uint64_t positive_whole(const char* key, std::uint64_t missing) {
    if (!has(key)) return missing;
    const ParsedJson& value = object_[key];
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() == 0) {
      complain(fmt::format("\"{}\" must be a whole number above 0, not {}", key, text(value)));
      return missing;
    }
    return value.get<std::uint64_t>();
  }

  double positive(const char* key) {
    const ParsedJson* value = required(key);
    if (value == nullptr) return 1;
    if (!value->is_number() || !(value->get<double>() > 0)) {
      complain(fmt::format("\"{}\" must be a number above 0, not {}", key, text(*value)));
      return 1;
    }
    return value->get<double>();
  }

  bool has(const char* key) const { return object_.contains(key); }

  void complain(std::string sentence) {
    if (complaint_.empty()) complaint_ = std::move(sentence);
  }

  /// Keys that nobody reads are mistakes: "cout": 5 must not send the whole capture.
  void allow_only(std::initializer_list<std::string_view> keys) {
    for (const auto& [key, value] : object_.items()) {
      if (key == "cmd" || key == "id") continue;
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      complain(fmt::format("\"{}\" has no field {}", cmd_, text(key)));
    }
  }

  const std::string& complaint() const { return complaint_; }

 private:
  const ParsedJson* required(const char* key) {
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    complain(fmt::format("\"{}\" needs the field \"{}\"", cmd_, key));
    return nullptr;
  }

  const ParsedJson& object_;
  std::string_view cmd_;
  unsigned ports_;
  std::string complaint_;
};

/// The pace, and the field that belongs to it alone.
Pace read_pace(Fields& fields) {
  Pace pace;
  const std::string name = fields.has("pace") ? fields.text_of("pace") : std::string("asap");
  if (name == "rate") {
    pace.kind = Pace::Kind::kRate;
    pace.rate = fields.positive("rate");
  } else if (name == "timing") {
    pace.kind = Pace::Kind::kTiming;
    if (fields.has("speedup")) pace.speedup = fields.positive("speedup");
  } else if (name != "asap") {
    fields.complain(fmt::format("\"pace\" must be \"asap\", \"rate\" or \"timing\", not {}",
                                text(ParsedJson(name))));
  }
  if (fields.has("rate") && name != "rate") {
    fields.complain("\"rate\" goes with \"pace\":\"rate\" only");
  }
  if (fields.has("speedup") && name != "timing") {
    fields.complain("\"speedup\" goes with \"pace\":\"timing\" only");
  }
  return pace;
}

Command read_load(Fields& fields) {
  fields.allow_only({"file", "as"});
  return Load{fields.text_of("file"), fields.text_of("as")};
}

Command read_send(Fields& fields) {
  fields.allow_only({"port", "capture", "count", "loops", "pace", "rate", "speedup", "record"});
  Send send;
  send.port = fields.port();
  send.capture = fields.text_of("capture");
  send.loops = fields.positive_whole("loops", 1);
  if (fields.has("count")) send.count = fields.positive_whole("count", 1);
  if (send.count && fields.has("loops") && send.loops != 1) {
    fields.complain("\"count\" repeats the capture as often as needed; leave out \"loops\"");
  }
  send.pace = read_pace(fields);
  send.record = fields.optional_text("record");
  return send;
}

Command read_capture_start(Fields& fields) {
  fields.allow_only({"port", "file"});
  return StartCapture{fields.port(), fields.text_of("file")};
}

template <typename T>
Command read_port_only(Fields& fields) {
  fields.allow_only({"port"});
  return T{fields.port()};
}

template <typename T>
Command read_nothing(Fields& fields) {
  fields.allow_only({});
  return T{};
}

struct Row {
  std::string_view cmd;
  Command (*read)(Fields&);
};
constexpr std::array<Row, 10> kCommands{{
    {"load", read_load},
    {"send", read_send},
    {"stop-send", read_port_only<StopSend>},
    {"capture", read_capture_start},
    {"stop-capture", read_port_only<StopCapture>},
    {"pause", read_port_only<Pause>},
    {"resume", read_port_only<Resume>},
    {"report", read_nothing<Report>},
    {"forget", read_nothing<Forget>},
    {"quit", read_nothing<Quit>},
}};

std::string known_commands() {
  std::string names;
  for (const Row& row : kCommands) names += fmt::format("{}{}", names.empty() ? "" : ", ", row.cmd);
  return names;
}

Result<Command> read_command(const ParsedJson& object, const Tag& tag, unsigned ports) {
  for (const Row& row : kCommands) {
    if (row.cmd != tag.cmd) continue;
    Fields fields(object, row.cmd, ports);
    Command command = row.read(fields);
    if (!fields.complaint().empty()) return Error{fields.complaint()};
    return command;
  }
  return Error{fmt::format("there is no command {}; there are {}", text(ParsedJson(tag.cmd)),
                           known_commands())};
}

}  // namespace

ParsedLine parse_line(std::string_view line, unsigned ports) {
  const ParsedJson object = ParsedJson::parse(line, nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded()) return {{}, Error{"the line is not valid JSON"}};
  if (!object.is_object()) return {{}, Error{"the line is not a JSON object: {\"cmd\": ...}"}};

  Tag tag;
  if (object.contains("id")) {
    const ParsedJson& id = object["id"];
    if (!id.is_string() && !id.is_number()) {
      return {tag, Error{fmt::format("\"id\" must be a string or a number, not {}", text(id))}};
    }
    tag.id = text(id);
  }
  if (!object.contains("cmd") || !object["cmd"].is_string()) {
    return {tag, Error{fmt::format("the request needs a \"cmd\"; there are {}", known_commands())}};
  }
  tag.cmd = object["cmd"].get<std::string>();
  Result<Command> command = read_command(object, tag, ports);
  return {std::move(tag), std::move(command)};
}

}  // namespace ringside::wire
