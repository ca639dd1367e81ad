// Where exchanges may go. Two questions, asked apart because neither alone is enough:
//   - is the host one that the plugin's manifest or the instance's configuration names (before anything is resolved);
//   - is the address it resolved to one on the public internet (for every socket, on the binary address, so that
//     decimal and octal spellings, IPv4 inside IPv6 and DNS names that point inwards are all the same case).
// An operator may open private addresses for single host:port pairs; nothing opens multicast or unspecified ones.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::curl {

/// `host`, `host:port`, `[v6]:port`, `*.domain` or `*.domain:port` as written in manifests and configuration.
struct HostPattern {
  std::string host;                   ///< lower case, no trailing dot, no brackets; with its `*.`
  std::optional<std::uint16_t> port;  ///< absent: any port

  /// nullopt when the text is none of the above forms.
  static std::optional<HostPattern> parse(std::string_view text);
  /// Whether the pattern names this host and port. `*.a.example` matches `x.a.example` and `x.y.a.example`, not
  /// `a.example`. Hosts are compared without case and trailing dot.
  bool matches(std::string_view host_name, std::uint16_t port_number) const;
};

/// What an address is, as far as egress cares.
enum class AddressClass {
  global,  ///< public unicast: allowed
  inside,  ///< loopback, private, link-local, shared (CGNAT): only where the operator listed host:port
  never    ///< unspecified, multicast, broadcast, reserved, tunnels, other families
};

struct AddressVerdict {
  AddressClass address_class = AddressClass::never;
  bool loopback = false;
  std::string range;  ///< e.g. `10.0.0.0/8 (private)`; empty for global
};

/// Classifies by the registries of RFC 6890 (IPv4 and IPv6 special-purpose addresses) and RFC 4291 §2.4; addresses that
/// embed IPv4 (mapped, compatible, NAT64, 6to4) are judged by the embedded address.
AddressVerdict classifyAddress(const sockaddr* address);

/// Numeric text of an address without port; `family N` for others than IPv4 and IPv6.
std::string addressText(const sockaddr* address);

/// Immutable; thread-safe.
class EgressGuard {
 public:
  /// Throws std::invalid_argument when an entry of `exchange.allow_private_hosts` is not `host:port`.
  explicit EgressGuard(const std::vector<std::string>& allow_private_hosts);

  /// Why `host:port` may not be spoken to at all, or nullopt.
  static std::optional<std::string> refuseHost(std::string_view host, std::uint16_t port,
                                               const std::vector<std::string>& allowed_hosts);

  /// Why a socket to `address` may not be opened for `host:port`, or nullopt. Names host and address.
  std::optional<std::string> refuseAddress(std::string_view host, std::uint16_t port, const sockaddr* address) const;

  /// Whether the operator listed `host:port`.
  bool isListedInside(std::string_view host, std::uint16_t port) const;

 private:
  std::vector<HostPattern> inside_hosts_;
};

}  // namespace belfry::curl
