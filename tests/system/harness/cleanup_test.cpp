// SPDX-License-Identifier: BSD-3-Clause
// Nothing is left behind: no process, no directory, no hugepage file, however ringside ends.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "harness/run/facts.hpp"
#include "harness/run/memory.hpp"
#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

// Never ends by itself: nobody sends.
constexpr const char* kEndless =
    "timeout = 600\n[clients]\ncount = 2\n[play]\nsteps = [{await = \"received == 1\", within = "
    "600}]\n";

class Cleanup : public test::RingsideTest {
 protected:
  /// True once a file of this name is in the directory of the first scenario.
  bool file_appears(const std::string& name) {
    return wait_until_true([&] {
      const std::string directory = run_directory();
      std::error_code error;
      return !directory.empty() && fs::exists(directory_ + "/" + directory + "/0/" + name, error);
    });
  }
  /// True once the server of the first scenario is in this state.
  bool server_is(const std::string& state) {
    return server_says([&](FactMap& stats) { return stats["state"] == Fact(state); });
  }
  bool server_says(const std::function<bool(FactMap&)>& what) {
    return wait_until_true([&] {
      const std::string directory = run_directory();
      if (directory.empty()) return false;
      TelemetrySocket telemetry(
          directory_ + "/" + directory + "/0/dpdk/" + prefix_ + "0/dpdk_telemetry.v2",
          std::chrono::seconds(1));
      const auto stats = telemetry.request("/mp/stats");
      FactMap facts = stats ? flatten(*stats) : FactMap{};
      return what(facts);
    });
  }
  /// As ringside(), for a run whose directory must be known afterwards.
  test::RingsideRun watched_run(const std::vector<std::string>& arguments) {
    const auto process = start(arguments);
    wait_until_true([&] { return !run_directory().empty() || process->poll(); });
    EXPECT_NE(prefix_, "") << "the run has made no directory";
    return finish(*process);
  }
  /// Of the run that was last seen at work; other tests may use hugepages at the same time.
  std::vector<std::string> hugepage_files() const {
    std::vector<std::string> found;
    const std::string mount = read_memory_facts().hugetlbfs;
    std::error_code error;
    if (mount.empty()) return found;
    for (const auto& entry : fs::directory_iterator(mount, error)) {
      const std::string name = entry.path().filename();
      if (name.rfind(prefix_, 0) == 0) found.push_back(name);
    }
    return found;
  }
  void expect_nothing_left() {
    ASSERT_NE(prefix_, "");
    EXPECT_THAT(processes_left(), IsEmpty());
    EXPECT_THAT(run_directories(), IsEmpty());
    EXPECT_THAT(hugepage_files(), IsEmpty());
  }
  void interrupt_when(const std::function<bool()>& moment, int signal = SIGINT) {
    const auto process = start({"run", write("endless.toml", kEndless)});
    ASSERT_TRUE(moment());
    process->signal(signal);
    const auto run = finish(*process);
    EXPECT_EQ(run.code, 130) << run.err;
    expect_nothing_left();
  }

 private:
  /// The directory of the run, or "". Notes the prefix of its DPDK processes.
  std::string run_directory() {
    const auto directories = run_directories();
    if (directories.empty()) return "";
    prefix_ = "rs" + directories[0].substr(directories[0].find('-') + 1);
    return directories[0];
  }

  std::string prefix_;
};

TEST_F(Cleanup, AfterAnInterruptWhileTheServerStarts) {
  interrupt_when([&] { return file_appears("server.err"); });
}

TEST_F(Cleanup, AfterAnInterruptWhileTheWireStarts) {
  interrupt_when([&] { return file_appears("wire.err"); });
}

TEST_F(Cleanup, AfterAnInterruptWhileClientsStart) {
  interrupt_when([&] { return file_appears("client1.err"); });
}

TEST_F(Cleanup, AfterAnInterruptWhilePacketsAreAwaited) {
  interrupt_when([&] { return server_is("running"); });
}

TEST_F(Cleanup, AfterSigterm) {
  interrupt_when([&] { return file_appears("client0.err"); }, SIGTERM);
}

