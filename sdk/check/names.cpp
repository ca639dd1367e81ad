#include "check/names.h"

#include <cstddef>

namespace belfry::check {
namespace {

bool isLower(char c) { return c >= 'a' && c <= 'z'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool isNameWith(std::string_view text, char joiner) {
  if (text.empty() || text.size() > 63 || !isLower(text[0])) return false;
  for (const char c : text)
    if (!isLower(c) && !isDigit(c) && c != joiner) return false;
  return true;
}

/// Takes the part of `text` before `end`, or all of it.
std::string_view takeUntil(std::string_view& text, char end) {
  const auto at = text.find(end);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

bool isVersionNumber(std::string_view text) {
  if (text.empty() || text.size() > 9 || (text.size() > 1 && text[0] == '0')) return false;
  for (const char c : text)
    if (!isDigit(c)) return false;
  return true;
}

/// Dot-separated identifiers of letters, digits and '-'; in a pre-release a number has no leading zero.
bool areIdentifiers(std::string_view text, bool pre_release) {
  if (text.empty() || text.back() == '.') return false;
  while (!text.empty()) {
    const auto part = takeUntil(text, '.');
    if (part.empty()) return false;
    bool digits = true;
    for (const char c : part) {
      if (!isLower(c) && !isDigit(c) && !(c >= 'A' && c <= 'Z') && c != '-') return false;
      digits = digits && isDigit(c);
    }
    if (pre_release && digits && part.size() > 1 && part[0] == '0') return false;
  }
  return true;
}

bool isHostLabel(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  for (const char c : label)
    if (!isLower(c) && !isDigit(c) && c != '-') return false;
  return true;
}

}  // namespace

bool isPluginId(std::string_view text) { return isNameWith(text, '-'); }
bool isKey(std::string_view text) { return isNameWith(text, '_'); }

bool isInterfaceId(std::string_view text) {
  constexpr std::string_view kPrefix = "belfry.";
  if (text.substr(0, kPrefix.size()) != kPrefix) return false;
  text.remove_prefix(kPrefix.size());
  const auto name = takeUntil(text, '/');
  return isKey(name) && isVersionNumber(text) && text != "0";
}

bool isSemanticVersion(std::string_view text) {
  if (text.size() > 128) return false;
  const auto plus = text.find('+');
  if (plus != std::string_view::npos && !areIdentifiers(text.substr(plus + 1), false)) return false;
  text = text.substr(0, plus);
  const auto dash = text.find('-');
  if (dash != std::string_view::npos && !areIdentifiers(text.substr(dash + 1), true)) return false;
  text = text.substr(0, dash);
  const auto major = takeUntil(text, '.');
  const auto minor = takeUntil(text, '.');
  return isVersionNumber(major) && isVersionNumber(minor) && isVersionNumber(text);
}

bool isHostPattern(std::string_view text) {
  if (text.substr(0, 2) == "*.") text.remove_prefix(2);
  if (text.empty() || text.size() > 253 || text.back() == '.') return false;
  while (!text.empty())
    if (!isHostLabel(takeUntil(text, '.'))) return false;
  return true;
}

}  // namespace belfry::check
