// SPDX-License-Identifier: BSD-3-Clause
// Bad input to ringside gets a sentence and an exit code.
#include <gmock/gmock.h>

#include <filesystem>

#include "harness/live/live_ports.hpp"
#include "harness/pcap/capture_file.hpp"
#include "harness/run/inputs.hpp"
#include "harness/run/memory.hpp"
#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class BadInput : public test::RingsideTest {
 protected:
  void expect(std::vector<std::string> arguments, int code, const std::string& sentence) {
    const auto run = ringside(std::move(arguments));
    EXPECT_EQ(run.code, code) << run.err;
    EXPECT_THAT(run.err, HasSubstr(sentence));
    EXPECT_THAT(run.err, HasSubstr("ringside: error: "));
    EXPECT_THAT(run_directories(), IsEmpty());
  }
  const std::string imix_ = capture("imix");
};

TEST_F(BadInput, AnUnknownOptionWithASuggestion) {
  expect({"replay", imix_, "--polcy", "port"}, 2, "did you mean \"--policy\"");
}

TEST_F(BadInput, AnUnknownCommandAndNoCommand) {
  expect({"rum"}, 2, "there is no command \"rum\" (did you mean \"run\"?)");
  expect({"bench", "everything"}, 2, "the commands are forward, ring");
  expect({}, 2, "say what ringside is to do: the commands are run, replay,");
  expect({"perf"}, 2, "say what perf is to do: the commands are ab, record, compare, history");
}

TEST_F(BadInput, AnUnknownPolicy) {
  expect({"replay", imix_, "--policy", "flow"}, 2, "round-robin");
}

TEST_F(BadInput, TooManyClients) {
  expect({"replay", imix_, "--clients", "17"}, 2, "--clients: Value 17 not in range 1 to 16\n");
}

TEST_F(BadInput, NumbersThatAreNoneOrMakeNoSense) {
  for (const char* number : {"nan", "inf", "-1", "0", "fast", "1e12"}) {
    expect({"replay", imix_, "--rate", number}, 2,
           "--rate: \"" + std::string(number) + "\" is no number above 0 and up to");
  }
}

TEST_F(BadInput, AFrameThatNetPcapWouldCutOff) {
  const std::vector<std::byte> bytes(kLongestPcapFrame + 1);
  FrameList frames;
  frames.add(bytes, 0, bytes.size());
  const std::string file = directory_ + "/long.pcap";
  ASSERT_TRUE(write_capture(file, frames));
  expect({"replay", file, "--ports", "pcap"}, 2, "16129 bytes is too long for pcap ports");
}

TEST_F(BadInput, APacketThatALiveInterfaceCannotSend) {
  if (why_no_live_ports()) GTEST_SKIP() << *why_no_live_ports();
  FrameList frames;
  for (const std::size_t length : {60, 13}) frames.add(std::vector<std::byte>(length));
  const std::string file = directory_ + "/runt.pcap";
  ASSERT_TRUE(write_capture(file, frames));
  expect({"replay", file, "--ports", "live"}, 2, "runt.pcap: packet 2 cannot be sent");
}

TEST_F(BadInput, ARingSizeThatIsNoPowerOfTwo) {
  expect({"replay", imix_, "--ring-size", "100"}, 2, "power of two");
}

TEST_F(BadInput, DirectModeOnFilePorts) {
  expect({"replay", imix_, "--ports", "pcap", "--tx", "direct"}, 2, "--ring-port");
}

TEST_F(BadInput, APaceOnFilePorts) {
  expect({"replay", imix_, "--ports", "pcap", "--rate", "10"}, 2, "--ports ring");
}

TEST_F(BadInput, CapturesThatAreMissingEmptyCutOffOrNoCaptures) {
  expect({"replay", directory_ + "/missing.pcap"}, 2, "missing.pcap");
  expect({"replay", write("zero.pcap", "")}, 2, "zero.pcap");
  expect({"replay", write("text.pcap", "this is no capture at all, it is text")}, 2, "text.pcap");
  const std::string header("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0",
                           24);
  expect({"replay", write("empty.pcap", header)}, 2, "empty.pcap");
  expect({"replay",
          write("cut.pcap", header + std::string("\0\0\0\0\0\0\0\0\x40\0\0\0\x40\0\0\0ab", 18))},
         2, "cut.pcap");
  std::string raw_ip = header;
  raw_ip[20] = 101;  // LINKTYPE_RAW
  expect({"replay",
          write("raw.pcap", raw_ip + std::string("\0\0\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0E", 17))},
         2, "raw.pcap");
}

