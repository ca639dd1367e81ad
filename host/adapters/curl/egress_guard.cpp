#include "adapters/curl/egress_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace belfry::curl {
namespace {

using V6 = std::array<std::uint8_t, 16>;

struct V4Range {
  std::uint32_t network;
  int bits;
  AddressClass address_class;
  const char* name;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) { return a << 24 | b << 16 | c << 8 | d; }

// RFC 6890 §2.2.2 and its IANA registry; the first match counts.
constexpr V4Range kV4Ranges[] = {
    {v4(0, 0, 0, 0), 8, AddressClass::never, "0.0.0.0/8 (this network)"},
    {v4(10, 0, 0, 0), 8, AddressClass::inside, "10.0.0.0/8 (private)"},
    {v4(100, 64, 0, 0), 10, AddressClass::inside, "100.64.0.0/10 (shared, CGNAT)"},
    {v4(127, 0, 0, 0), 8, AddressClass::inside, "127.0.0.0/8 (loopback)"},
    {v4(169, 254, 0, 0), 16, AddressClass::inside, "169.254.0.0/16 (link-local)"},
    {v4(172, 16, 0, 0), 12, AddressClass::inside, "172.16.0.0/12 (private)"},
    {v4(192, 0, 0, 0), 24, AddressClass::never, "192.0.0.0/24 (protocol assignments)"},
    {v4(192, 0, 2, 0), 24, AddressClass::never, "192.0.2.0/24 (documentation)"},
    {v4(192, 88, 99, 0), 24, AddressClass::never, "192.88.99.0/24 (6to4 relay)"},
    {v4(192, 168, 0, 0), 16, AddressClass::inside, "192.168.0.0/16 (private)"},
    {v4(198, 18, 0, 0), 15, AddressClass::inside, "198.18.0.0/15 (benchmarking)"},
    {v4(198, 51, 100, 0), 24, AddressClass::never, "198.51.100.0/24 (documentation)"},
    {v4(203, 0, 113, 0), 24, AddressClass::never, "203.0.113.0/24 (documentation)"},
    {v4(224, 0, 0, 0), 4, AddressClass::never, "224.0.0.0/4 (multicast)"},
    {v4(240, 0, 0, 0), 4, AddressClass::never, "240.0.0.0/4 (reserved)"},
};

AddressVerdict classifyV4(std::uint32_t address) {
  for (const V4Range& range : kV4Ranges) {
    if ((address ^ range.network) >> (32 - range.bits) == 0)
      return {range.address_class, range.network == v4(127, 0, 0, 0), range.name};
  }
  return {AddressClass::global, false, {}};
}

bool hasPrefix(const V6& address, const V6& network, int bits) {
  const int whole = bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, network.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0;
}

struct V6Range {
  V6 network;
  int bits;
  AddressClass address_class;
  const char* name;
};

// RFC 6890 §2.2.3 and its IANA registry; the first match counts, and what is outside 2000::/3 is never global unicast.
constexpr V6Range kV6Ranges[] = {
    {{}, 128, AddressClass::never, "::/128 (unspecified)"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, AddressClass::inside, "::1/128 (loopback)"},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, AddressClass::inside, "64:ff9b:1::/48 (local-use NAT64)"},
    {{0xfc}, 7, AddressClass::inside, "fc00::/7 (unique local)"},
    {{0xfe, 0x80}, 10, AddressClass::inside, "fe80::/10 (link-local)"},
    {{0xfe, 0xc0}, 10, AddressClass::inside, "fec0::/10 (site-local)"},
    {{0xff}, 8, AddressClass::never, "ff00::/8 (multicast)"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, AddressClass::never, "2001:db8::/32 (documentation)"},
    {{0x3f, 0xff}, 20, AddressClass::never, "3fff::/20 (documentation)"},
    {{0x20, 0x01, 0x00}, 23, AddressClass::never, "2001::/23 (protocol assignments, Teredo)"},
    {{0x20}, 3, AddressClass::global, ""},
    {{}, 0, AddressClass::never, "outside 2000::/3 (not global unicast)"},
};

std::uint32_t v4At(const V6& address, int offset) {
  return v4(address[offset], address[offset + 1], address[offset + 2], address[offset + 3]);
}

struct V4Carrier {
  V6 network;
  int bits;
  int offset;
  const char* name;
};

// Ways to write an IPv4 address as an IPv6 one; a stack or a gateway may deliver to the inner address.
constexpr V4Carrier kV4Carriers[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12, "IPv4-mapped"},
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12, "NAT64"},
    {{0x20, 0x02}, 16, 2, "6to4"},
};

