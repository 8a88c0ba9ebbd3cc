// SPDX-License-Identifier: BSD-3-Clause
// One lcore of the server: a receiver, a returner, or both in turns, and the sleep when neither
// finds anything.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/idle.hpp"
#include "dpdk/doorbell.hpp"
#include "server/data_path.hpp"
#include "server/receiver.hpp"
#include "server/returner.hpp"

namespace ringside::server {

/// What one lcore does in every turn, by the plan.
class LcoreWork {
 public:
  LcoreWork(DataPath& path, std::optional<std::uint16_t> rx_queue, bool takes_back);

  /// Runs until the gate says finish. `also` is called in every turn.
  template <typename Also>
  void run(Also&& also) {
    while (!path_.gate.finish.load(std::memory_order_acquire)) {  // pairs: Control
      also();
      const unsigned moved =
          (receiver_ ? receiver_->turn() : 0) + (returner_ ? returner_->turn() : 0);
      if (moved > 0) {
        idle_.worked();
      } else {
        rest();
      }
    }
    if (receiver_) receiver_->abandon();
    if (returner_) returner_->abandon();
  }

 private:
  void rest();

  DataPath& path_;
  Idle idle_;
  std::optional<dpdk::Sleeper> sleeper_;  ///< where the wire rings
  std::unique_ptr<Receiver> receiver_;
  std::unique_ptr<Returner> returner_;
};

}  // namespace ringside::server
