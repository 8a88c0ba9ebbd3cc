// SPDX-License-Identifier: BSD-3-Clause
#include "tests/system/harness/ringside_program.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace ringside::harness::test {
namespace fs = std::filesystem;

namespace {

// Long enough for a machine that builds at the same time; nothing waits for it unless it hangs.
constexpr Duration kPatience = std::chrono::minutes(2);

constexpr const char* kRingside = RINGSIDE_BIN_DIR "/ringside";

}  // namespace

RingsideTest::RingsideTest() {
  char path[] = "/tmp/rst_XXXXXX";
  directory_ = ::mkdtemp(path);
}

RingsideTest::~RingsideTest() {
  fs::remove_all(directory_);
}

std::unique_ptr<Process> RingsideTest::start(std::vector<std::string> arguments) {
  std::vector<std::string> words{kRingside};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return start_words(std::move(words));
}

RingsideRun RingsideTest::shell(const std::string& script) {
  const auto process = start_words({"/bin/sh", "-c", script, "sh", kRingside});
  return finish(*process);
}

std::unique_ptr<Process> RingsideTest::start_words(std::vector<std::string> words) {
  ProcessSpec spec;
  spec.name = "ringside";
  spec.argv = std::move(words);
  spec.environment = {{"TMPDIR", directory_}};
  spec.directory = directory_;
  spec.stdout_file = directory_ + "/ringside.out";
  spec.stderr_file = directory_ + "/ringside.err";
  auto process = launcher_.start(spec);
  EXPECT_TRUE(process.ok()) << process.error().message;
  return std::move(*process);
}

bool RingsideTest::wait_until_true(const std::function<bool()>& condition) {
  return wait_until(clock_, Deadline(clock_, kPatience), flag_, condition) == WaitEnd::kMet;
}

RingsideRun RingsideTest::finish(Process& process) {
  EXPECT_TRUE(wait_until_true([&] { return process.poll().has_value(); }));
  RingsideRun run;
  if (process.poll()) run.code = process.poll()->exit_code;
  run.out = read("ringside.out");
  run.err = read("ringside.err");
  return run;
}

RingsideRun RingsideTest::ringside(std::vector<std::string> arguments) {
  const auto process = start(std::move(arguments));
  return finish(*process);
}

std::string RingsideTest::write(const std::string& name, const std::string& text) const {
  std::ofstream(directory_ + "/" + name, std::ios::binary) << text;
  return directory_ + "/" + name;
}

std::string RingsideTest::write_program(const std::string& name, const std::string& script) const {
  const std::string path = write(name, "#!/bin/sh\n" + script + "\n");
  ::chmod(path.c_str(), 0755);
  return path;
}

std::string RingsideTest::read(const std::string& name) const {
  std::ifstream file(directory_ + "/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string RingsideTest::capture(const std::string& name) {
  return std::string(RINGSIDE_PCAP_DIR) + "/" + name + ".pcap";
}

std::vector<std::string> RingsideTest::run_directories() const {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    const std::string name = entry.path().filename();
    if (name.rfind("ringside-", 0) == 0) found.push_back(name);
  }
  return found;
}

std::vector<int> RingsideTest::processes_left() const {
  std::vector<int> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const fs::path place = fs::read_symlink(entry.path() / "cwd", error);
    if (!error && place.string().rfind(directory_, 0) == 0) found.push_back(std::stoi(name));
  }
  return found;
}

}  // namespace ringside::harness::test
