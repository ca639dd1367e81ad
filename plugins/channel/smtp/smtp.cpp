// E-mail over SMTP. begin builds the message and emits one transaction; resume reads the answer. No state but the
// Message-ID, which is what the sent mail can be found by where the relay gives no id of its own.
#include <belfry/belfry.hpp>
#include <belfry/mime.hpp>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace {

using belfry::Mailbox;
using belfry::SendResult;

/// The relay's own id of a message, as the common servers write it after the final dot: Postfix "queued as ID", Exim
/// "id=ID".
std::string_view queueId(std::string_view text) {
  for (const std::string_view mark : {"queued as ", "id="}) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos) continue;
    text.remove_prefix(at + mark.size());
    return text.substr(0, text.find_first_of(" \t\r\n,;)"));
  }
  return {};
}

class Smtp : public belfry::Channel<Smtp> {
 public:
  struct Config {
    std::string host;
    std::uint16_t port = 587;
    std::string tls = "starttls";
    std::string username;
    std::string from;
    std::string reply_to;
  };
  BF_FIELDS(Config, host, port, tls, username, from, reply_to)

  struct State {
    char message_id[328];  // delivery id (60), '@', domain (255), NUL
  };

  /// The addresses are parsed once more for each message: that costs less than keeping them beside the config.
  std::string check() const {
    if (config.host.empty()) return "host is empty; allowed: the name or address of an SMTP relay";
    if (config.port == 0) return "port is 0; allowed: a whole number from 1 to 65535";
    if (tlsMode() < 0) return "tls is \"" + config.tls + "\"; allowed: none, starttls, tls";
    std::string why;
    if (!config.from.empty() && !belfry::parseMailbox(config.from, why))
      return "from is \"" + config.from + "\": " + why;
    if (!config.reply_to.empty() && !belfry::parseMailbox(config.reply_to, why))
      return "reply_to is \"" + config.reply_to + "\": " + why;
    return {};
  }

  int begin(Op& op, State& state, const Send& send) const {
    std::string error;
    const auto from = mailbox("from", send.option("from"), config.from, error);
    if (!from) return op.done(refused(error));
    const std::string_view reply_to = send.option("reply_to").empty() ? config.reply_to : send.option("reply_to");

    belfry::MimeMessage mail(send.deliveryId(), send.createdMs());
    mail.from(*from).to({std::string(send.toName()), std::string(send.to())});
    if (!reply_to.empty()) {
      const auto box = mailbox("reply_to", reply_to, {}, error);
      if (!box) return op.done(refused(error));
      mail.replyTo(*box);
    }
    fill(mail, send);

    belfry::Rope message;
    if (!mail.write(message, error)) return op.done(refused(error));
    mail.messageId().copy(state.message_id, sizeof state.message_id - 1);
    return op.send(transaction(*from, send), message);
  }

  int resume(Op& op, State& state, const Reply& reply) const {
    if (const auto outcome = reply.standardOutcome()) return op.done(*outcome);
    const bf_smtp_answer& answer = *reply.smtpAnswer();
    SendResult accepted;
    accepted.outcome = BF_ACCEPTED;
    accepted.code = std::to_string(answer.code);
    if (answer.enhanced.n != 0) accepted.code += " " + std::string(belfry::view(answer.enhanced));
    accepted.detail = belfry::view(answer.text);
    accepted.provider_id = queueId(belfry::view(answer.text));
    if (accepted.provider_id.empty()) accepted.provider_id = state.message_id;
    return op.done(accepted);
  }

 private:
  int tlsMode() const {
    if (config.tls == "none") return BF_TLS_NONE;
    if (config.tls == "starttls") return BF_TLS_STARTTLS;
    return config.tls == "tls" ? BF_TLS_IMPLICIT : -1;
  }

  static std::optional<Mailbox> mailbox(std::string_view field, std::string_view option, std::string_view fallback,
                                        std::string& error) {
    const std::string_view text = option.empty() ? fallback : option;
    if (text.empty()) {
      error = std::string(field) + ": neither the provider's config nor the notification's options have one";
      return std::nullopt;
    }
    auto box = belfry::parseMailbox(text, error);
    if (!box) error = std::string(field) + ": " + error;
    return box;
  }

  /// The message cannot be said in SMTP. That concerns this message alone, so nobody is suppressed for it.
  static SendResult refused(const std::string& why) {
    SendResult out;
    out.outcome = BF_REJECTED_REQUEST;
    out.code = "invalid_message";
    out.detail = why;
    return out;
  }

  static void fill(belfry::MimeMessage& mail, const Send& send) {
    mail.subject(send.content("subject").empty() ? send.content("title") : send.content("subject"));
    if (send.hasContent("text")) mail.text(send.content("text"));
    else if (send.hasContent("body")) mail.text(send.content("body"));
    if (send.hasContent("html")) mail.html(send.content("html"));
    const bf_msg& raw = send.raw();
    for (std::size_t i = 0; i < raw.n_headers; ++i)
      mail.header(belfry::view(raw.headers[i].key), belfry::view(raw.headers[i].value));
    for (std::size_t i = 0; i < raw.n_attachments; ++i) {
      const bf_attachment& a = *raw.attachments[i];
      mail.attach({belfry::view(a.filename), belfry::view(a.content_type), belfry::view(a.content_id), a.blob});
    }
  }

  belfry::SmtpTransaction transaction(const Mailbox& from, const Send& send) const {
    belfry::SmtpTransaction t;
    t.host = config.host;
    t.port = config.port;
    t.tls = tlsMode();
    t.username = config.username;
    t.password_secret = "password";
    t.mail_from = from.address;
    t.rcpts = {send.to()};
    return t;
  }
};

}  // namespace

BELFRY_PLUGIN(Smtp, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