TEST_F(BadInput, AScenarioWithAnUnknownKeyIsNamedWithLineAndColumn) {
  const std::string file = write("bad.toml", "[play]\nsteps = []\n[server]\npolcy = \"port\"\n");
  expect({"run", file}, 2, file + ":4:1: unknown key \"polcy\" (did you mean \"policy\"?)");
}

TEST_F(BadInput, AnUnknownScenarioIsNothingToDo) {
  expect({"run", "paused-clent"}, 4, "did you mean \"paused-client\"");
  expect({"run", "--tag", "no-such-tag"}, 4, "no scenario is selected");
  expect({"list", "--filter", "no-such-name"}, 4, "no scenario is selected");
}

TEST_F(BadInput, AWrapOfNoProgram) {
  expect({"run", "paused-client", "--wrap", "clent0=gdb"}, 2, "--wrap is PROGRAM=TOOL");
}

TEST_F(BadInput, AWrapOfAProgramThatDoesNotRunNamesThoseThatDo) {
  expect({"replay", imix_, "--wrap", "client9=gdb"}, 2,
         "--wrap client9: no such program runs here; there are server, client0, client1, wire\n");
  expect({"replay", imix_, "--ports", "pcap", "--clients", "1", "--wrap", "wire=gdb"}, 2,
         "there are server, client0\n");
  expect({"run", "paused-client", "--wrap", "client2=gdb"}, 2, "--wrap client2: no such program");
}

TEST_F(BadInput, MissingProgramsAreAnErrorOfTheEnvironment) {
  expect({"replay", imix_, "--server", directory_ + "/mp_server"}, 5, "not an executable program");
  expect({"replay", imix_, "--bin-dir", directory_}, 5, "there is no mp_server");
}

TEST_F(BadInput, OutputsThatCannotBeWrittenAreRefusedBeforeAnyProgramStarts) {
  const std::string server = write_program("server", "touch " + directory_ + "/started; exit 5");
  const std::string file = write("file", "");
  const std::vector<std::vector<std::string>> places{
      {"replay", imix_, "--json", "/nowhere/r.json"},
      {"replay", imix_, "--json", directory_},
      {"replay", imix_, "--capture", file + "/kept"},
      {"run", "paused-client", "--json", "/nowhere/r.json"},
      {"run", "paused-client", "--junit", "/nowhere/r.xml"},
      {"run", "paused-client", "--out", file},
  };
  for (auto words : places) {
    const std::string sentence = words[2] + " " + words[3] + " cannot be written: ";
    words.insert(words.end(), {"--server", server});
    expect(words, 5, sentence);
    EXPECT_FALSE(std::filesystem::exists(directory_ + "/started")) << sentence;
  }
}

TEST_F(BadInput, AStandardOutputThatTakesNothing) {
  const std::vector<std::string> commands{
      "list",
      "list --json",
      "explain --clients 3 " + imix_ + " --packet 1",
      "replay " + imix_,
      "run paused-client --json -",
      "run --help",
      "--version",
  };
  for (const auto& command : commands) {
    const auto run = shell("exec \"$1\" " + command + " > /dev/full");
    EXPECT_EQ(run.code, 5) << command << "\n" << run.err;
    EXPECT_THAT(run.err, HasSubstr("ringside: error: standard output cannot be written"))
        << command;
  }
}

TEST_F(BadInput, AFailureSaysMoreThanAStandardOutputThatTakesNothing) {
  const std::string file =
      write("late.toml", "[play]\nsteps = [{await = \"received == 1\", within = 0.1}]\n");
  const auto run = shell("exec \"$1\" run " + file + " --json - --keep-artifacts none > /dev/full");
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("standard output cannot be written"));
}

TEST_F(BadInput, HugepagesThatAreNotThere) {
  if (read_memory_facts().free_hugepage_megabytes > 64) GTEST_SKIP() << "there are hugepages";
  expect({"replay", imix_, "--memory", "hugepages"}, 5, "use --memory no-huge");
}

TEST_F(BadInput, AMissingDriverSaysWhatToInstall) {
  const std::string server =
      write_program("server", "echo 'EAL: failed to parse device \"net_pcap0\"' >&2; exit 5");
  expect({"replay", imix_, "--ports", "pcap", "--server", server}, 5, "no driver for net_pcap0");
}

}  // namespace
}  // namespace ringside::harness
