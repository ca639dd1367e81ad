// Builds e-mail messages: RFC 5322 header, RFC 2045–2049 body. Serves SMTP and every provider that takes a raw message.
//
//   belfry::MimeMessage mail(delivery_id, created_ms);
//   mail.from(sender).to(recipient).subject("Hi").text("…").html("…");
//   belfry::Rope rope; std::string error;
//   if (!mail.write(rope, error)) …
//
// The same input gives the same bytes: boundaries and the Message-ID come from the delivery id and the date from the
// time of acceptance, so a repeated attempt is recognised as the same message by the receiving side. Attachments stay
// references that the host streams in. What cannot be said safely is refused, never mended: no text can begin a header
// field of its own.
#pragma once

#include <belfry/mail_chars.hpp>
#include <belfry/mail_date.hpp>
#include <belfry/mail_encoding.hpp>
#include <belfry/mail_header.hpp>
#include <belfry/mailbox.hpp>
#include <belfry/mime_body.hpp>
#include <belfry/mime_rules.hpp>
#include <belfry/rope.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry {

class MimeMessage {
 public:
  /// `delivery_id` is of letters, digits, '.', '_' and '-', at most 60; `created_ms` are Unix milliseconds.
  MimeMessage(std::string_view delivery_id, std::int64_t created_ms) : created_ms_(created_ms) {
    body_.id = delivery_id;
    if (!mail::isToken(delivery_id) || delivery_id.size() > 60)
      refuse("delivery_id", "letters, digits, '.', '_' and '-' are allowed, at most 60");
  }

  /// Needed.
  MimeMessage& from(const Mailbox& box) { return keep(from_, "from", box); }
  /// Needed.
  MimeMessage& to(const Mailbox& box) { return keep(to_, "to", box); }
  MimeMessage& replyTo(const Mailbox& box) { return keep(reply_to_, "reply_to", box); }

  MimeMessage& subject(std::string_view text) {
    checkText("subject", text);
    subject_ = text;
    return *this;
  }

  /// The body; either, both or none. Any line ends; they become CRLF.
  MimeMessage& text(std::string_view body) { return keep(body_.text, "text", body); }
  MimeMessage& html(std::string_view body) { return keep(body_.html, "html", body); }

  /// A further header field. Refused: fields that the builder writes itself, names that are none, values with control
  /// characters or words that cannot be folded under the 998 bytes of a line.
  MimeMessage& header(std::string_view name, std::string_view value) {
    if (!mail::isFieldName(name))
      refuse("headers", "a field name of printable ASCII without ':' is needed, at most 60");
    if (mail::isOwnField(name)) refuse("headers", std::string(name) + " is written by Belfry and cannot be set");
    for (const auto& other : headers_)
      if (mail::equalIgnoringCase(other.name, name)) refuse("headers", std::string(name) + " stands twice");
    checkText("headers", value);
    if (mail::hasLongWord(value)) refuse("headers", "a word is too long for a line");
    headers_.push_back({std::string(name), std::string(value)});
    return *this;
  }

  MimeMessage& attach(const MimeAttachment& attachment) {
    checkText("filename", attachment.filename);
    if (!mail::isContentType(attachment.content_type))
      refuse("content_type", "a media type such as application/pdf is allowed");
    if (!mail::isContentId(attachment.content_id))
      refuse("content_id", "printable ASCII without spaces and angle brackets is allowed, at most 200");
    body_.attachments.push_back(attachment);
    return *this;
  }

  /// delivery-id@domain of the sender: the same for every attempt. Without angle brackets; needs from.
  std::string messageId() const { return body_.id + "@" + std::string(mail::domainOf(from_.address)); }

  /// What write would refuse, without writing; "" when nothing.
  std::string fault() {
    if (from_.address.empty()) refuse("from", "an address is needed");
    if (to_.address.empty()) refuse("to", "an address is needed");
    return fault_;
  }

  /// Appends the whole message, ending with CRLF. False when something given was refused: `error` then names the field
  /// and what is allowed, and `out` is as it was.
  bool write(Rope& out, std::string& error) {
    error = fault();
    if (!error.empty()) return false;
    writeHeader(out);
    // Here, and not when they are given: whoever only asks for the fault() of a message need not pay for its bytes.
    for (auto* part : {&body_.text, &body_.html})
      if (*part) **part = mail::crlfLines(**part);
    body_.write(out);
    return true;
  }

 private:
  struct Field {
    std::string name;
    std::string value;
  };

  void refuse(std::string_view field, std::string_view allowed) {
    if (fault_.empty()) fault_ = std::string(field) + ": " + std::string(allowed);
  }

  void checkText(std::string_view field, std::string_view text) {
    if (mail::hasControl(text)) refuse(field, "line ends and other control characters are not allowed");
    if (!mail::isUtf8(text)) refuse(field, "UTF-8 is needed");
  }

  MimeMessage& keep(Mailbox& place, std::string_view field, const Mailbox& box) {
    checkText(field, box.name);
    if (!mail::isAddress(box.address)) refuse(field, "one ASCII address such as ada@example.test is needed");
    place = box;
    return *this;
  }

  MimeMessage& keep(std::optional<std::string>& place, std::string_view field, std::string_view body) {
    if (!mail::isUtf8(body)) refuse(field, "UTF-8 is needed");
    place = std::string(body);
    return *this;
  }

  static std::string unstructured(std::string_view name, std::string_view value) {
    mail::HeaderField field(name);
    mail::appendUnstructured(field, value);
    return std::move(field).take();
  }

  /// Callers' fields may be structured, where encoded words mean nothing: ASCII stays as it is.
  static std::string callers(const Field& f) {
    mail::HeaderField field(f.name);
    const auto value = mail::trimmed(f.value);
    if (mail::isAscii(value)) field.words(value);
    else field.encoded(value);
    return std::move(field).take();
  }

  void writeHeader(Rope& out) const {
    out.bytes("Date: " + mail::dateText(created_ms_) + "\r\n");
    out.bytes(mail::addressField("From", from_));
    out.bytes(mail::addressField("To", to_));
    if (!reply_to_.address.empty()) out.bytes(mail::addressField("Reply-To", reply_to_));
    out.bytes(unstructured("Subject", subject_));
    out.bytes("Message-ID: <" + messageId() + ">\r\n");
    for (const auto& f : headers_) out.bytes(callers(f));
    out.bytes("MIME-Version: 1.0\r\n");
  }

  std::int64_t created_ms_;
  Mailbox from_;
  Mailbox to_;
  Mailbox reply_to_;
  std::string subject_;
  std::vector<Field> headers_;
  MimeBody body_;
  std::string fault_;
};

}  // namespace belfry
