// What an e-mail channel is asked to send, read the same way by every provider: who sends, and which fields hold what.
#pragma once

#include <belfry/list_unsubscribe.hpp>
#include <belfry/mailbox.hpp>
#include <belfry/mime.hpp>
#include <belfry/mime_rules.hpp>
#include <belfry/send.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry::mail {

/// The message cannot be said to this provider. That concerns this message alone, so nobody is suppressed for it.
inline SendResult invalidMessage(std::string why) {
  SendResult out;
  out.outcome = BF_REJECTED_REQUEST;
  out.code = "invalid_message";
  out.detail = std::move(why);
  return out;
}

/// The mailbox of an option of the notification, or else of the config. nullopt: none is set, or what is set is no
/// address; `error` then names the field and what is allowed.
inline std::optional<Mailbox> mailboxOf(std::string_view field, std::string_view option, std::string_view fallback,
                                        std::string& error) {
  const std::string_view text = option.empty() ? fallback : option;
  if (text.empty()) {
    error = std::string(field) + ": neither the provider's config nor the notification's options have one";
    return std::nullopt;
  }
  auto box = parseMailbox(text, error);
  if (!box) error = std::string(field) + ": " + error;
  return box;
}

inline std::string_view subjectOf(const Send& send) {
  return send.content("subject").empty() ? send.content("title") : send.content("subject");
}

inline MimeAttachment attachmentOf(const bf_attachment& a) {
  return {view(a.filename), view(a.content_type), view(a.content_id), a.blob};
}

/// A mailbox as an address header has it, on one line: names beyond ASCII are encoded words (RFC 2047).
inline std::string addressText(const Mailbox& box) {
  std::string text = addressField("X", box).substr(2);
  for (auto at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at)) text.erase(at, 2);
  return std::string(trimmed(text));
}

/// Further header fields: those of the notification, and those that its option list_unsubscribe becomes.
inline std::vector<std::pair<std::string, std::string>> headersOf(const Send& send) {
  auto unsubscribe = unsubscribeFields(send.option("list_unsubscribe")).fields;
  std::vector<std::pair<std::string, std::string>> out;
  const bf_msg& raw = send.raw();
  for (std::size_t i = 0; i < raw.n_headers; ++i)
    out.emplace_back(view(raw.headers[i].key), view(raw.headers[i].value));
  for (auto& field : unsubscribe) out.push_back(std::move(field));
  return out;
}

/// Subject, bodies, header fields and attachments of a message.
inline void fill(MimeMessage& mail, const Send& send) {
  mail.subject(subjectOf(send));
  if (send.hasContent("text") || send.hasContent("body")) mail.text(send.text());
  if (send.hasContent("html")) mail.html(send.content("html"));
  const bf_msg& raw = send.raw();
  for (const auto& [name, value] : headersOf(send)) mail.header(name, value);
  for (std::size_t i = 0; i < raw.n_attachments; ++i) mail.attach(attachmentOf(*raw.attachments[i]));
}

/// For providers that take fields instead of a MIME message: the rules of MimeMessage without its bytes. Why the
/// message is refused, or "".
inline std::string faultOf(const Send& send, const Mailbox& from, const std::optional<Mailbox>& reply_to) {
  if (auto unsubscribe = unsubscribeFields(send.option("list_unsubscribe")); !unsubscribe.fault.empty())
    return unsubscribe.fault;
  MimeMessage mail(send.deliveryId(), send.createdMs());
  mail.from(from).to({std::string(send.toName()), std::string(send.to())});
  if (reply_to) mail.replyTo(*reply_to);
  fill(mail, send);
  return mail.fault();
}

}  // namespace belfry::mail
