// SPDX-License-Identifier: BSD-3-Clause
// The commands of ringside perf, with builds whose benchmarks are scripts and take the time that
// they are told to, and once with the real programs. How fast anything is plays no part.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "host/affinity.hpp"
#include "tests/system/harness/ringside_program.hpp"

namespace ringside::harness {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Json = nlohmann::json;

/// Every comparison here: so few pairs that it is quick, and enough for a verdict.
const std::string kQuick = " --pairs 12 --sample 1ms ";

class Perf : public test::RingsideTest {
 protected:
  /// A program of benchmarks of which a round takes so many nanoseconds.
  static std::string bench(const std::string& answer) {
    return "echo ringside-bench 1; echo benchmark parse 100; echo ready\n"
           "while read name rounds; do echo " +
           answer + "; done";
  }
  static std::string bench(int nanoseconds) {
    return bench("$((rounds * " + std::to_string(nanoseconds) + "))");
  }

  /// A build directory with such a program.
  std::string build(const std::string& name, const std::string& script) const {
    std::filesystem::create_directories(directory_ + "/" + name + "/bin");
    write_program(name + "/bin/ringside_core_bench", script);
    return name;
  }

  /// A repository with these sources at the tags fast, slow, broken and none.
  void make_repository() {
    std::filesystem::create_directories(directory_ + "/repository");
    write("repository/CMakePresets.json",
          R"({"version": 6, "configurePresets": [{"name": "release", "generator": "Ninja"}]})");
    commit("none", "add_custom_target(something)");
    commit("fast", kCopies, bench(1000));
    commit("slow", kCopies, bench(1100));
    commit("broken", "message(FATAL_ERROR \"error: it has a fault\")");
  }
  void commit(const std::string& tag, const std::string& cmake, const std::string& script = "") {
    write("repository/CMakeLists.txt",
          "cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES NONE)\n" + cmake + "\n");
    write_program("repository/bench.sh", script);
    const auto done = shell(
        "cd repository && git init -q . && git add -A && "
        "git -c user.name=n -c user.email=e commit -q -m " +
        tag + " && git tag " + tag);
    ASSERT_EQ(done.code, 0) << done.err;
  }

  test::RingsideRun ab(const std::string& words) {
    return shell("cd repository && \"$1\" perf ab --no-instructions" + kQuick + words);
  }

  static constexpr const char* kCopies =
      "add_custom_target(ringside_core_bench\n"
      "  COMMAND ${CMAKE_COMMAND} -E make_directory bin\n"
      "  COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_SOURCE_DIR}/bench.sh bin/ringside_core_bench)";
};

TEST_F(Perf, AbBuildsTwoRevisionsAndEndsWith3WhenOneIsSlower) {
  make_repository();
  const auto slower = ab("--base fast --head slow --markdown table.md");
  EXPECT_EQ(slower.code, 3) << slower.err;
  EXPECT_THAT(slower.out,
              AllOf(HasSubstr("base  fast ("), HasSubstr("head  slow ("), HasSubstr("+10.00 %"),
                    HasSubstr("1 worse, 0 better"), HasSubstr("in neither build")));
  EXPECT_THAT(read("repository/table.md"), HasSubstr("| **worse** |"));
  const auto faster = ab("--base slow --head fast");
  EXPECT_EQ(faster.code, 0) << faster.err;
  EXPECT_THAT(faster.out, HasSubstr("0 worse, 1 better"));
  EXPECT_THAT(run_directories(), IsEmpty());
  EXPECT_THAT(processes_left(), IsEmpty());
}

TEST_F(Perf, ANameOfATagAndABranchIsOfTheTagAsInGit) {
  make_repository();
  const auto branch = shell("cd repository && git branch fast slow");
  ASSERT_EQ(branch.code, 0) << branch.err;
  const auto same = ab("--base fast --head fast");
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_THAT(same.out, AllOf(HasSubstr("1 same"), HasSubstr("10.000     10.000")));
}

TEST_F(Perf, AShallowCloneBuildsRevisionsOfRemoteBranches) {
  make_repository();
  const auto cloned = shell(
      "cd repository && git checkout -q -b other fast &&"
      " for each in one two; do git -c user.name=n -c user.email=e commit -q --allow-empty"
      " -m $each; done &&"
      " git checkout -q slow && cd .. &&"
      " git clone -q --depth 1 --no-single-branch \"file://$PWD/repository\" shallow &&"
      " test -s shallow/.git/shallow && test -z \"$(git -C shallow branch --list other)\"");
  ASSERT_EQ(cloned.code, 0) << cloned.err;
  const auto run = shell("cd shallow && \"$1\" perf ab" + kQuick +
                         "--no-instructions --base origin/other --head slow");
  EXPECT_EQ(run.code, 3) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("base  origin/other ("), HasSubstr("+10.00 %")));
}