AddressVerdict classifyV6(const V6& address) {
  for (const V4Carrier& carrier : kV4Carriers) {
    if (!hasPrefix(address, carrier.network, carrier.bits)) continue;
    AddressVerdict inner = classifyV4(v4At(address, carrier.offset));
    if (inner.address_class != AddressClass::global) inner.range += std::string(" as ") + carrier.name;
    return inner;
  }
  for (const V6Range& range : kV6Ranges) {
    if (hasPrefix(address, range.network, range.bits))
      return {range.address_class, range.bits == 128 && address[15] == 1, range.name};
  }
  return {AddressClass::never, false, "unknown"};
}

std::string lowerHost(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string lower(host);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  return lower;
}

std::optional<std::uint16_t> parsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool isV6Text(const std::string& text) {
  in6_addr parsed;
  return inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

bool isHostText(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  return !host.empty() && host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") == std::string_view::npos;
}

}  // namespace

std::optional<HostPattern> HostPattern::parse(std::string_view text) {
  std::string_view host = text;
  std::optional<std::uint16_t> port;
  const bool bare_v6 = isV6Text(std::string(text));
  const auto colon = text.rfind(':');
  const bool bracketed = text.starts_with('[');
  if (!bare_v6 && colon != std::string_view::npos && !(bracketed && text.ends_with(']'))) {
    port = parsePort(text.substr(colon + 1));
    if (!port) return std::nullopt;
    host = text.substr(0, colon);
  }
  if (bracketed) {
    if (!host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  }
  HostPattern pattern{lowerHost(host), port};
  const bool valid = bare_v6 || bracketed ? isV6Text(pattern.host) : isHostText(pattern.host);
  if (!valid) return std::nullopt;
  return pattern;
}

bool HostPattern::matches(std::string_view host_name, std::uint16_t port_number) const {
  if (port && *port != port_number) return false;
  const std::string wanted = lowerHost(host_name);
  if (!host.starts_with("*.")) return wanted == host;
  return wanted.size() > host.size() - 1 && wanted.ends_with(std::string_view(host).substr(1));
}

AddressVerdict classifyAddress(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, address, sizeof in);
    return classifyV4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in6;
    std::memcpy(&in6, address, sizeof in6);
    V6 bytes;
    std::memcpy(bytes.data(), &in6.sin6_addr, bytes.size());
    return classifyV6(bytes);
  }
  return {AddressClass::never, false, addressText(address)};
}

std::string addressText(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, address, sizeof in);
    return inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in6;
    std::memcpy(&in6, address, sizeof in6);
    return inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
  }
  return "family " + std::to_string(address->sa_family);
}

EgressGuard::EgressGuard(const std::vector<std::string>& allow_private_hosts) {
  for (const std::string& entry : allow_private_hosts) {
    const auto pattern = HostPattern::parse(entry);
    if (!pattern || !pattern->port || pattern->host.starts_with('*'))
      throw std::invalid_argument("exchange.allow_private_hosts: '" + entry +
                                  "' is not host:port (a name or an address, IPv6 in brackets; no wildcard)");
    inside_hosts_.push_back(*pattern);
  }
}

std::optional<std::string> EgressGuard::refuseHost(std::string_view host, std::uint16_t port,
                                                   const std::vector<std::string>& allowed_hosts) {
  for (const std::string& entry : allowed_hosts) {
    const auto pattern = HostPattern::parse(entry);
    if (pattern && pattern->matches(host, port)) return std::nullopt;
  }
  std::string reason = std::string(host) + ':' + std::to_string(port) + " is not on the egress allow-list (";
  for (std::size_t i = 0; i < allowed_hosts.size(); ++i) reason += (i ? ", " : "") + allowed_hosts[i];
  return reason + (allowed_hosts.empty() ? "it is empty)" : ")");
}

std::optional<std::string> EgressGuard::refuseAddress(std::string_view host, std::uint16_t port,
                                                      const sockaddr* address) const {
  const AddressVerdict verdict = classifyAddress(address);
  if (verdict.address_class == AddressClass::global) return std::nullopt;
  if (verdict.address_class == AddressClass::inside && isListedInside(host, port)) return std::nullopt;
  const std::string target = std::string(host) + ':' + std::to_string(port);
  std::string reason = target + " resolved to " + addressText(address) + ", which is in " + verdict.range;
  if (verdict.address_class == AddressClass::inside)
    reason += "; list " + target + " in exchange.allow_private_hosts to allow it";
  return reason;
}

bool EgressGuard::isListedInside(std::string_view host, std::uint16_t port) const {
  return std::any_of(inside_hosts_.begin(), inside_hosts_.end(),
                     [&](const HostPattern& pattern) { return pattern.matches(host, port); });
}

}  // namespace belfry::curl
