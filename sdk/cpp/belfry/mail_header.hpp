// Values of header fields: unstructured text, display names, addresses, parameters.
#pragma once

#include <belfry/mail_chars.hpp>
#include <belfry/mail_field.hpp>
#include <belfry/mailbox.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace belfry::mail {

/// True when HeaderField::words could not keep the text under the limit of a line.
inline bool hasLongWord(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool folds = text[i] == ' ' && i + 1 < text.size() && text[i + 1] != ' ' && text[i + 1] != '\t';
    length = folds ? 0 : length + 1;
    if (length > kLineLimit - kFoldAt) return true;
  }
  return false;
}

/// Unstructured text such as a subject: as it is when that is safe, else as encoded words.
inline void appendUnstructured(HeaderField& field, std::string_view text) {
  const bool plain = isAscii(text) && text.find('\t') == std::string_view::npos &&
                     text.find("=?") == std::string_view::npos && trimmed(text).size() == text.size() &&
                     !hasLongWord(text);
  if (plain) field.words(text);
  else field.encoded(text);
}

/// A display name: atoms, a quoted-string or encoded words, whichever is enough.
inline void appendPhrase(HeaderField& field, std::string_view name) {
  constexpr std::size_t kQuotedLimit = 60;
  bool atoms = name.front() != ' ' && name.back() != ' ' && name.find("  ") == std::string_view::npos &&
               name.find("=?") == std::string_view::npos;
  for (const char c : name) atoms = atoms && (isAtext(c) || c == ' ');
  if (atoms && !hasLongWord(name)) {
    field.words(name);
  } else if (isAscii(name) && name.size() <= kQuotedLimit && name.find('\t') == std::string_view::npos &&
             name.find("=?") == std::string_view::npos) {
    std::string quoted = "\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    field.token(quoted += '"');
  } else {
    field.encoded(name);
  }
}

inline std::string addressField(std::string_view name, const Mailbox& box) {
  HeaderField field(name);
  if (box.name.empty()) return std::move(field.token(box.address)).take();
  appendPhrase(field, box.name);
  return std::move(field.token("<" + box.address + ">")).take();
}

/// `; name=value` of Content-Type and Content-Disposition, as RFC 2231 says: quoted when ASCII, else with charset and
/// percent escapes; long values in numbered pieces.
inline void appendParameter(HeaderField& field, std::string_view name, std::string_view value) {
  constexpr std::size_t kPiece = 54;
  const bool ascii = isAscii(value) && value.find('\t') == std::string_view::npos;
  std::string encoded = ascii ? "" : "UTF-8''";
  std::string pending;
  int piece = 0;
  const auto flush = [&](bool last) {
    std::string text(name);
    if (piece > 0 || !last) text += "*" + std::to_string(piece++);
    field.glue(";").token(ascii ? text + "=\"" + encoded + "\"" : text + "*=" + encoded);
    encoded.clear();
  };
  for (const char c : value) {
    pending.clear();
    if (ascii) {
      if (c == '"' || c == '\\') pending += '\\';
      pending += c;
    } else if (isAlnum(c) || c == '-' || c == '.' || c == '_') {
      pending += c;
    } else {
      appendHexEscape(pending, '%', c);
    }
    if (encoded.size() + pending.size() > kPiece) flush(false);
    encoded += pending;
  }
  flush(true);
}

}  // namespace belfry::mail
