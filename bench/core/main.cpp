// SPDX-License-Identifier: BSD-3-Clause
// ringside_core_bench: times what src/core does with packets, on request (core/bench_protocol.hpp).
#include <fmt/format.h>

#include <iostream>
#include <string>

#include "bench/core/benchmarks.hpp"
#include "bench/core/frames.hpp"
#include "core/bench_protocol.hpp"
#include "core/program.hpp"
#include "host/machine.hpp"

namespace {

using namespace ringside;  // NOLINT: main

constexpr const char* kProgram = "ringside_core_bench";
constexpr const char* kUsageText =
    "usage: ringside_core_bench [FILE.pcap]\n\n"
    "Times parsing, hashing and dispatching of packets: made-up ones, or those of a capture.\n"
    "Lists its benchmarks on standard output, then answers each line NAME ROUNDS on standard\n"
    "input with the nanoseconds of so many rounds, until the input ends. `ringside perf` drives "
    "it.\n";

Status run(int argc, char** argv) {
  if (argc > 2) return Error{"more than one file was given; --help says how it is used"};
  bench::FrameSet frames;
  if (argc == 2) {
    auto read = bench::frames_of_file(argv[1]);
    if (!read) return read.error();
    frames = *std::move(read);
  } else {
    frames = bench::made_up_frames();
  }
  serve_benchmarks(bench::core_benchmarks(frames), std::cin, std::cout);
  return Done{};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word == "--help" || word == "-h") return print_text(kUsageText);
  if (word == "--version") return host::print_version(kProgram);
  return exit_code(kProgram, run(argc, argv));
}
