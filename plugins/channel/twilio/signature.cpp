#include "signature.h"

#include <algorithm>
#include <cstddef>

namespace twilio {

std::vector<std::string> urlSpellings(std::string_view url) {
  std::vector<std::string> out{std::string(url)};
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return out;
  const std::string_view port = url.substr(0, scheme_end) == "https" ? ":443" : ":80";
  const std::size_t host = scheme_end + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", host), url.size());
  const auto authority = url.substr(host, end - host);
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  if (!has_port) out.push_back(std::string(url.substr(0, end)) + std::string(port) + std::string(url.substr(end)));
  else if (authority.substr(colon) == port)
    out.push_back(std::string(url.substr(0, host + colon)) + std::string(url.substr(end)));
  return out;
}

std::string sortedPairs(const belfry::Params& form) {
  belfry::Params pairs = form;
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) out += name + value;
  return out;
}

}  // namespace twilio