TEST_F(Cleanup, AfterSigkillNoProcessIsLeftAndTheNextRunRemovesTheDirectory) {
  {
    const auto process = start({"run", write("endless.toml", kEndless)});
    ASSERT_TRUE(file_appears("client1.err"));
    process->signal(SIGKILL);
    ASSERT_TRUE(wait_until_true([&] { return process->poll().has_value(); }));
  }
  EXPECT_TRUE(wait_until_true([&] { return processes_left().empty(); }));
  EXPECT_EQ(run_directories().size(), 1u);
  const auto run = ringside({"run", write("plain.toml", "[play]\nsteps = [{send = \"imix\"}]\n")});
  EXPECT_EQ(run.code, 0) << run.err;
  expect_nothing_left();
}

TEST_F(Cleanup, AServerThatHangsFromTheBeginningIsKilledAfterItsDeadline) {
  const std::string server =
      write_program("server", "trap '' INT TERM HUP; while :; do sleep 0.1; done");
  const auto run =
      watched_run({"run", write("plain.toml", "[play]\nsteps = [{send = \"imix\"}]\n"), "--server",
                   server, "--timeout", "0.5", "--keep-artifacts", "none"});
  EXPECT_EQ(run.code, 124) << run.err;
  EXPECT_THAT(run.err, HasSubstr("did not answer"));
  expect_nothing_left();
}

TEST_F(Cleanup, AClientThatHangsIsKilledAfterItsDeadlineAndNamed) {
  const std::string client =
      write_program("client", "trap '' INT TERM HUP; " + std::string(RINGSIDE_BIN_DIR) +
                                  "/mp_client \"$@\"; while :; do sleep 0.1; done");
  const auto run = watched_run({"run", write("plain.toml", "[play]\nsteps = [{send = \"imix\"}]\n"),
                                "--client", client, "--timeout", "10", "--keep-artifacts", "none"});
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("FAIL  exits"));
  EXPECT_THAT(run.err, HasSubstr("client0"));
  expect_nothing_left();
}

/// While packets are on their way, `program` is stopped from outside.
class StoppedProgram : public Cleanup, public ::testing::WithParamInterface<const char*> {
 protected:
  int pid_of(const std::string& program) const {
    for (const int pid : processes_left()) {
      std::string name;
      std::ifstream("/proc/" + std::to_string(pid) + "/comm") >> name;
      if (name == program) return pid;
    }
    return -1;
  }
};

TEST_P(StoppedProgram, EndsARunWithItsTimeoutAndIsNamed) {
  const std::string file = write("paced.toml",
                                 "[ports]\nkind = \"ring\"\n[play]\nsteps = [{send = \"imix\", "
                                 "loops = 1000, rate = 200, background = true}]\n");
  const auto process = start({"run", file, "--timeout", "6", "--keep-artifacts", "none"});
  // Packets: so the harness has seen that all is there.
  ASSERT_TRUE(server_says([](FactMap& stats) {
    const auto* received = std::get_if<std::int64_t>(&stats["received"]);
    return received != nullptr && *received > 0;
  }));
  const int pid = pid_of(std::string("mp_") + GetParam());
  ASSERT_GT(pid, 0);
  ::kill(pid, SIGSTOP);
  const auto run = finish(*process);
  // What did not come out when the deadline passed may fail a check besides.
  EXPECT_TRUE(run.code == 124 || run.code == 1) << run.code << "\n" << run.err;
  EXPECT_THAT(run.err, HasSubstr("deadline passed"));
  EXPECT_THAT(run.err, HasSubstr(std::string("; ") + GetParam()));
  EXPECT_THAT(run.err, HasSubstr(" is stopped"));
  expect_nothing_left();
}

INSTANTIATE_TEST_SUITE_P(All, StoppedProgram, ::testing::Values("server", "wire", "client"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(Cleanup, AStoppedClientDoesNotHoldUpTheEnd) {
  const std::string file = write("stopped.toml",
                                 "[clients]\ncount = 2\n[play]\nsteps = [{pause = \"client1\"}, "
                                 "{send = \"imix\", count = 10}, {await = \"received == 10\"}, "
                                 "{stop = \"server\"}]\n[server]\ndrain_timeout = 1\n[expect]\n"
                                 "drops = {\"exit.undelivered.1\" = 5}\n");
  const auto run = watched_run({"run", file, "--timeout", "5", "--keep-artifacts", "none"});
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("client1"));
  expect_nothing_left();
}

}  // namespace
}  // namespace ringside::harness