TEST_F(Perf, AHookMayCompareAndItsRepositoryStaysAsItIs) {
  make_repository();
  // As git calls it.
  write_program("repository/.git/hooks/pre-push",
                "#!/bin/sh\nexec \"$RINGSIDE\" perf ab --no-instructions" + kQuick +
                    "--base fast --head slow\n");
  const auto pushed = shell(
      "cd repository && git init -q --bare ../remote && RINGSIDE=\"$1\" GIT_DIR=\"$PWD/.git\""
      " GIT_INDEX_FILE=\"$PWD/.git/index\" git push -q ../remote fast 2>&1");
  EXPECT_THAT(pushed.out, HasSubstr("+10.00 %"));
  EXPECT_NE(pushed.code, 0) << "a regression stops the push";
  const auto after = shell("cd repository && git symbolic-ref HEAD && git status --porcelain");
  EXPECT_THAT(after.out, AllOf(HasSubstr("refs/heads/"), Not(HasSubstr("bench.sh"))));
}

TEST_F(Perf, AnInterruptEndsABuildWithAllThatItStarted) {
  make_repository();
  // ninja gives each command a process group of its own.
  commit("long", "add_custom_target(ringside_core_bench COMMAND sh -c \"touch " + directory_ +
                     "/building && exec sleep 300\" VERBATIM)");
  const auto process =
      start_words({"/bin/sh", "-c", "cd repository && exec \"$0\" perf ab --base long",
                   RINGSIDE_BIN_DIR "/ringside"});
  ASSERT_TRUE(wait_until_true(
      [&] { return std::filesystem::exists(directory_ + "/building") || process->poll(); }));
  process->signal(SIGINT);
  const auto run = finish(*process);
  EXPECT_EQ(run.code, 130) << run.err;
  EXPECT_THAT(processes_left(), IsEmpty());
  EXPECT_THAT(run_directories(), IsEmpty());
}

TEST_F(Perf, UncommittedChangesAreNotMeasuredAndThatIsSaid) {
  make_repository();
  ASSERT_EQ(shell("cd repository && git checkout -q fast").code, 0);
  const std::string measured = "--base HEAD --markdown table.md --json all.json";
  const auto clean = ab(measured);
  EXPECT_EQ(clean.code, 0) << clean.err;
  EXPECT_THAT(clean.out + clean.err + read("repository/table.md"), Not(HasSubstr("uncommitted")));
  write_program("repository/bench.sh", bench(2000));
  const auto changed = ab(measured);
  EXPECT_EQ(changed.code, 0) << changed.err;
  for (const std::string& text : {changed.out, changed.err, read("repository/table.md")}) {
    EXPECT_THAT(text, HasSubstr("ttention: uncommitted changes are not measured: build them"));
  }
  const Json json = Json::parse(read("repository/all.json"));
  EXPECT_EQ(json["uncommitted_changes"], true);
  EXPECT_EQ(json["base_git"].get<std::string>().size(), 40u) << "a commit";
}

TEST_F(Perf, AbSaysWhyRevisionsDoNotBuild) {
  make_repository();
  const auto both = ab("--base broken --head none");
  EXPECT_EQ(both.code, 5) << both.out;
  EXPECT_THAT(both.err, AllOf(HasSubstr("base broken ("), HasSubstr("does not build: "),
                              HasSubstr("head none ("),
                              HasSubstr("it has no ringside_core_bench or ringside_path_bench")));
  const auto one = ab("--base fast --head broken");
  EXPECT_EQ(one.code, 5) << one.out;
  EXPECT_THAT(one.err, AllOf(HasSubstr("head broken ("), Not(HasSubstr("base fast (1"))));
  const auto unknown = ab("--base fast --head nowhere");
  EXPECT_EQ(unknown.code, 2) << unknown.out;
  EXPECT_THAT(unknown.err, HasSubstr("\"nowhere\" is no revision here"));
  EXPECT_THAT(run_directories(), IsEmpty());
}

