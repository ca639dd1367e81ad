// The body of a message: which parts it has, how they nest, how each is encoded.
#pragma once

#include <belfry/mail_chars.hpp>
#include <belfry/mail_encoding.hpp>
#include <belfry/mail_header.hpp>
#include <belfry/mime_rules.hpp>
#include <belfry/rope.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry {

/// A file that travels with a message. The views must live until write has returned.
struct MimeAttachment {
  std::string_view filename;
  std::string_view content_type;
  std::string_view content_id;  ///< set: the html refers to it as cid:…; empty: an ordinary attachment
  std::uint64_t blob = 0;       ///< bf_attachment.blob
};

/// Parts that have been checked; MimeMessage fills it.
struct MimeBody {
  std::string id;                   ///< of the delivery: boundaries are made from it
  std::optional<std::string> text;  ///< UTF-8; for write with CRLF line ends
  std::optional<std::string> html;
  std::vector<MimeAttachment> attachments;

  /// Appends Content-Type and the other fields of the outermost part, the empty line, and the body, ending with CRLF.
  void write(Rope& out) const { writeMixed(out); }

 private:
  enum class Encoding { seven_bit, quoted_printable, base64 };

  // mixed { alternative { text, related { html, inline files } }, attachments }, each level only when it has two parts.
  bool isInline(const MimeAttachment& a) const { return html && !a.content_id.empty(); }

  std::size_t count(bool inlined) const {
    std::size_t n = 0;
    for (const auto& a : attachments) n += isInline(a) == inlined ? 1 : 0;
    return n;
  }

  /// '=' and '_' never stand beside each other in quoted-printable or base64, and 7bit text is searched (RFC 2045 §6.7,
  /// note 5).
  std::string boundary(char level) const { return "=_" + id + "_" + level; }

  void openMultipart(Rope& out, const char* subtype, char level, const char* extra = "") const {
    out.bytes(std::string("Content-Type: multipart/") + subtype + ";" + extra + "\r\n boundary=\"" + boundary(level) +
              "\"\r\n\r\n");
  }
  void nextPart(Rope& out, char level) const { out.bytes("--" + boundary(level) + "\r\n"); }
  void closeMultipart(Rope& out, char level) const { out.bytes("--" + boundary(level) + "--\r\n"); }

  void writeMixed(Rope& out) const {
    if (count(false) == 0) return writeAlternative(out);
    openMultipart(out, "mixed", 'm');
    nextPart(out, 'm');
    writeAlternative(out);
    for (const auto& a : attachments) {
      if (isInline(a)) continue;
      nextPart(out, 'm');
      writeAttachment(out, a);
    }
    closeMultipart(out, 'm');
  }

  void writeAlternative(Rope& out) const {
    const bool alone = attachments.empty();
    if (!html) return writeText(out, "plain", text ? *text : std::string(), alone);
    if (!text) return writeRelated(out, alone);
    openMultipart(out, "alternative", 'a');
    nextPart(out, 'a');
    writeText(out, "plain", *text, false);
    nextPart(out, 'a');
    writeRelated(out, false);
    closeMultipart(out, 'a');
  }

  /// RFC 2387: the type parameter names the root's type.
  void writeRelated(Rope& out, bool alone) const {
    if (count(true) == 0) return writeText(out, "html", *html, alone);
    openMultipart(out, "related", 'r', " type=\"text/html\";");
    nextPart(out, 'r');
    writeText(out, "html", *html, false);
    for (const auto& a : attachments) {
      if (!isInline(a)) continue;
      nextPart(out, 'r');
      writeAttachment(out, a);
    }
    closeMultipart(out, 'r');
  }

  /// A message that consists of this text ends with one line end. Inside of a multipart, the line end before the next
  /// boundary belongs to the boundary (RFC 2046 §5.1.1), so the text keeps its own.
  void writeText(Rope& out, const char* subtype, const std::string& body, bool alone) const {
    static constexpr const char* kNames[] = {"7bit", "quoted-printable", "base64"};
    const auto encoding = encodingOf(body);
    out.bytes(std::string("Content-Type: text/") + subtype +
              "; charset=utf-8\r\nContent-Transfer-Encoding: " + kNames[static_cast<int>(encoding)] + "\r\n\r\n");
    const auto encoded = encoding == Encoding::seven_bit ? body
                         : encoding == Encoding::base64  ? mail::base64Lines(body)
                                                         : mail::quotedPrintable(body);
    out.bytes(encoded);
    const bool ended = encoded.size() >= 2 && encoded.compare(encoded.size() - 2, 2, "\r\n") == 0;
    if (!alone || !ended) out.bytes("\r\n");
  }

  /// 7bit for ASCII that no relay has a reason to touch, else the shorter of the two others.
  static Encoding encodingOf(std::string_view body) {
    std::size_t escapes = 0;
    for (const char c : body)
      escapes += (c < ' ' && c != '\r' && c != '\n' && c != '\t') || c > '~' || c == '=' ? 1 : 0;
    if (isSevenBit(body)) return Encoding::seven_bit;
    return body.size() + escapes * 2 <= (body.size() + 2) / 3 * 4 ? Encoding::quoted_printable : Encoding::base64;
  }

  static bool isSevenBit(std::string_view body) {
    while (!body.empty()) {
      const auto end = body.find("\r\n");
      const auto line = body.substr(0, end);
      body.remove_prefix(end == std::string_view::npos ? body.size() : end + 2);
      if (line.size() > mail::kFoldAt || !mail::isAscii(line) || mail::hasControl(line)) return false;
      if (!line.empty() && (line.back() == ' ' || line.back() == '\t')) return false;
      if (line.substr(0, 5) == "From " || line.substr(0, 4) == "--=_") return false;
    }
    return true;
  }

  void writeAttachment(Rope& out, const MimeAttachment& a) const {
    out.bytes("Content-Type: " + std::string(mail::carriedType(a.content_type)) +
              "\r\nContent-Transfer-Encoding: base64\r\n");
    mail::HeaderField disposition("Content-Disposition");
    disposition.token(isInline(a) ? "inline" : "attachment");
    if (!a.filename.empty()) mail::appendParameter(disposition, "filename", a.filename);
    out.bytes(std::move(disposition).take());
    if (!a.content_id.empty()) out.bytes("Content-ID: <" + std::string(a.content_id) + ">\r\n");
    out.bytes("\r\n").blob(a.blob, BF_XFORM_BASE64_MIME).bytes("\r\n");
  }
};

}  // namespace belfry
