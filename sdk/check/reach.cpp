#include "check/reach.h"

#include <rapidjson/document.h>

namespace belfry::check {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

/// "host", "host:port", "[::1]:port" or a URL.
std::string hostIn(std::string_view value) {
  if (value.find("://") != std::string_view::npos) return Reach::hostOf(value);
  if (!value.empty() && value.front() == '[') return lower(value.substr(0, value.find(']') + 1));
  const auto colon = value.find(':');
  const bool port = colon != std::string_view::npos && value.find(':', colon + 1) == std::string_view::npos;
  return lower(port ? value.substr(0, colon) : value);
}

}  // namespace

Reach::Reach(const Manifest& manifest, std::string_view config_json) : patterns_(manifest.egress.hosts) {
  for (const auto& secret : manifest.secrets) secrets_.insert(secret.name);
  rapidjson::Document config;
  config.Parse(config_json.data(), config_json.size());
  if (config.HasParseError() || !config.IsObject()) return;
  const auto add = [&](const rapidjson::Value& value) {
    if (value.IsString()) hosts_.insert(hostIn({value.GetString(), value.GetStringLength()}));
  };
  for (const auto& key : manifest.egress.config_keys) {
    const auto member = config.FindMember(key.c_str());
    if (member == config.MemberEnd()) continue;
    add(member->value);
    if (member->value.IsArray())
      for (const auto& item : member->value.GetArray()) add(item);
  }
}

std::string Reach::hostOf(std::string_view start) {
  const auto scheme = start.find("://");
  if (scheme == std::string_view::npos) return {};
  auto authority = start.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (!authority.empty() && authority.front() == '[') return lower(authority.substr(0, authority.find(']') + 1));
  return lower(authority.substr(0, authority.find(':')));
}

bool Reach::host(std::string_view raw) const {
  const auto name = lower(raw);
  if (hosts_.count(name) != 0) return true;
  for (const auto& pattern : patterns_) {
    if (pattern == name) return true;
    const bool below = pattern.compare(0, 2, "*.") == 0 && name.size() > pattern.size() - 1 &&
                       name.compare(name.size() - (pattern.size() - 1), std::string::npos, pattern, 1) == 0;
    if (below) return true;
  }
  return false;
}

bool Reach::secret(std::string_view reference) const {
  return secrets_.count(std::string(reference.substr(0, reference.find('#')))) != 0;
}

}  // namespace belfry::check
