// Text to elements. Use xml.hpp; this is its inside.
#pragma once

#include <belfry/json_scan.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace belfry {

struct XmlNode {
  std::string_view name;
  std::string text;  ///< of the element itself, decoded; that of its children is theirs
  std::size_t parent = 0;
  std::size_t end = 0;  ///< one past its last descendant
};

/// One document into nodes, in the order of the text. No recursion: open elements are a stack of their own.
class XmlReader {
 public:
  static constexpr std::size_t kMaxDepth = 32;
  static constexpr std::size_t kMaxElements = 10'000;

  XmlReader(std::string_view text, std::vector<XmlNode>& nodes) : rest_(text), nodes_(nodes) {}

  bool run() { return read() && open_.empty() && !nodes_.empty(); }

 private:
  bool read() {
    if (take("\xEF\xBB\xBF") && rest_.empty()) return false;
    while (!rest_.empty())
      if (rest_.front() == '<' ? !markup() : !characters()) return false;
    return true;
  }

  bool markup() {
    if (take("<?")) return skipPast("?>");
    if (take("<!--")) return skipPast("-->");
    if (take("<![CDATA[")) return cdata();
    if (take("</")) return closing();
    return take("<") && opening();  // "<!DOCTYPE" has no name: refused
  }

  bool opening() {
    const auto name = takeName();
    const bool second_root = open_.empty() && !nodes_.empty();
    if (name.empty() || second_root || open_.size() == kMaxDepth || nodes_.size() == kMaxElements) return false;
    nodes_.push_back({local(name), {}, open_.empty() ? 0 : open_.back().node, 0});
    open_.push_back({nodes_.size() - 1, name});
    while (true) {
      const bool spaced = skipSpace();
      if (take("/>")) return close();
      if (take(">")) return true;
      if (!spaced || !attribute()) return false;
    }
  }

  /// name="value", of which nothing is kept.
  bool attribute() {
    if (takeName().empty()) return false;
    skipSpace();
    if (!take("=")) return false;
    skipSpace();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote != '"' && quote != '\'') return false;
    rest_.remove_prefix(1);
    const auto end = rest_.find(quote);
    if (end == std::string_view::npos || rest_.substr(0, end).find('<') != std::string_view::npos) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool closing() {
    const auto name = takeName();
    skipSpace();
    return take(">") && !open_.empty() && open_.back().name == name && close();
  }

  bool close() {
    nodes_[open_.back().node].end = nodes_.size();
    open_.pop_back();
    return true;
  }

  bool cdata() {
    const auto end = rest_.find("]]>");
    if (end == std::string_view::npos || open_.empty()) return false;
    if (!append(rest_.substr(0, end))) return false;
    rest_.remove_prefix(end + 3);
    return true;
  }

  bool characters() {
    const auto end = rest_.find('<');
    auto run = rest_.substr(0, end);
    rest_.remove_prefix(run.size());
    if (open_.empty()) return run.find_first_not_of(" \t\r\n") == std::string_view::npos;
    while (!run.empty()) {
      const auto amp = run.find('&');
      if (!append(run.substr(0, amp))) return false;
      run.remove_prefix(amp == std::string_view::npos ? run.size() : amp + 1);
      if (amp != std::string_view::npos && !reference(run)) return false;
    }
    return true;
  }

  /// What stands behind '&' up to ';'.
  bool reference(std::string_view& run) {
    const auto end = run.find(';');
    if (end == std::string_view::npos || end == 0 || end > 10) return false;
    const auto name = run.substr(0, end);
    run.remove_prefix(end + 1);
    if (name.front() == '#') return characterReference(name.substr(1));
    constexpr std::string_view kNames[] = {"amp", "lt", "gt", "quot", "apos"};
    for (std::size_t i = 0; i < 5; ++i)
      if (kNames[i] == name) return append(std::string_view("&<>\"'").substr(i, 1));
    return false;
  }

  bool characterReference(std::string_view digits) {
    const bool hex = !digits.empty() && digits.front() == 'x';
    if (hex) digits.remove_prefix(1);
    std::uint32_t code = 0;
    for (const char c : digits) {
      const int digit = c >= '0' && c <= '9' ? c - '0' : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 87 : -1;
      if (digit < 0 || code > 0x10FFFF) return false;
      code = code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
    }
    const bool control = code < 0x20 && code != 9 && code != 10 && code != 13;
    if (digits.empty() || control || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    char out[4];
    return append({out, static_cast<std::size_t>(writeUtf8(code, out) - out)});
  }

  bool append(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
      const auto n = utf8SequenceLength(at, end);
      if (n == 0) return false;
      at += n;
    }
    nodes_[open_.back().node].text += text;
    return true;
  }

  bool take(std::string_view token) {
    if (rest_.substr(0, token.size()) != token) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  bool skipPast(std::string_view token) {
    const auto at = rest_.find(token);
    if (at == std::string_view::npos) return false;
    rest_.remove_prefix(at + token.size());
    return true;
  }
  bool skipSpace() {
    const auto n = rest_.find_first_not_of(" \t\r\n");
    const bool some = n != 0;
    rest_.remove_prefix(n == std::string_view::npos ? rest_.size() : n);
    return some;
  }
  std::string_view takeName() {
    std::size_t n = 0;
    while (n < rest_.size() && isNameByte(rest_[n], n == 0)) ++n;
    const auto name = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return name;
  }
  static bool isNameByte(char c, bool first) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
    return letter || (!first && ((c >= '0' && c <= '9') || c == '-' || c == '.'));
  }
  static std::string_view local(std::string_view name) { return name.substr(name.rfind(':') + 1); }

  struct Open {
    std::size_t node;
    std::string_view name;
  };
  std::string_view rest_;
  std::vector<XmlNode>& nodes_;
  std::vector<Open> open_;
};

}  // namespace belfry
