// SPDX-License-Identifier: BSD-3-Clause
// The client side of DPDK's telemetry socket, version 2 (a unix socket of whole messages; DPDK's
// guide "Telemetry user guide" describes it).
#pragma once

#include <memory>
#include <string>

#include "core/result.hpp"
#include "harness/run/clock.hpp"
#include "harness/run/file_descriptor.hpp"

namespace ringside::harness {

/// Somebody who answers telemetry commands; a fake in tests.
class Telemetry {
 public:
  virtual ~Telemetry() = default;
  /// The value that the reply to `command` ("/mp/stats") holds, as JSON text. Errors: kEnvironment,
  /// nobody there, no such command, no reply in time (a stopped server).
  virtual Result<std::string> request(const std::string& command) = 0;
};

/// Connects when first asked and again after an error, so that it can be made before the server.
class TelemetrySocket final : public Telemetry {
 public:
  /// `path`: RUNTIME_DIRECTORY/dpdk/PREFIX/dpdk_telemetry.v2. `patience`: for one reply.
  TelemetrySocket(std::string path, Duration patience)
      : path_(std::move(path)), patience_(patience) {}
  Result<std::string> request(const std::string& command) override;

 private:
  Status connect();
  Result<std::string> receive();

  std::string path_;
  Duration patience_;
  FileDescriptor socket_;
  std::size_t longest_reply_ = 0;
};

}  // namespace ringside::harness
