#include "adapters/plugins/plugin_text.h"

#include <algorithm>

#include "kit/utf8.h"

namespace belfry::plugins {

std::string shown(std::string_view text, std::size_t most) {
  constexpr auto isInnerByte = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  if (text.size() > most) {
    while (most > 0 && isInnerByte(text[most])) --most;
    text = text.substr(0, most);
  }
  auto clean = replaceInvalidUtf8(text);
  constexpr auto isControl = [](char c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\t') || c == 0x7F; };
  std::replace_if(clean.begin(), clean.end(), isControl, '?');
  return clean;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    auto space = text.find(' ');
    if (space != 0) found.emplace_back(text.substr(0, space));
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  return found;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace belfry::plugins
