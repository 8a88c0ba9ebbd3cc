// SPDX-License-Identifier: BSD-3-Clause
#include "tests/chaos/stage.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace ringside::harness {
namespace {

constexpr double kPacketsPerSecond = 2000;
constexpr unsigned kMegabytes = 256;

}  // namespace

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

int run_program(CLI::App& app, int argc, char** argv, const std::function<int()>& play) {
  CLI11_PARSE(app, argc, argv);
  try {
    return play();
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: error: {}\n", app.get_name(), error.what());
    return 6;
  }
}

void examine(std::string command, int pid) {
  if (command.empty()) return;
  if (const auto at = command.find("{}"); at != command.npos) {
    command.replace(at, 2, std::to_string(pid));
  }
  if (std::system(command.c_str()) != 0) fmt::print("the examination failed\n");
}

Stage::Stage(std::string bin_dir, unsigned slots, MemoryMode memory)
    : bin_dir_(std::move(bin_dir)),
      slots_(slots),
      directory_(must(RunDirectory::create())),
      memory_(must(plan_memory(memory, read_memory_facts(), kMegabytes))) {}

Stage::~Stage() {
  wire_process_.reset();
  server_.reset();
  remove_hugepage_files(memory_.hugetlbfs, directory_.prefix());
}

std::vector<std::string> Stage::hugepage_files() const {
  std::vector<std::string> files;
  if (!memory_.hugepages) return files;
  for (const auto& entry : std::filesystem::directory_iterator(memory_.hugetlbfs)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(directory_.prefix())) files.push_back(name);
  }
  return files;
}

void Stage::start_server() {
  telemetry_ = std::make_unique<TelemetrySocket>(runtime_directory() + "/dpdk_telemetry.v2",
                                                 std::chrono::seconds(2));
  Words words = primary_memory_args(memory_);
  const Words more{"--lcores",    "0@0", "--",          "-p", "3", "-n", std::to_string(slots_),
                   "--ring-port", "a",   "--ring-port", "b"};
  words.insert(words.end(), more.begin(), more.end());
  server_ = start("mp_server", words);
}

ProcessEnd Stage::end_server(int signal) {
  return stop_process(clock_, *server_, signal, Deadline(clock_, kPatience)).end;
}

void Stage::start_traffic() {
  wire_process_ =
      start_secondary("mp_wire", {"--lcores", "64@1", "--proc-type=secondary", "--"}, true);
  wire_.emplace(*wire_process_);
  require([&] { return wire_->ready(); }, "the wire does not start");
  wire_->send({0, CAPTURE, ~std::uint32_t{0}, 1, {Pace::Kind::kRate, kPacketsPerSecond, 1}});
  require([&] { return serves(); }, "no packets arrive");
}

void Stage::end_traffic() {
  end(*wire_process_);
}

std::unique_ptr<Process> Stage::client(unsigned id, const Words& more) {
  Words words{"--lcores",        fmt::format("{}@1", 32 + id), "--proc-type=secondary", "--", "-n",
              std::to_string(id)};
  words.insert(words.end(), more.begin(), more.end());
  return start_secondary("mp_client", words);
}

void Stage::end(Process& process, int signal) {
  stop_process(clock_, process, signal, Deadline(clock_, kPatience));
  std::error_code ignored;
  const std::string log = logs_.at(process.pid());
  for (const std::string& file : {log, log + ".out"}) std::filesystem::remove(file, ignored);
}

bool Stage::has_joined(Process& process) const {
  return words_of(process).find("joined (") != std::string::npos;
}

bool Stage::is_active(unsigned id, const Process& process) {
  ServerFacts facts(*telemetry_);
  return facts.get(fmt::format("client{}.state", id)) == Fact(std::string("active")) &&
         facts.count(fmt::format("client{}.pid", id)) == process.pid();
}

std::string Stage::words_of(const Process& process) const {
  return text_of(logs_.at(process.pid()));
}

bool Stage::serves() {
  const auto transmitted = [&] { return ServerFacts(*telemetry_).count("transmitted"); };
  const auto before = transmitted();
  return await([&] { return transmitted() > before; }, std::chrono::seconds(5));
}

bool Stage::await(const std::function<bool()>& condition, Duration patience) {
  static const InterruptFlag never{0};
  return wait_until(clock_, Deadline(clock_, patience), never, condition) == WaitEnd::kMet;
}

void Stage::require(const std::function<bool()>& condition, const std::string& what) {
  if (!await(condition)) throw std::runtime_error(what);
}

std::unique_ptr<Process> Stage::start_secondary(const std::string& program, const Words& more,
                                                bool piped) {
  Words words = secondary_memory_args(memory_);
  words.insert(words.end(), more.begin(), more.end());
  return start(program, words, piped);
}

std::unique_ptr<Process> Stage::start(const std::string& program, const Words& words, bool piped) {
  ProcessSpec spec;
  spec.name = program;
  spec.argv = {bin_dir_ + "/" + program, "--no-pci", "--log-level=lib.eal:error", "--file-prefix",
               directory_.prefix()};
  spec.argv.insert(spec.argv.end(), words.begin(), words.end());
  spec.environment = {{"RUNTIME_DIRECTORY", directory_.path()}};
  spec.directory = directory_.path();
  const std::string log = fmt::format("{}/log{}", directory_.path(), ++started_);
  spec.piped = piped;
  spec.stdout_file = log + ".out";
  spec.stderr_file = log;
  auto process = launcher_.start(spec);
  if (!process) throw std::runtime_error(process.error().message);
  logs_[(*process)->pid()] = log;
  return *std::move(process);
}

}  // namespace ringside::harness
