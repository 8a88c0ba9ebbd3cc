// SPDX-License-Identifier: BSD-3-Clause
#include "harness/checks/chi_square.hpp"

#include <cmath>
#include <limits>

namespace ringside::harness {
namespace {

constexpr double kPrecision = 1e-15;
constexpr int kMostTerms = 10'000;

/// x^a e^-x / Gamma(a), in logarithms because its factors overflow long before it does.
double leading_factor(double a, double x) {
  return std::exp(a * std::log(x) - x - std::lgamma(a));
}

/// P(a, x) by its power series (Abramowitz and Stegun 6.5.29); converges fast for x < a + 1.
double lower_by_series(double a, double x) {
  double term = 1 / a;
  double total = term;
  for (int n = 1; n < kMostTerms && term > total * kPrecision; ++n) {
    term *= x / (a + n);
    total += term;
  }
  return total * leading_factor(a, x);
}

/// Q(a, x) by its continued fraction (Abramowitz and Stegun 6.5.31), evaluated by Lentz's method;
/// converges fast for x > a + 1.
double upper_by_fraction(double a, double x) {
  constexpr double kTiny = std::numeric_limits<double>::min() / kPrecision;
  double b = x + 1 - a;
  double c = 1 / kTiny;
  double d = 1 / b;
  double fraction = d;
  for (int n = 1; n < kMostTerms; ++n) {
    const double factor = -n * (n - a);
    b += 2;
    d = factor * d + b;
    d = 1 / (std::abs(d) < kTiny ? kTiny : d);
    c = b + factor / c;
    c = std::abs(c) < kTiny ? kTiny : c;
    fraction *= d * c;
    if (std::abs(d * c - 1) < kPrecision) break;
  }
  return fraction * leading_factor(a, x);
}

}  // namespace

double chi_square(std::span<const std::uint64_t> observed, std::span<const double> expected) {
  double total = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double difference = static_cast<double>(observed[i]) - expected[i];
    total += difference * difference / expected[i];
  }
  return total;
}

double chi_square_tail(double x, unsigned degrees) {
  const double a = degrees / 2.0;
  const double half = x / 2;
  if (half <= 0) return 1;
  return half < a + 1 ? 1 - lower_by_series(a, half) : upper_by_fraction(a, half);
}

}  // namespace ringside::harness
