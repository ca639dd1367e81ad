#include "adapters/curl/curl_exchange_settings.h"

#include <arpa/inet.h>

#include <fstream>
#include <stdexcept>

#include "adapters/curl/egress_guard.h"

namespace belfry::curl {
namespace {

using std::chrono::milliseconds;

[[noreturn]] void refuse(const std::string& key, const std::string& value, const std::string& allowed) {
  throw std::invalid_argument("exchange." + key + ": '" + value + "' is not allowed; allowed: " + allowed);
}

void checkRange(const std::string& key, long long value, long long least, long long most) {
  if (value < least || value > most)
    refuse(key, std::to_string(value), std::to_string(least) + " to " + std::to_string(most));
}

bool isAddress(std::string text) {
  unsigned char parsed[16];
  if (inet_pton(AF_INET, text.c_str(), parsed) == 1) return true;
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
  return inet_pton(AF_INET6, text.substr(1, text.size() - 2).c_str(), parsed) == 1;
}

// host:port:address; curl itself only logs entries that it cannot read.
bool isResolveEntry(const std::string& entry) {
  const auto port_colon = entry.find(':', entry.starts_with('[') ? entry.find(']') : 0);
  if (port_colon == std::string::npos) return false;
  const auto address_colon = entry.find(':', port_colon + 1);
  if (address_colon == std::string::npos) return false;
  const auto pattern = HostPattern::parse(entry.substr(0, address_colon));
  return pattern && pattern->port && !pattern->host.starts_with('*') && isAddress(entry.substr(address_colon + 1));
}

bool holdsCertificate(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("-----BEGIN ") && line.find("CERTIFICATE-----") != std::string::npos) return true;
  }
  return false;
}

}  // namespace

void validate(const CurlExchangeSettings& settings) {
  for (const std::string& entry : settings.resolve) {
    if (!isResolveEntry(entry)) refuse("resolve", entry, "host:port:address, IPv6 in brackets");
  }
  if (!settings.ca_file.empty() && !holdsCertificate(settings.ca_file))
    refuse("ca_file", settings.ca_file, "a readable file of PEM certificates");
  (void)EgressGuard(settings.allow_private_hosts);  // throws for a bad entry
  checkRange("connect_timeout_ms", settings.connect_timeout.count(), 1, 600'000);
  checkRange("timeout_ms", settings.timeout.count(), 1, 3'600'000);
  checkRange("max_connections_per_host", static_cast<long long>(settings.max_connections_per_host), 1, 1000);
  checkRange("max_smtp_connections_per_host", static_cast<long long>(settings.max_smtp_connections_per_host), 1, 1000);
  checkRange("idle_connection_ms", settings.idle_connection.count(), 1, 3'600'000);
}

}  // namespace belfry::curl
