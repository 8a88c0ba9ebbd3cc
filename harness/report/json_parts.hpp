// SPDX-License-Identifier: BSD-3-Clause
// JSON of what several reports hold. For .cpp files only: it brings the whole of nlohmann-json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "harness/checks/checks.hpp"
#include "harness/model/server_stats.hpp"

namespace ringside::harness {

/// Keeps fields in the order in which they are written, which is the order people read them in.
using Json = nlohmann::ordered_json;

Json check_json(const CheckResult& check);
Json ledger_json(const LedgerStats& ledger);
/// Indented; bytes that are not UTF-8 (a program may print anything) become U+FFFD.
std::string dump(const Json& json);
/// The same without a newline but at its end.
std::string dump_on_one_line(const Json& json);

}  // namespace ringside::harness
