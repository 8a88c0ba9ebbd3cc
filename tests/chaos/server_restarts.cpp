// SPDX-License-Identifier: BSD-3-Clause
// Ends and kills servers, again and again, and starts the next: the same clients, with --reconnect,
// must join each of them. Every other server, on average, has a forerunner, which ends or is killed
// while the clients are starting.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <fstream>
#include <random>
#include <stdexcept>

#include "tests/chaos/stage.hpp"

namespace ringside::harness {
namespace {

struct Settings {
  std::string bin_dir = PROGRAMS_BIN;
  unsigned restarts = 6;
  unsigned clients = 2;
  std::uint64_t seed = 1;
  unsigned report_every = 0;
};

/// A server that was asked to end and whose clean-up took too long, as on a busy machine it can.
/// The next one starts over what it left.
constexpr int kGaveUp = 124;
/// In which a client gets from the announcement of a server to its join, and well beyond.
constexpr unsigned kStartMilliseconds = 250;

class ServerRestarts {
 public:
  explicit ServerRestarts(const Settings& settings)
      : settings_(settings), stage_(settings.bin_dir, settings.clients), random_(settings.seed) {}

  /// 0 when each client joined each server, as the process that it was.
  int run() {
    const TimePoint begin = stage_.clock().now();
    stage_.start_server();
    for (unsigned id = 0; id < settings_.clients; ++id) {
      clients_.push_back(stage_.client(id, {"--reconnect", "--wait", "60"}));
    }
    all_join();
    while (done_ < settings_.restarts) restart();
    const bool ended = close();
    fmt::print(
        "{} server restarts, {} ends by SIGINT and {} by kill -9, {} of them while clients were "
        "starting: {} clients joined every other server ({:.0f} ms each, from a start to all "
        "joined at most {:.0f} ms, {} gave up their clean-up, seed {})\n",
        done_, ends_ - kills_, kills_, forerunners_, settings_.clients,
        milliseconds(stage_.clock().now() - begin) / done_, milliseconds(longest_), late_ends_,
        settings_.seed);
    return ended ? 0 : 1;
  }

 private:
  static double milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
  }

  void restart() {
    end_server();
    if (random_() % 2 == 0) {
      stage_.start_server();
      stage_.require([&] { return announced(); }, "a server does not announce itself");
      ++forerunners_;
      stage_.clock().sleep(std::chrono::milliseconds(random_() % kStartMilliseconds));
      end_server();
    }
    const TimePoint begin = stage_.clock().now();
    stage_.start_server();
    ++done_;
    all_join();
    longest_ = std::max(longest_, stage_.clock().now() - begin);
    if (settings_.report_every == 0 || done_ % settings_.report_every != 0) return;
    fmt::print("{} restarts\n", done_);
    std::fflush(stdout);
  }

  /// From then on clients start.
  bool announced() const {
    std::ifstream file(stage_.runtime_directory() + "/mp_server.ready");
    int pid = 0;
    return file >> pid && pid == stage_.server_pid();
  }

  void end_server() {
    const bool kill = random_() % 2 == 0;
    kills_ += kill ? 1 : 0;
    ++ends_;
    const ProcessEnd end = stage_.end_server(kill ? SIGKILL : SIGINT);
    if (kill || end == ProcessEnd{0, 0}) return;
    fmt::print("server {} ended with {}:\n{}", done_, end.text(), stage_.words_of_server());
    if (end.exit_code != kGaveUp) throw std::runtime_error("that is no good end");
    ++late_ends_;
  }

  void all_join() {
    for (unsigned id = 0; id < settings_.clients; ++id) {
      Process& client = *clients_[id];
      stage_.require([&] { return stage_.is_active(id, client) || client.poll(); },
                     fmt::format("client {} does not join server {}", id, done_));
      if (client.poll()) {
        throw std::runtime_error(fmt::format("client {} left server {}: {}\nwhich said: {}", id,
                                             done_, stage_.words_of(client),
                                             stage_.words_of_server()));
      }
    }
  }

  /// Clients that are asked to end do so although they would reconnect.
  bool close() {
    const bool good = std::all_of(clients_.begin(), clients_.end(), [&](const auto& client) {
      stage_.end(*client);
      return client->poll() == ProcessEnd{0, 0};
    });
    return stage_.end_server(SIGINT) == ProcessEnd{0, 0} && good;
  }

  const Settings& settings_;
  Stage stage_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<Process>> clients_;
  unsigned done_ = 0, forerunners_ = 0, ends_ = 0, kills_ = 0, late_ends_ = 0;
  Duration longest_{};
};

}  // namespace
}  // namespace ringside::harness

int main(int argc, char** argv) {
  ringside::harness::Settings settings;
  CLI::App app("Restarts a server again and again under clients that reconnect.",
               "server_restarts");
  app.add_option("--restarts", settings.restarts, "how many (6)");
  app.add_option("--clients", settings.clients, "how many (2)")->check(CLI::Range(1, 16));
  app.add_option("--seed", settings.seed, "of who is killed and who is asked to end (1)");
  app.add_option("--report-every", settings.report_every, "restarts from line to line (none)");
  app.add_option("--bin-dir", settings.bin_dir, "directory of the programs");
  return ringside::harness::run_program(
      app, argc, argv, [&] { return ringside::harness::ServerRestarts(settings).run(); });
}
