// SPDX-License-Identifier: BSD-3-Clause
// The functions behind the rows of the table in checks.cpp; each in the file of its name. The
// table's driver fills in CheckResult::name and sees to it that what a row needs is there.
#pragma once

#include "harness/checks/checks.hpp"
#include "harness/checks/evidence.hpp"

namespace ringside::harness {

CheckResult judge_conservation(const Evidence& evidence, const Expectations& expectations);
CheckResult judge_integrity(const Evidence& evidence, const Expectations& expectations);
CheckResult judge_pairing(const Evidence& evidence, const Expectations& expectations);
CheckResult judge_affinity(const Evidence& evidence, const Expectations& expectations);
CheckResult judge_order(const Evidence& evidence, const Expectations& expectations);
CheckResult judge_balance(const Evidence& evidence, const Expectations& expectations);
CheckResult judge_drops(const Evidence& evidence, const Expectations& expectations);
CheckResult judge_leak(const Evidence& evidence, const Expectations& expectations);
CheckResult judge_exits(const Evidence& evidence, const Expectations& expectations);
CheckResult judge_recovery(const Evidence& evidence, const Expectations& expectations);

}  // namespace ringside::harness
