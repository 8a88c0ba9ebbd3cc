// SPDX-License-Identifier: BSD-3-Clause
// Pearson's chi-square test.
#pragma once

#include <cstdint>
#include <span>

namespace ringside::harness {

/// Sum of (observed - expected)^2 / expected. Preconditions: equal sizes, every `expected` > 0.
double chi_square(std::span<const std::uint64_t> observed, std::span<const double> expected);

/// Probability that a chi-square variable with `degrees` of freedom exceeds `x`: the regularized
/// upper incomplete gamma function Q(degrees / 2, x / 2). Preconditions: degrees > 0, x >= 0.
double chi_square_tail(double x, unsigned degrees);

}  // namespace ringside::harness
