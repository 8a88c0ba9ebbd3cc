// SPDX-License-Identifier: BSD-3-Clause
// One EAL for a test program of the eal tier: no hugepages, no files, no second process.
#pragma once

#include <gtest/gtest.h>
#include <rte_eal.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace ringside::fixtures {

/// Starts EAL before the first test. Register it with ::testing::AddGlobalTestEnvironment.
class EalForTests : public ::testing::Environment {
 public:
  void SetUp() override {
    std::vector<std::string> words{"test", "--no-huge",   "--no-shconf",    "-m",
                                   "64",   "--no-pci",    "--no-telemetry", "--lcores",
                                   "0@0",  "--log-level", "lib.eal:warning"};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    if (::rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0) {
      throw std::runtime_error("EAL did not start");
    }
  }
  void TearDown() override { ::rte_eal_cleanup(); }
};

}  // namespace ringside::fixtures
