// SPDX-License-Identifier: BSD-3-Clause
// Memory that the workers of a sample share, also across processes: where they meet, and where
// consumers put the latencies they saw. Nothing of it is touched while elements are counted.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "core/result.hpp"

namespace ringside::bench {

inline constexpr unsigned kMaxWorkers = 4;
inline constexpr unsigned kMaxLatencies = 16384;  ///< of one consumer: 16 beyond the 99.9th of 100

struct SharedPage {
  alignas(64) std::atomic<std::uint32_t> arrived;         ///< workers at the start line
  alignas(64) std::atomic<std::uint32_t> producers_done;  ///< producers that have put on all
  alignas(64) std::atomic<std::uint32_t> given_up;        ///< workers whose patience ended
  alignas(64) std::array<std::array<std::uint32_t, kMaxLatencies>, kMaxWorkers> latencies;
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(SharedPage) == 3 * 64 + kMaxWorkers * kMaxLatencies * 4);

/// The page as an anonymous file that a child inherits. Move-only; unmaps at the end.
class SharedPageFile {
 public:
  /// Errors: kEnvironment.
  static Result<SharedPageFile> create();
  /// In a child: maps what it inherited as `fd`. Errors: kEnvironment.
  static Result<SharedPageFile> map(int fd);

  SharedPageFile(SharedPageFile&& other) noexcept;
  SharedPageFile& operator=(SharedPageFile&&) = delete;
  ~SharedPageFile();

  SharedPage& page() { return *page_; }
  int fd() const { return fd_; }

 private:
  SharedPageFile(SharedPage* page, int fd) : page_(page), fd_(fd) {}
  SharedPage* page_;
  int fd_;
};

}  // namespace ringside::bench