TEST_F(Perf, TooFewPairsForAnyVerdictAreRefused) {
  build("base", bench(1000));
  build("head", bench(2000));
  const auto few =
      ringside({"perf", "ab", "--base-build", "base", "--head-build", "head", "--pairs", "9"});
  EXPECT_EQ(few.code, 2) << few.out;
  EXPECT_THAT(few.err, HasSubstr("with --pairs 9 nothing is certain enough for --alpha 0.001; it "
                                 "takes 10"));
}

TEST_F(Perf, WhatCannotEndWellIsRefusedBeforeAnythingIsBuilt) {
  make_repository();
  write("repository/frames.pcap", "no capture at all");
  const auto frames = ab("--base fast --frames frames.pcap");
  EXPECT_EQ(frames.code, 2) << frames.out;
  EXPECT_THAT(frames.err, AllOf(HasSubstr("frames.pcap"), Not(HasSubstr("building"))));
  const auto record = shell("\"$1\" perf record --results results --frames repository/frames.pcap");
  EXPECT_EQ(record.code, 2) << record.out;
  EXPECT_THAT(record.err, HasSubstr("frames.pcap"));
  const auto jumbo = ab("--base fast --frames " + capture("sizes-64-9000"));
  EXPECT_EQ(jumbo.code, 2) << jumbo.out;
  EXPECT_THAT(jumbo.err, AllOf(HasSubstr("is too long for a benchmark, which takes up to 2048"),
                               Not(HasSubstr("building"))));
  std::filesystem::create_directories(directory_ + "/full/history.jsonl");
  const auto history = shell("\"$1\" perf record --results full");
  EXPECT_EQ(history.code, 5) << history.out;
  EXPECT_THAT(history.err, AllOf(HasSubstr("full/history.jsonl"), Not(HasSubstr("perf: "))));
  const auto output = ab("--base fast --markdown - --json -");
  EXPECT_EQ(output.code, 2) << output.out;
  EXPECT_THAT(output.err,
              AllOf(HasSubstr("would both write to standard output"), Not(HasSubstr("building"))));
  const auto refused = [&](const std::string& options, const char* sentence) {
    const auto run = ab(options);
    EXPECT_EQ(run.code, 2) << run.out;
    EXPECT_THAT(run.err, AllOf(HasSubstr(sentence), Not(HasSubstr("building"))));
  };
  refused("--base fast --markdown one --json one", "would both write to one");
  refused("--base fast --base-build x", "--base and --base-build exclude each other");
  refused("--base fast --head-build nowhere", "in nowhere");
}

TEST_F(Perf, ABenchmarkThatDeliversNoPacketsIsAnError) {
  build("base", bench(1000));
  build("silent", bench("error no packet was delivered for a second"));
  build("idle", bench("0"));
  for (const auto& [head, sentence] :
       {std::pair("silent", "ringside_core_bench/parse: no packet was delivered for a second"),
        std::pair("idle", "\"0\" is no time")}) {
    const auto run = ringside({"perf", "ab", "--base-build", "base", "--head-build", head});
    EXPECT_EQ(run.code, 5) << run.out;
    EXPECT_THAT(run.err, HasSubstr(sentence));
  }
}

TEST_F(Perf, MoreInstructionsInTheSameTimeAreARegression) {
  build("base", bench(1000));
  build("head", bench(1000));
  std::filesystem::create_directories(directory_ + "/tools");
  write_program("tools/valgrind",
                "case $3 in */base/*) cost=200;; *) cost=201;; esac; read name rounds\n"
                "echo \"==1== Collected : $((1000000 + rounds * 100 * cost))\"");
  const auto counted = shell(
      "PATH=\"$PWD/tools:$PATH\" \"$1\" perf ab --base-build base "
      "--head-build head" +
      kQuick);
  EXPECT_EQ(counted.code, 3) << counted.err;
  EXPECT_THAT(counted.out, AllOf(HasSubstr("0 worse"), HasSubstr("; 1 takes more instructions\n"),
                                 HasSubstr("+0.500 %  more"),
                                 HasSubstr("regression: ringside_core_bench/parse (more")));
  const auto without =
      shell("PATH=/nowhere \"$1\" perf ab --base-build base --head-build head" + kQuick);
  EXPECT_EQ(without.code, 0) << without.err;
  EXPECT_THAT(without.out,
              HasSubstr("Instructions were not counted: skipped, there is no valgrind"));
}

