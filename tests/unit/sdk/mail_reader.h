// The other direction of mime.hpp, written for these tests from the same RFCs: unfolds, decodes, takes apart.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/rope.hpp>

namespace reader {

/// A rope as the wire carries it. Attachments stand as <blob N>.
inline std::string flatten(const belfry::Rope& rope) {
  std::string out;
  for (const auto& seg : rope.segments()) {
    if (seg.kind == BF_SEG_BYTES) out += belfry::view(seg.s);
    else out += "<blob " + std::to_string(seg.blob) + ">";
  }
  return out;
}

struct Part {
  std::map<std::string, std::string> fields;  ///< unfolded, names as written
  std::string body;
};

/// Splits at the empty line and unfolds. Throws when a line is no field.
inline Part parsePart(std::string_view text) {
  Part part;
  const auto split = text.find("\r\n\r\n");
  if (split == std::string_view::npos) throw std::runtime_error("no empty line");
  part.body = text.substr(split + 4);
  std::string_view head = text.substr(0, split);
  std::string* last = nullptr;
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    if (line[0] == ' ' || line[0] == '\t') {
      if (!last) throw std::runtime_error("continuation of nothing");
      *last += line;
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) throw std::runtime_error("no field: " + std::string(line));
    const std::string name(line.substr(0, colon));
    if (part.fields.count(name)) throw std::runtime_error("field twice: " + name);
    last = &(part.fields[name] = line.substr(std::min(line.size(), colon + 2)));
  }
  return part;
}

inline std::string decodeBase64(std::string_view text) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have >= 8) out += static_cast<char>(bits >> (have -= 8) & 0xff);
  }
  return out;
}

inline int hexDigit(char c) { return c <= '9' ? c - '0' : c - 'A' + 10; }

inline std::string decodeEscapes(std::string_view text, char mark) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != mark) {
      out += text[i];
    } else if (text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else {
      out += static_cast<char>(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2]));
      i += 2;
    }
  }
  return out;
}

/// Decodes RFC 2047 words; white space between two of them vanishes.
inline std::string decodeWords(std::string_view text) {
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    const auto begin = text.find("=?UTF-8?");
    if (begin == std::string_view::npos) return out + std::string(text);
    const auto between = text.substr(0, begin);
    if (!after_word || between.find_first_not_of(" \t") != std::string_view::npos) out += between;
    const bool base64 = text[begin + 8] == 'B';
    const auto end = text.find("?=", begin + 10);
    std::string word(text.substr(begin + 10, end - begin - 10));
    if (!base64)
      for (auto& c : word) c = c == '_' ? ' ' : c;
    out += base64 ? decodeBase64(word) : decodeEscapes(word, '=');
    text.remove_prefix(end + 2);
    after_word = true;
  }
  return out;
}

inline std::string bodyText(const Part& part) {
  const auto encoding = part.fields.at("Content-Transfer-Encoding");
  if (encoding == "base64") return decodeBase64(part.body);
  return encoding == "quoted-printable" ? decodeEscapes(part.body, '=') : part.body;
}

/// The parts of a multipart; their last line ends belong to the boundaries.
inline std::vector<Part> parts(const Part& whole) {
  const auto& type = whole.fields.at("Content-Type");
  const auto at = type.find("boundary=\"") + 10;
  const std::string boundary = "--" + type.substr(at, type.find('"', at) - at);
  std::vector<Part> out;
  std::string_view rest = whole.body;
  while (rest.substr(0, boundary.size() + 2) == boundary + "\r\n") {
    rest.remove_prefix(boundary.size() + 2);
    const auto end = rest.find("\r\n" + boundary);
    if (end == std::string_view::npos) throw std::runtime_error("part without an end");
    out.push_back(parsePart(rest.substr(0, end)));
    rest.remove_prefix(end + 2);
  }
  if (rest.substr(0, boundary.size() + 2) != boundary + "--") throw std::runtime_error("multipart without an end");
  return out;
}

}  // namespace reader
