// SPDX-License-Identifier: BSD-3-Clause
#include "harness/run/programs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace ringside::harness {
namespace fs = std::filesystem;
namespace {

Result<std::string> find_program(const std::string& chosen, const std::string& bin_dir,
                                 const char* name, const char* option,
                                 const std::string& own_directory) {
  const std::string directory = bin_dir.empty() ? own_directory : bin_dir;
  const fs::path path = fs::absolute(chosen.empty() ? directory + "/" + name : chosen);
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0) {
    return path.lexically_normal().string();
  }
  if (!chosen.empty()) {
    return environment_error(fmt::format("{} {}: not an executable program", option, chosen));
  }
  return environment_error(fmt::format(
      "there is no {} in {}; build it (it needs DPDK), or name the place with --bin-dir DIR or {} "
      "PROGRAM",
      name, directory, option));
}

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("_-+=./:,@%").find(c) != std::string_view::npos;
}

}  // namespace

std::string executable_directory() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path();
}

Result<Programs> find_programs(const ProgramChoice& choice, const std::string& own_directory) {
  Programs programs;
  auto server = find_program(choice.server, choice.bin_dir, "mp_server", "--server", own_directory);
  if (!server) return server.error();
  auto client = find_program(choice.client, choice.bin_dir, "mp_client", "--client", own_directory);
  if (!client) return client.error();
  auto wire = find_program(choice.wire, choice.bin_dir, "mp_wire", "--wire", own_directory);
  if (!wire && !choice.wire.empty()) return wire.error();
  // A wire is not part of what is under test: with foreign programs in bin_dir ours does.
  if (!wire) wire = find_program("", "", "mp_wire", "--wire", own_directory);
  programs.server = *server;
  programs.client = *client;
  programs.wire = wire ? *wire : "";
  std::error_code ignored;
  programs.own_server =
      fs::equivalent(programs.server, fs::path(own_directory) / "mp_server", ignored);
  return programs;
}

std::string data_directory(const std::string& own_directory, std::string_view name) {
  return (fs::path(own_directory) / "../share/ringside" / name).lexically_normal();
}

Result<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != 0) return Error{fmt::format("a quote is not closed in: {}", text)};
  if (in_word) words.push_back(word);
  return words;
}

std::string join_words(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) {
    if (!line.empty()) line += ' ';
    bool plain = !word.empty();
    for (const char c : word) plain = plain && is_plain(c);
    if (plain) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace ringside::harness