TEST_F(Perf, TimesAreReportedWhenValgrindFails) {
  build("base", bench(1000));
  build("head", bench(1000));
  std::filesystem::create_directories(directory_ + "/tools");
  write_program("tools/valgrind", "echo 'valgrind: no such tool' >&2; exit 1");
  const auto compared = shell(
      "PATH=\"$PWD/tools:$PATH\" \"$1\" perf ab --base-build base "
      "--head-build head --json all.json" +
      kQuick);
  EXPECT_EQ(compared.code, 0) << compared.err;
  const std::string reason = "base: parse under valgrind: valgrind: no such tool";
  EXPECT_THAT(compared.out, AllOf(HasSubstr("1 same"), HasSubstr("not counted: " + reason)));
  const Json row = Json::parse(read("all.json"))["benchmarks"][0];
  EXPECT_EQ(row["instructions_skipped"], reason);
  const auto recorded = shell(
      "PATH=\"$PWD/tools:$PATH\" \"$1\" perf record --build base"
      " --results results" +
      kQuick);
  EXPECT_EQ(recorded.code, 0) << recorded.err;
  EXPECT_THAT(recorded.err, HasSubstr("instructions: skipped, parse under valgrind: "));
}

TEST_F(Perf, BothSidesAreCopiesOfTheirPrograms) {
  const std::string log = directory_ + "/started";
  build("one", "echo \"$0\" >> " + log + "\n" + bench(1000));
  const auto run = ringside({"perf", "ab", "--base-build", "one", "--head-build", "one", "--pairs",
                             "12", "--sample", "1ms", "--no-instructions"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("base  one\nhead  one\n"));
  std::istringstream lines(read("started"));
  std::set<std::string> files, directories;
  for (std::string file; std::getline(lines, file);) {
    files.insert(file);
    directories.insert(std::filesystem::path(file).parent_path().parent_path());
  }
  EXPECT_EQ(files.size(), 2u);
  ASSERT_EQ(directories.size(), 1u) << "side by side, under names of one length";
  EXPECT_THAT(*directories.begin(), HasSubstr("/ringside-"));
}

class PerfResults : public Perf {
 protected:
  /// Records a build whose rounds take so long; returns the file.
  std::string record(int nanoseconds) {
    const std::string name = build("b" + std::to_string(nanoseconds), bench(nanoseconds));
    const auto run =
        shell("\"$1\" perf record --no-instructions --results results --build " + name + kQuick);
    EXPECT_EQ(run.code, 0) << run.err;
    return run.out.substr(0, run.out.find('\n'));
  }
  /// A copy with one word in place of another.
  std::string changed(const std::string& file, const std::string& from, const std::string& to) {
    std::string text = read(file);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, text.npos) << text;
    if (at != text.npos) text.replace(at, from.size(), to);
    write("changed.json", text);
    return "changed.json";
  }
};

TEST_F(PerfResults, AreKeptComparedAndASeries) {
  const std::string base = record(1000);
  for (int i = 0; i < 3; ++i) record(1000);
  const auto history = ringside({"perf", "history", "--results", "results"});
  EXPECT_EQ(history.code, 0) << history.err;
  EXPECT_THAT(history.out, AllOf(HasSubstr("ringside_core_bench/parse"), HasSubstr("4 runs"),
                                 HasSubstr("10.000 ns\n")));
  const std::string head = record(1200);
  EXPECT_EQ(Json::parse(read(base))["schema"], "ringside.perf/1");
  EXPECT_EQ(Json::parse(read(base))["suite"], "all");
  const auto slower = ringside({"perf", "compare", base, head});
  EXPECT_EQ(slower.code, 3) << slower.err;
  EXPECT_THAT(slower.out,
              AllOf(HasSubstr("10.000 -> 12.000 ns  +20.00 %"), HasSubstr("worse"),
                    HasSubstr("not measured in turns"),
                    HasSubstr("\nregression: ringside_core_bench/parse (worse, +20.00 %)")));
  EXPECT_EQ(ringside({"perf", "compare", head, base}).code, 0);
  EXPECT_EQ(ringside({"perf", "compare", base, base}).code, 0);
}

