// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/forward_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/statistics.hpp"

namespace ringside::harness {
namespace {

using Json = nlohmann::ordered_json;

/// Share of the CPUs that others may take.
constexpr double kOthersMayTake = 0.1;

template <typename Figure>
std::vector<double> of_all(const ForwardRow& row, Figure&& figure) {
  std::vector<double> values;
  for (const ForwardSample& sample : row.samples) values.push_back(figure(sample));
  return values;
}

double dropped_share(const ForwardSample& sample) {
  const auto offered = static_cast<double>(sample.delivered + sample.dropped);
  return static_cast<double>(sample.dropped) / offered;
}

double client_spread(const ForwardSample& sample) {
  if (sample.by_client.size() < 2) return 0;
  const auto [least, most] = std::ranges::minmax(sample.by_client);
  const double sum = std::accumulate(sample.by_client.begin(), sample.by_client.end(), 0.0);
  return sum == 0 ? 0
                  : static_cast<double>(most - least) *
                        static_cast<double>(sample.by_client.size()) / sum;
}

}  // namespace

ForwardFigures figures_of(const ForwardRow& row) {
  const std::vector<double> mpps = of_all(row, [](const auto& s) { return s.mpps(); });
  const std::vector<double> rings = of_all(row, [](const auto& s) { return s.fullest_ring; });
  const std::vector<double> others = of_all(row, [](const auto& s) { return s.others_share; });
  ForwardFigures figures;
  figures.mpps = median(mpps);
  figures.mpps_min = std::ranges::min(mpps);
  figures.mpps_max = std::ranges::max(mpps);
  figures.cpu_ns_per_packet =
      median(of_all(row, [](const auto& s) { return s.cpu_ns_per_packet(); }));
  figures.dropped_share = median(of_all(row, dropped_share));
  figures.fullest_ring = std::ranges::max(rings);
  figures.others_share = std::ranges::max(others);
  figures.client_spread = median(of_all(row, client_spread));
  return figures;
}

double ratio_of(const ForwardRow& row, const ForwardRow& reference) {
  std::vector<double> ratios;
  const std::size_t rounds = std::min(row.samples.size(), reference.samples.size());
  for (std::size_t i = 0; i < rounds; ++i) {
    ratios.push_back(row.samples[i].mpps() / reference.samples[i].mpps());
  }
  return median(ratios);
}

const ForwardRow& reference_of(const ForwardResult& result) {
  const auto classic = std::ranges::find_if(result.rows, [](const ForwardRow& row) {
    return row.what.method == ForwardMethod::kClassic && row.what.clients == 1;
  });
  return classic == result.rows.end() ? result.rows.front() : *classic;
}

std::string forward_table(const ForwardResult& result) {
  const ForwardRow& reference = reference_of(result);
  std::string table = fmt::format(
      "Mpps delivered, medians of {} rounds, {} "
      "memory\n{:<32}{:>8}{:>16} {:>13}{:>12}{:>9}{:>7}{:>9}\n",
      reference.samples.size(), result.memory, "method/clients", "Mpps", "min ... max",
      "of " + reference.what.name(), "CPU ns/pkt", "dropped", "ring", "clients");
  for (const ForwardRow& row : result.rows) {
    const ForwardFigures figures = figures_of(row);
    table += fmt::format(
        "{:<32}{:>8.2f}{:>16}{:>13.2f}x{:>12.1f}{:>8.1f}%{:>6.0f}%{:>8.1f}%\n", row.what.name(),
        figures.mpps, fmt::format("{:.2f} ... {:.2f}", figures.mpps_min, figures.mpps_max),
        ratio_of(row, reference), figures.cpu_ns_per_packet, 100 * figures.dropped_share,
        100 * figures.fullest_ring, 100 * figures.client_spread);
  }
  double others = 0;
  for (const ForwardRow& row : result.rows) {
    others = std::max(others, figures_of(row).others_share);
  }
  if (others > kOthersMayTake) {
    table += fmt::format(
        "Not quiet: other programs took up to {:.0f} % of the CPUs meanwhile. Spinning processes "
        "that\n"
        "share a CPU with others tell little of themselves.\n",
        100 * others);
  }
  return table +
         "of: the median of the ratios within a round. ring: the fullest one. clients: how far\n"
         "apart they are, most - least over mean.\n";
}

std::string forward_json(const ForwardResult& result, const std::string& command) {
  const ForwardRow& reference = reference_of(result);
  Json cases = Json::array();
  for (const ForwardRow& row : result.rows) {
    const ForwardFigures figures = figures_of(row);
    Json samples = Json::array();
    for (const ForwardSample& sample : row.samples) {
      samples.push_back({{"seconds", sample.seconds},
                         {"delivered", sample.delivered},
                         {"dropped", sample.dropped},
                         {"cpu_seconds", sample.cpu_seconds},
                         {"by_client", sample.by_client},
                         {"fullest_ring", sample.fullest_ring},
                         {"others_share", sample.others_share}});
    }
    cases.push_back({{"name", row.what.name()},
                     {"mpps", figures.mpps},
                     {"mpps_min", figures.mpps_min},
                     {"mpps_max", figures.mpps_max},
                     {"ratio", ratio_of(row, reference)},
                     {"cpu_ns_per_packet", figures.cpu_ns_per_packet},
                     {"dropped_share", figures.dropped_share},
                     {"fullest_ring", figures.fullest_ring},
                     {"client_spread", figures.client_spread},
                     {"others_share", figures.others_share},
                     {"samples", std::move(samples)}});
  }
  const Json document = {{"schema", "ringside.bench.forward/1"},
                         {"command", command},
                         {"memory", result.memory},
                         {"reference", reference.what.name()},
                         {"cases", std::move(cases)}};
  return document.dump(2) + "\n";
}

}  // namespace ringside::harness
