// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "harness/explain/explanation.hpp"
#include "harness/model/flow.hpp"
#include "harness/report/json_parts.hpp"

namespace ringside::harness {
namespace {

bool is_ip(const ParsedPacket& packet) {
  return packet.kind == PacketKind::kIpv4 || packet.kind == PacketKind::kIpv6;
}

template <typename Values>
std::string list(const Values& values) {
  return fmt::format("{}", fmt::join(values, ", "));
}

std::vector<unsigned> ids(ClientSet clients) {
  std::vector<unsigned> values;
  for (const ClientId id : clients) values.push_back(id.value);
  return values;
}

std::span<const std::uint16_t> vlans(const ParsedPacket& packet) {
  return std::span(packet.vlan).first(packet.vlan_tags);
}

std::span<const std::uint8_t> extensions(const ParsedPacket& packet) {
  return std::span(packet.extension).first(packet.extensions);
}

/// Words of two bytes, as packet dumps have them.
std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0 && i % 2 == 0) text += ' ';
    text += fmt::format("{:02x}", std::to_integer<unsigned>(bytes[i]));
  }
  return text;
}

class Lines {
 public:
  void add(std::string_view label, std::string_view value) {
    text_ += fmt::format("  {:<12}{}\n", label, value);
  }
  void title(std::string_view line) { text_.append(line) += '\n'; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_fields(Lines& lines, const Question& question, const ParsedPacket& packet) {
  if (question.frame_is_real && packet.kind != PacketKind::kRunt) {
    lines.add("ethernet", fmt::format("{} > {}, EtherType 0x{:04x}", mac_text(packet.source_mac),
                                      mac_text(packet.destination_mac), packet.ether_type));
  }
  if (packet.vlan_tags != 0) lines.add("vlan", list(vlans(packet)));
  if (is_ip(packet)) {
    lines.add(to_text(packet.kind),
              fmt::format("{} > {}, protocol {} ({}){}", address_text(packet.kind, packet.source),
                          address_text(packet.kind, packet.destination), packet.protocol,
                          protocol_name(packet.protocol), packet.fragment ? ", fragment" : ""));
    if (packet.extensions != 0) lines.add("extensions", list(extensions(packet)));
    if (packet.has_ports) {
      lines.add("ports", fmt::format("{} > {}", packet.source_port, packet.destination_port));
    }
  }
  if (packet.note != ParseNote::kNone) {
    lines.add("note", fmt::format("{}: {}", to_text(packet.note), packet.note_text));
  }
}

/// The sentence that makes the owner plausible where no hash does.
std::string reason(const Question& question) {
  const unsigned clients = question.clients.size();
  if (question.policy == Policy::kPort) {
    return fmt::format("port {} modulo {} active client{}", question.port.value, clients,
                       clients == 1 ? "" : "s");
  }
  return fmt::format(
      "{} packet{} came before it; turns go through the active clients in "
      "ascending order",
      question.position, question.position == 1 ? "" : "s");
}

void add_departures(Lines& lines, const Explanation& result) {
  lines.title("had a client left before");
  for (const auto& [client, owner] : result.departures) {
    const std::string label = fmt::format("client {}", client.value);
    if (!owner) {
      lines.add(label, "nobody is left; the server receives nothing");
    } else if (*owner == result.owner) {
      lines.add(label, fmt::format("client {} keeps it", owner->value));
    } else {
      lines.add(label, fmt::format("client {} gets it", owner->value));
    }
  }
}

Json packet_json(const ParsedPacket& packet, bool frame_is_real) {
  Json json{{"kind", to_text(packet.kind)}, {"note", to_text(packet.note)}};
  if (packet.note != ParseNote::kNone) json["note_text"] = packet.note_text;
  if (packet.kind == PacketKind::kRunt) return json;
  if (frame_is_real) {
    json["source_mac"] = mac_text(packet.source_mac);
    json["destination_mac"] = mac_text(packet.destination_mac);
  }
  json["vlan"] = Json::array();
  for (const auto id : vlans(packet)) json["vlan"].push_back(id);
  json["ether_type"] = packet.ether_type;
  if (!is_ip(packet)) return json;
  json["source"] = address_text(packet.kind, packet.source);
  json["destination"] = address_text(packet.kind, packet.destination);
  json["protocol"] = packet.protocol;
  json["fragment"] = packet.fragment;
  json["extension_headers"] = Json::array();
  for (const auto header : extensions(packet)) json["extension_headers"].push_back(header);
  if (packet.has_ports) {
    json["source_port"] = packet.source_port;
    json["destination_port"] = packet.destination_port;
  }
  return json;
}

}  // namespace

std::string to_text(const Explanation& result) {
  const Question& question = result.question;
  Lines lines;
  lines.title(question.frame_is_real
                  ? fmt::format("{}, {} bytes", question.subject, question.frame.size())
                  : question.subject);
  add_fields(lines, question, result.packet);
  lines.title(fmt::format("policy {}, active clients {}", to_text(question.policy),
                          list(ids(question.clients))));
  if (result.hashing) {
    lines.add("flow", describe(result.hashing->key, question.policy == Policy::kSymmetricFlowHash));
    lines.add("key", hex(result.hashing->key.used()));
    lines.add("hash", fmt::format("0x{:08x}, CRC32C of the key", result.hashing->hash));
    lines.add("bucket", fmt::format("{} of {}", result.hashing->bucket, BucketTable::kBuckets));
  } else {
    lines.add("because", reason(question));
  }
  lines.add("owner", fmt::format("client {}", result.owner.value));
  add_departures(lines, result);
  return lines.take();
}

std::string to_json(const Explanation& result) {
  const Question& question = result.question;
  Json json{{"schema", "ringside.explain/1"},
            {"subject", question.subject},
            {"policy", to_text(question.policy)},
            {"clients", ids(question.clients)},
            {"position", question.position},
            {"port", question.port.value},
            {"parsed", packet_json(result.packet, question.frame_is_real)}};
  if (result.hashing) {
    json["flow"] = describe(result.hashing->key, question.policy == Policy::kSymmetricFlowHash);
    json["key"] = hex(result.hashing->key.used());
    json["hash"] = result.hashing->hash;
    json["bucket"] = result.hashing->bucket;
  }
  json["owner"] = result.owner.value;
  json["if_left"] = Json::array();
  for (const auto& [client, owner] : result.departures) {
    json["if_left"].push_back(
        Json{{"client", client.value}, {"owner", owner ? Json(owner->value) : Json()}});
  }
  return dump(json);
}

}  // namespace ringside::harness
