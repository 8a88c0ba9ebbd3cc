// SPDX-License-Identifier: BSD-3-Clause
// Who is told what the programs say, and what becomes of them.
#pragma once

#include <string>

namespace ringside::harness {

class Listener {
 public:
  virtual ~Listener() = default;
  /// `text`: whole lines.
  virtual void tell(const std::string& text) = 0;
  /// True when nobody will ever read what is told from now on.
  virtual bool has_left() = 0;
};

/// Standard output. What does not get out, stdio remembers, and main() says so in the end.
class StandardOutput final : public Listener {
 public:
  void tell(const std::string& text) override;
  /// The reading end of a pipe is closed, a terminal is gone; also seen while nothing is told. A
  /// full disk is no such case: it may have room again.
  bool has_left() override;
};

}  // namespace ringside::harness
