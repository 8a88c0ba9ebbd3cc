// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/telemetry.hpp"

#include <fmt/format.h>
#include <rte_telemetry.h>

#include <map>
#include <mutex>

namespace ringside::dpdk {
namespace {

/// DPDK 22.11 hands no context to a callback, only the command's name: the answers are found by it.
struct Answers {
  std::mutex mutex;
  std::map<std::string, TelemetryAnswer, std::less<>> by_command;
};

Answers& answers() {
  static Answers instance;
  return instance;
}

void encode(const TelemetryDict& dict, ::rte_tel_data* data) {
  ::rte_tel_data_start_dict(data);
  for (const auto& [name, value] : dict.values) {
    if (const auto* number = std::get_if<std::uint64_t>(&value)) {
      ::rte_tel_data_add_dict_u64(data, name.c_str(), *number);
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      ::rte_tel_data_add_dict_int(data, name.c_str(), static_cast<int>(*integer));
    } else {
      ::rte_tel_data_add_dict_string(data, name.c_str(), std::get<std::string>(value).c_str());
    }
  }
  for (const auto& [name, inner] : dict.dicts) {
    ::rte_tel_data* container = ::rte_tel_data_alloc();
    if (container == nullptr) return;
    encode(inner, container);
    ::rte_tel_data_add_dict_container(data, name.c_str(), container, 0);
  }
}

int answer(const char* command, const char* parameter, ::rte_tel_data* data) {
  const std::lock_guard lock(answers().mutex);
  const auto found = answers().by_command.find(command);
  const std::string_view behind_comma = parameter != nullptr ? parameter : "";
  encode(found == answers().by_command.end() ? TelemetryDict{} : found->second(behind_comma), data);
  return 0;
}

}  // namespace

Status register_telemetry(const std::string& command, const std::string& help,
                          TelemetryAnswer answer_function) {
  const std::lock_guard lock(answers().mutex);
  answers().by_command[command] = std::move(answer_function);
  if (::rte_telemetry_register_cmd(command.c_str(), answer, help.c_str()) != 0) {
    return Error{fmt::format("DPDK did not register the telemetry command {}", command),
                 ExitCode::kInternal};
  }
  return Done{};
}

void silence_telemetry() {
  const std::lock_guard lock(answers().mutex);
  answers().by_command.clear();
}

}  // namespace ringside::dpdk
