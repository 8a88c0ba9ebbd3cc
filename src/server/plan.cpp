// SPDX-License-Identifier: BSD-3-Clause
#include "server/plan.hpp"

namespace ringside::server {

Plan plan_lcores(const std::vector<unsigned>& lcores, shared::TxMode tx) {
  Plan plan;
  if (tx == shared::TxMode::kDirect || lcores.size() == 1) {
    plan.rx_lcores = lcores;
    plan.tx_lcore = lcores.front();
    return plan;
  }
  plan.rx_lcores.push_back(lcores[0]);
  plan.tx_lcore = lcores[1];
  plan.rx_lcores.insert(plan.rx_lcores.end(), lcores.begin() + 2, lcores.end());
  return plan;
}

}  // namespace ringside::server
