// SPDX-License-Identifier: BSD-3-Clause
// Logging through DPDK's log: every program has its own log type ("ringside.server", ...), so that
// --log-level 'ringside.*:debug' works. Levels as in the lesson: INFO for events, WARNING for what
// the operator should look at, ERR for what failed, DEBUG for detail.
#pragma once

#include <fmt/format.h>
#include <rte_log.h>

#include <string>

namespace ringside::dpdk {

class Log {
 public:
  /// Registers the type; may be called before EAL is up. `name` appears in --log-level.
  explicit Log(const char* name);

  template <typename... Args>
  void info(fmt::format_string<Args...> text, Args&&... args) const {
    write(RTE_LOG_INFO, fmt::format(text, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void warning(fmt::format_string<Args...> text, Args&&... args) const {
    write(RTE_LOG_WARNING, fmt::format(text, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void error(fmt::format_string<Args...> text, Args&&... args) const {
    write(RTE_LOG_ERR, fmt::format(text, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void debug(fmt::format_string<Args...> text, Args&&... args) const {
    write(RTE_LOG_DEBUG, fmt::format(text, std::forward<Args>(args)...));
  }

 private:
  void write(std::uint32_t level, const std::string& line) const;
  int type_;
};

}  // namespace ringside::dpdk
