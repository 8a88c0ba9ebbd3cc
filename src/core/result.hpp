// SPDX-License-Identifier: BSD-3-Clause
// The outcome of fallible work: a value, or one sentence for the user and an exit code.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace ringside {

/// Exit codes of every program of the project. Documented in docs/interfaces.md; keep them in step.
enum class ExitCode : int {
  kOk = 0,            ///< all done, all passed
  kCheckFailed = 1,   ///< ringside: a check failed
  kUsage = 2,         ///< command line or configuration is wrong
  kServerGone = 3,    ///< client, wire: the server ended without saying so
  kRegression = 3,    ///< ringside perf: a benchmark is worse
  kNothingToDo = 4,   ///< ringside: no scenario selected
  kEnvironment = 5,   ///< the machine lacks something, or another process is in the way
  kInternal = 6,      ///< a defect of the program itself
  kTimedOut = 124,    ///< a deadline passed
  kInterrupted = 130  ///< ended by SIGINT
};

/// Why something could not be done. `message` is one sentence that says what is wrong and what to
/// do about it, without a trailing newline.
struct Error {
  std::string message;
  ExitCode code = ExitCode::kUsage;
};

/// Error of the machine or of another process, not of the user's words.
Error environment_error(std::string message);

/// A value of T, or an Error. GCC 12 has no std::expected.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// Precondition of value(): ok(). Precondition of error(): !ok().
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const Error& error() const { return std::get<1>(state_); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> state_;
};

/// Result of work that yields nothing but success.
struct Done {};
using Status = Result<Done>;

}  // namespace ringside
