#include "adapters/plugins/plugin_version.h"

#include <algorithm>

namespace belfry::plugins {
namespace {

/// Takes what stands before `end`, or all of it.
std::string_view take(std::string_view& text, char end) {
  const auto at = text.find(end);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

bool isNumber(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Without leading zeros a longer number is a larger one.
int compareNumbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

int compareIdentifiers(std::string_view a, std::string_view b) {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (isNumber(a) != isNumber(b)) return isNumber(a) ? -1 : 1;
  return a.compare(b);
}

int comparePreReleases(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return static_cast<int>(a.empty()) - static_cast<int>(b.empty());
  while (!a.empty() && !b.empty())
    if (const int order = compareIdentifiers(take(a, '.'), take(b, '.')); order != 0) return order;
  return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
}

}  // namespace

int compareVersions(std::string_view a, std::string_view b) {
  a = a.substr(0, a.find('+'));
  b = b.substr(0, b.find('+'));
  auto core_a = take(a, '-');
  auto core_b = take(b, '-');
  for (int i = 0; i < 3; ++i)
    if (const int order = compareNumbers(take(core_a, '.'), take(core_b, '.')); order != 0) return order;
  return comparePreReleases(a, b);
}

PluginName parsePluginName(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

}  // namespace belfry::plugins
