// SPDX-License-Identifier: BSD-3-Clause
// The wire: one loop on one lcore that sends, receives, and does what its requests say.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/idle.hpp"
#include "core/result.hpp"
#include "core/shared_layout.hpp"
#include "dpdk/doorbell.hpp"
#include "dpdk/tsc_clock.hpp"
#include "pcap/capture.hpp"
#include "wire/line_reader.hpp"
#include "wire/protocol.hpp"
#include "wire/receiver.hpp"
#include "wire/sender.hpp"

namespace ringside::wire {

class Wire {
 public:
  /// Looks up the pool, the rings and the field that the server made for its ring ports. `info`
  /// must outlive the wire. Mends what a wire that was killed left half done there: the caller
  /// holds the WireClaim, so no other one is at work. Errors kEnvironment: the server has no ring
  /// port, or lacks one of them.
  static Result<std::unique_ptr<Wire>> attach(shared::SharedInfo& info);

  /// Serves requests from descriptor `in` and answers on `out`, until the input ends, `quit` comes,
  /// nobody reads the answers any more, or `stop` says so; then ends every send and capture. Calls
  /// `detached` once, after the last touch of shared memory: at the end, or earlier when the server
  /// has stopped, which frees that memory. Requests are answered from then on, too.
  void run(int in, int out, const std::function<bool()>& stop,
           const std::function<void()>& detached);

 private:
  struct Port {
    Sender sender;
    Receiver receiver;
  };

  explicit Wire(shared::SharedInfo& info)
      : info_(info), ringer_(info.server_naps, info.wire.bell) {}

  unsigned turn();
  void rest();
  void attend(LineReader& reader);
  bool server_gone() const;
  void detach(bool server_gone);
  void finish();

  void answer(LineReader::Kind kind, std::string_view line);
  std::string carry_out(const Tag& tag, const Load& load);
  std::string carry_out(const Tag& tag, const Send& send);
  std::string carry_out(const Tag& tag, const StopSend& stop);
  std::string carry_out(const Tag& tag, const StartCapture& capture);
  std::string carry_out(const Tag& tag, const StopCapture& capture);
  std::string carry_out(const Tag& tag, const Pause& pause);
  std::string carry_out(const Tag& tag, const Resume& resume);
  std::string carry_out(const Tag& tag, const Report& report);
  std::string carry_out(const Tag& tag, const Forget& forget);
  std::string carry_out(const Tag& tag, const Quit& quit);
  void reply(const FinishedSend& finished);
  void reply(std::string_view line);

  const shared::SharedInfo& info_;
  dpdk::Ringer ringer_;  ///< of the server
  dpdk::TscClock clock_;
  std::vector<Port> ports_;
  std::map<std::string, std::shared_ptr<const pcap::Capture>> captures_;

  int out_ = -1;
  bool ending_ = false;
  bool detached_ = false;
  std::function<void()> on_detached_;
  Idle idle_{IdleMode::kAdaptive};
  std::uint64_t next_look_ns_ = 0;
  std::uint64_t awake_until_ns_ = 0;
};

}  // namespace ringside::wire