TEST_F(PerfResults, CarryTheCommitThatTheProgramsWereBuiltFrom) {
  make_repository();
  build("tree",
        "[ \"$1\" != --version ] || { echo bench 1; echo git 0123abc; exit; }\n" + bench(1000));
  write("tree/CMakeCache.txt", "CMAKE_HOME_DIRECTORY:INTERNAL=" + directory_ + "/repository\n");
  const auto run =
      shell("\"$1\" perf record --no-instructions --results results --build tree" + kQuick);
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Json::parse(read(run.out.substr(0, run.out.find('\n'))))["git"], "0123abc");
  for (const char* program : {"ringside_core_bench", "ringside_path_bench"}) {
    const auto real = shell(std::string(RINGSIDE_BIN_DIR "/") + program + " --version");
    EXPECT_THAT(real.out, ::testing::ContainsRegex("\ngit [^ ]+\n")) << program;
  }
}

TEST_F(PerfResults, WithoutACommonBenchmarkAreNotCompared) {
  const std::string base = record(1000);
  const auto run = ringside({"perf", "compare", base, changed(base, "bench/parse", "bench/new")});
  EXPECT_EQ(run.code, 4) << run.out;
  EXPECT_THAT(run.out, AllOf(HasSubstr("not in head"), HasSubstr("not in base")));
  EXPECT_THAT(run.err, HasSubstr("no benchmark was compared"));
}

TEST_F(PerfResults, OfTooFewTimesSaySo) {
  build("tree", bench(1000));
  const auto recorded = ringside({"perf", "record", "--no-instructions", "--results", "results",
                                  "--build", "tree", "--sample", "1ms", "--pairs", "5"});
  ASSERT_EQ(recorded.code, 0) << recorded.err;
  EXPECT_THAT(recorded.err, HasSubstr("attention: of --pairs 5"));
  const std::string file = recorded.out.substr(0, recorded.out.find('\n'));
  const auto compared = ringside({"perf", "compare", file, file});
  EXPECT_EQ(compared.code, 0) << compared.err;
  EXPECT_THAT(compared.out, HasSubstr("too noisy to say: 5 and 5 times, --alpha 0.001 takes 10"));
  const auto looser = ringside({"perf", "compare", "--alpha", "0.1", file, file});
  EXPECT_THAT(looser.out, AllOf(HasSubstr("  same\n"), Not(HasSubstr("takes"))));
}

TEST_F(PerfResults, AHistoryOfNothingSaysSo) {
  write("history.jsonl", "");
  const auto empty = ringside({"perf", "history", "--results", "."});
  EXPECT_EQ(empty.code, 4) << empty.out;
  EXPECT_THAT(empty.err, HasSubstr("there are no results of this machine in ."));
  record(1000);
  const auto other = ringside({"perf", "history", "--results", "results", "nosuch"});
  EXPECT_EQ(other.code, 4) << other.out;
  EXPECT_THAT(other.err, HasSubstr("no benchmark in results has \"nosuch\" in its name"));
}

TEST_F(PerfResults, ForcedIntoAHistoryAreNamed) {
  const std::string here = record(1000);
  std::string line = Json::parse(read(here)).dump();
  line.replace(line.find("\"cores\":"), 8, "\"cores\":9");
  write("results/history.jsonl", read("results/history.jsonl") + line + "\n");
  const auto left_out = ringside({"perf", "history", "--results", "results"});
  EXPECT_THAT(left_out.out, AllOf(HasSubstr("1 runs on other machines are left out"),
                                  Not(HasSubstr("attention"))));
  const auto forced = ringside({"perf", "history", "--results", "results", "--force"});
  EXPECT_EQ(forced.code, 0) << forced.err;
  EXPECT_THAT(forced.out, AllOf(HasSubstr("attention: among these are 1 runs on another machine"),
                                HasSubstr("2 runs")));
}

