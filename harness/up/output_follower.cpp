// SPDX-License-Identifier: BSD-3-Clause
#include "harness/up/output_follower.hpp"

#include <fmt/format.h>

#include <fstream>

namespace ringside::harness {

std::string OutputFollower::prefix(const std::string& name) {
  return fmt::format("{:<8}| ", name);
}

void OutputFollower::follow(const std::string& name, const std::string& file) {
  sources_.push_back({name, file});
}

void OutputFollower::forward(Source& source) {
  std::ifstream file(source.file, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(source.read));
  char buffer[4096];
  while (file.read(buffer, sizeof(buffer)) || file.gcount() > 0) {
    source.read += static_cast<std::uint64_t>(file.gcount());
    source.rest.append(buffer, static_cast<std::size_t>(file.gcount()));
  }
  std::size_t begin = 0;
  for (auto end = source.rest.find('\n'); end != source.rest.npos;
       end = source.rest.find('\n', begin)) {
    print_(prefix(source.name) + source.rest.substr(begin, end + 1 - begin));
    begin = end + 1;
  }
  source.rest.erase(0, begin);
}

void OutputFollower::forward() {
  for (Source& source : sources_) forward(source);
}

void OutputFollower::finish(const std::string& name) {
  for (Source& source : sources_) {
    if (source.name != name) continue;
    forward(source);
    if (!source.rest.empty()) print_(prefix(name) + source.rest + "\n");
  }
  std::erase_if(sources_, [&](const Source& source) { return source.name == name; });
}

}  // namespace ringside::harness
