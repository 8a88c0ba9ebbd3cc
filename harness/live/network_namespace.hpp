// SPDX-License-Identifier: BSD-3-Clause
// A network namespace of our own, and work inside it.
#pragma once

#include <functional>
#include <string>

#include "core/result.hpp"
#include "harness/run/file_descriptor.hpp"

namespace ringside::harness {

/// Owner of a network namespace without a name: it lives as long as the descriptor, a socket or a
/// process in it. Move-only.
class NetworkNamespace {
 public:
  /// Makes an empty one. Errors: kEnvironment, when the user may not.
  static Result<NetworkNamespace> create();
  /// The one that ringside itself is in.
  static Result<NetworkNamespace> own();

  const FileDescriptor& descriptor() const { return descriptor_; }
  /// A path that other programs may open while this object exists.
  std::string path() const;

 private:
  explicit NetworkNamespace(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
  FileDescriptor descriptor_;
};

/// Runs `work` on a thread that is in the namespace, and waits for it. Sockets opened there stay
/// there. Errors: the namespace cannot be entered; else what `work` returns.
Status run_inside(const FileDescriptor& network_namespace, const std::function<Status()>& work);

}  // namespace ringside::harness