TEST_F(PerfResults, OfAnotherSchemaOrMachineAreComparedByForceOnlyAndSaid) {
  const std::string base = record(1000);
  const std::string schema = changed(base, "ringside.perf/1", "ringside.perf/9");
  const auto refused = ringside({"perf", "compare", base, schema});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("has schema ringside.perf/9"));
  const auto forced = ringside({"perf", "compare", "--force", base, schema});
  EXPECT_EQ(forced.code, 0) << forced.err;
  EXPECT_THAT(forced.out, HasSubstr("attention: changed.json has schema ringside.perf/9"));

  const std::string machine = changed(base, "\"cores\": ", "\"cores\": 9");
  const auto other = ringside({"perf", "compare", base, machine});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("different machines"));
  const auto forced_too = ringside({"perf", "compare", "--force", base, machine});
  EXPECT_EQ(forced_too.code, 0) << forced_too.err;
  EXPECT_THAT(forced_too.out, HasSubstr("attention: they were measured on different machines"));
}

/// So few and so short samples may say anything of the time; that is not what is looked at.
const ::testing::Matcher<int> kAnyVerdict = ::testing::AnyOf(0, 3);

TEST_F(Perf, TheRealProgramsAreComparedWithThemselves) {
  const auto run =
      ringside({"perf", "ab", "--base-build", RINGSIDE_BIN_DIR, "--head-build", RINGSIDE_BIN_DIR,
                "--only", "/hash", "--only", "/forward-null", "--pairs", "2", "--alpha", "0.3",
                "--sample", "1ms", "--no-instructions", "--json", "-"});
  ASSERT_THAT(run.code, kAnyVerdict) << run.err;
  const Json json = Json::parse(run.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << run.out;
  ASSERT_EQ(json["benchmarks"].size(), 2u);
  for (const char* git : {"base_git", "head_git"}) EXPECT_TRUE(json[git].is_string()) << git;
  EXPECT_EQ(json["cpu"], host::allowed_cpus().back());
  EXPECT_EQ(json["sample_ns"], 1e6);
  EXPECT_EQ(json["pieces"], 10);
  for (const Json& each : json["benchmarks"]) {
    EXPECT_FALSE(each.contains("skipped")) << each;
    const Json& batch = each["batches"][0];
    EXPECT_GT(batch["base_ns"].size() + batch["disturbed"].get<std::size_t>(), 0u) << each;
    for (const double time : batch["base_ns"]) EXPECT_GT(time, 0);
  }
  EXPECT_THAT(processes_left(), IsEmpty());
}

TEST_F(Perf, WorkThatCrossesCpusCarriesRoundTripsAndNeedsTwoCpus) {
  const std::string compare =
      std::string(" \"$1\" perf ab --no-instructions --pairs 1 --alpha 0.5 --sample 1ms ") +
      "--base-build " RINGSIDE_BIN_DIR " --head-build " RINGSIDE_BIN_DIR
      " --only cross-core --json - ";
  const auto one_cpu =
      shell("taskset -c " + std::to_string(host::allowed_cpus().front()) + compare);
  EXPECT_EQ(one_cpu.code, 4) << one_cpu.err;
  EXPECT_THAT(one_cpu.out, HasSubstr("skipped: it needs two CPUs"));
  EXPECT_THAT(one_cpu.err, HasSubstr("no benchmark was compared"));
  const auto recorded = shell("taskset -c " + std::to_string(host::allowed_cpus().front()) +
                              " \"$1\" perf record --no-instructions --build " RINGSIDE_BIN_DIR
                              " --results results --only cross-core");
  EXPECT_EQ(recorded.code, 4) << recorded.out;
  EXPECT_THAT(recorded.err, AllOf(HasSubstr("skipped: it needs two CPUs"),
                                  HasSubstr("what was selected cannot run here")));
  if (host::allowed_cpus().size() < 2) GTEST_SKIP() << "one CPU";
  const auto two_cpus = shell(compare);
  ASSERT_THAT(two_cpus.code, kAnyVerdict) << two_cpus.err;
  const Json batch = Json::parse(two_cpus.out)["benchmarks"][0]["batches"][0];
  EXPECT_EQ(batch["round_trips_ns"].size(), batch["base_ns"].size());
  EXPECT_TRUE(!batch["base_ns"].empty() || batch["disturbed"] > 0) << batch;
}

}  // namespace
}  // namespace ringside::harness
