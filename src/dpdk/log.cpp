// SPDX-License-Identifier: BSD-3-Clause
#include "dpdk/log.hpp"

namespace ringside::dpdk {

Log::Log(const char* name) : type_(::rte_log_register_type_and_pick_level(name, RTE_LOG_INFO)) {}

void Log::write(std::uint32_t level, const std::string& line) const {
  ::rte_log(level, static_cast<std::uint32_t>(type_), "%s\n", line.c_str());
}

}  // namespace ringside::dpdk
