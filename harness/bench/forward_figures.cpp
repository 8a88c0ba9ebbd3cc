// SPDX-License-Identifier: BSD-3-Clause
#include "harness/bench/forward_figures.hpp"

#include <algorithm>
#include <numeric>

#include "host/line_probe.hpp"

namespace ringside::harness {
namespace {

/// Of no speed when the machine changed it meanwhile. On one CPU, where nothing is known of it, all
/// samples are of the unknown one.
bool is_taken_at(const ForwardSample& sample, const std::optional<MachineSpeed>& speed) {
  if (!sample.knows_speed()) return !speed;
  return speed && sample.is_steady() && speed->least_ns <= sample.round_trip_ns() &&
         sample.round_trip_ns() <= speed->most_ns;
}

unsigned samples_at(const ForwardRow& row, const MachineSpeed& speed) {
  return static_cast<unsigned>(std::ranges::count_if(
      row.samples, [&](const ForwardSample& sample) { return is_taken_at(sample, speed); }));
}

MachineSpeed speed_from(std::vector<double> round_trips) {
  const auto [least, most] = std::ranges::minmax(round_trips);
  const auto samples = static_cast<unsigned>(round_trips.size());
  return {median(std::move(round_trips)), least, most, samples};
}

template <typename Figure>
std::vector<double> of_all(const std::vector<ForwardSample>& samples, Figure&& figure) {
  std::vector<double> values;
  for (const ForwardSample& sample : samples) values.push_back(figure(sample));
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

Percentiles latency_of(const std::vector<ForwardSample>& samples) {
  const auto of = [&](double Percentiles::*which) {
    return median(of_all(samples, [=](const auto& s) { return s.latency_ns.*which; }));
  };
  return {of(&Percentiles::p50), of(&Percentiles::p99), of(&Percentiles::p999)};
}

/// Precondition: there is a sample.
ForwardFigures figures_from(const std::vector<ForwardSample>& samples) {
  const auto middle = [&](auto&& figure) { return median(of_all(samples, figure)); };
  const auto most = [&](auto&& figure) { return std::ranges::max(of_all(samples, figure)); };
  const auto mpps = [](const ForwardSample& s) { return s.mpps(); };
  ForwardFigures figures;
  figures.samples = static_cast<unsigned>(samples.size());
  figures.mpps = middle(mpps);
  figures.mpps_min = std::ranges::min(of_all(samples, mpps));
  figures.mpps_max = most(mpps);
  figures.cpu_ns_per_packet = middle([](const auto& s) { return s.cpu_ns_per_packet(); });
  figures.dropped_share = middle(dropped_share);
  figures.fullest_ring = most([](const auto& s) { return s.fullest_ring; });
  figures.others_share = most([](const auto& s) { return s.others_share; });
  figures.client_spread = middle(client_spread);
  figures.packets_per_round_trip = middle([](const auto& s) { return s.packets_per_round_trip(); });
  figures.offered_rate = middle([](const auto& s) { return s.offered_rate; });
  figures.latency_ns = latency_of(samples);
  return figures;
}

}  // namespace

MachineSpeeds speeds_of(const std::vector<ForwardRow>& rows) {
  std::vector<double> round_trips;
  for (const ForwardRow& row : rows) {
    for (const ForwardSample& sample : row.samples) {
      if (sample.knows_speed() && sample.is_steady()) round_trips.push_back(sample.round_trip_ns());
    }
  }
  const std::vector<int> groups = groups_by_gap(round_trips, host::kOtherSpeed);
  std::vector<std::vector<double>> members;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto group = static_cast<std::size_t>(groups[i]);
    members.resize(std::max(members.size(), group + 1));
    members[group].push_back(round_trips[i]);
  }
  MachineSpeeds speeds;
  for (std::vector<double>& group : members) speeds.all.push_back(speed_from(std::move(group)));
  const auto usual = std::ranges::max_element(speeds.all, {}, &MachineSpeed::samples);
  if (usual != speeds.all.end()) {
    speeds.usual = static_cast<std::size_t>(usual - speeds.all.begin());
  }
  return speeds;
}

std::optional<MachineSpeed> speed_of(const ForwardRow& row, const MachineSpeeds& speeds) {
  if (speeds.all.empty()) return std::nullopt;
  const MachineSpeed& usual = speeds.all[speeds.usual];
  if (samples_at(row, usual) > 0) return usual;
  const auto count = [&](const MachineSpeed& speed) { return samples_at(row, speed); };
  const MachineSpeed& other = *std::ranges::max_element(speeds.all, {}, count);
  return count(other) > 0 ? std::optional(other) : std::nullopt;
}

ForwardFigures figures_of(const ForwardRow& row, const MachineSpeeds& speeds) {
  const std::optional<MachineSpeed> speed = speed_of(row, speeds);
  std::vector<ForwardSample> counting;
  unsigned unsteady = 0;
  for (const ForwardSample& sample : row.samples) {
    if (is_taken_at(sample, speed)) counting.push_back(sample);
    if (!sample.is_steady()) ++unsteady;
  }
  ForwardFigures figures = counting.empty() ? ForwardFigures{} : figures_from(counting);
  figures.unsteady = unsteady;
  return figures;
}

std::optional<Ratio> ratio_of(const ForwardRow& row, const ForwardRow& reference,
                              const MachineSpeeds& speeds) {
  const std::optional<MachineSpeed> speed = speed_of(row, speeds);
  std::vector<double> ratios;
  const std::size_t rounds = std::min(row.samples.size(), reference.samples.size());
  for (std::size_t i = 0; i < rounds; ++i) {
    const ForwardSample& ours = row.samples[i];
    const ForwardSample& theirs = reference.samples[i];
    const bool comparable = is_taken_at(ours, speed) && is_taken_at(theirs, speed);
    if (comparable) ratios.push_back(ours.mpps() / theirs.mpps());
  }
  if (ratios.empty()) return std::nullopt;
  return Ratio{median(ratios), ratios.size()};
}

const ForwardRow& reference_of(const ForwardResult& result) {
  const auto measured = [](const ForwardRow& row) { return !row.samples.empty(); };
  const auto classic = std::ranges::find_if(result.rows, [&](const ForwardRow& row) {
    return measured(row) && row.what.method == ForwardMethod::kClassic && row.what.clients == 1;
  });
  if (classic != result.rows.end()) return *classic;
  const auto hands_over = std::ranges::find_if(result.rows, [&](const ForwardRow& row) {
    return measured(row) && row.what.client_processes() > 0;
  });
  if (hands_over != result.rows.end()) return *hands_over;
  return *std::ranges::find_if(result.rows, measured);
}

}  // namespace ringside::harness
