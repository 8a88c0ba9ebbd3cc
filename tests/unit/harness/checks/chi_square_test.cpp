// SPDX-License-Identifier: BSD-3-Clause
// Expected values: closed forms where the degrees allow one, otherwise the tables of Abramowitz and
// Stegun (26.8).
#include "harness/checks/chi_square.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace ringside::harness {
namespace {

TEST(ChiSquare, SumsSquaresOverExpectation) {
  const std::array<std::uint64_t, 3> observed = {8, 10, 12};
  const std::array expected = {10.0, 10.0, 10.0};
  EXPECT_DOUBLE_EQ(chi_square(observed, expected), 0.8);
}

TEST(ChiSquare, TailOfTwoDegreesIsAnExponential) {
  for (const double x : {0.001, 0.5, 1.0, 2.0, 5.0, 27.6, 100.0, 600.0}) {
    EXPECT_NEAR(chi_square_tail(x, 2) / std::exp(-x / 2), 1, 1e-12) << x;
  }
}

TEST(ChiSquare, TailOfOneDegreeIsTheErrorFunction) {
  for (const double x : {0.01, 0.5, 1.0, 2.0, 3.0, 4.0, 10.0, 24.0, 50.0}) {
    EXPECT_NEAR(chi_square_tail(x, 1) / std::erfc(std::sqrt(x / 2)), 1, 1e-11) << x;
  }
}

TEST(ChiSquare, TailOfEvenDegreesIsAPoissonSum) {
  for (const unsigned degrees : {4u, 10u, 30u}) {
    for (const double x : {0.5, 3.0, 11.0, 31.0, 33.0, 90.0}) {
      double term = std::exp(-x / 2);
      double sum = 0;
      for (unsigned k = 0; k < degrees / 2; ++k) {
        sum += term;
        term *= x / 2 / (k + 1);
      }
      EXPECT_NEAR(chi_square_tail(x, degrees) / sum, 1, 1e-11) << degrees << ' ' << x;
    }
  }
}

TEST(ChiSquare, TailMeetsTheTables) {
  EXPECT_NEAR(chi_square_tail(3.841459, 1), 0.05, 1e-7);
  EXPECT_NEAR(chi_square_tail(7.814728, 3), 0.05, 1e-7);
  EXPECT_NEAR(chi_square_tail(16.266236, 3), 0.001, 1e-8);
  EXPECT_NEAR(chi_square_tail(24.995790, 15), 0.05, 1e-7);
  EXPECT_NEAR(chi_square_tail(37.697298, 15), 0.001, 1e-8);
}

TEST(ChiSquare, TailOfZeroIsOne) {
  EXPECT_EQ(chi_square_tail(0, 5), 1);
}

}  // namespace
}  // namespace ringside::harness
