// E-mail over SMTP. begin builds the message and emits one transaction; resume reads the answer. No state but the
// Message-ID, which is what the sent mail can be found by where the relay gives no id of its own.
#include "dsn.h"

#include <belfry/belfry.hpp>
#include <belfry/list_unsubscribe.hpp>
#include <belfry/mail_content.hpp>
#include <belfry/mime.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

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
    std::string helo;
    std::string dkim_domain;
    std::string dkim_selector;
    std::vector<std::string> dsn_notify;
    std::string dsn_return;
  };
  BF_FIELDS(Config, host, port, tls, username, from, reply_to, helo, dkim_domain, dkim_selector, dsn_notify, dsn_return)

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
    if (!config.helo.empty() && !belfry::mail::isDomain(config.helo))
      return "helo is \"" + config.helo + "\"; allowed: a host name, or an address in brackets";
    if (std::string fault = dkimFault(); !fault.empty()) return fault;
    return dsnOf(config.dsn_notify, config.dsn_return).fault;
  }

  int begin(Op& op, State& state, const Send& send) const {
    std::string error;
    const auto from = belfry::mail::mailboxOf("from", send.option("from"), config.from, error);
    if (!from) return op.done(belfry::mail::invalidMessage(error));
    if (!config.dkim_domain.empty() && !host().isSet(kDkimKey))
      return op.done(
          {BF_CREDENTIAL, "no_secret", "dkim_domain is set; the secret dkim_private_key is needed with it", {}, 0});
    const Dsn dsn = dsnOfSend(send, dsnOf(config.dsn_notify, config.dsn_return));
    if (!dsn.fault.empty()) return op.done(belfry::mail::invalidMessage(dsn.fault));

    belfry::MimeMessage mail(send.deliveryId(), send.createdMs());
    mail.from(*from).to({std::string(send.toName()), std::string(send.to())});
    if (!send.option("reply_to").empty() || !config.reply_to.empty()) {
      const auto box = belfry::mail::mailboxOf("reply_to", send.option("reply_to"), config.reply_to, error);
      if (!box) return op.done(belfry::mail::invalidMessage(error));
      mail.replyTo(*box);
    }
    belfry::mail::fill(mail, send);
    const auto unsubscribe = belfry::mail::unsubscribeFields(send.option("list_unsubscribe"));
    if (!unsubscribe.fault.empty()) return op.done(belfry::mail::invalidMessage(unsubscribe.fault));

    belfry::Rope message;
    if (!mail.write(message, error)) return op.done(belfry::mail::invalidMessage(error));
    mail.messageId().copy(state.message_id, sizeof state.message_id - 1);
    auto t = server();
    t.mail_from = from->address;
    t.rcpts = {send.to()};
    t.dkim = {config.dkim_domain, config.dkim_selector, kDkimKey};
    t.dsn_notify = dsn.notify;
    t.dsn_ret = dsn.ret;
    if (dsn.notify != 0 || dsn.ret != BF_DSN_RET_DEFAULT) t.dsn_envid = send.deliveryId();
    return op.send(t, message);
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

  /// Connect, TLS, EHLO, AUTH, QUIT: no mail.
  int probe(Op& op, State&) const { return op.send(server(), belfry::Rope()); }

  int resumeProbe(Op& op, State&, const Reply& reply) const {
    if (reply.fate() == BF_FATE_DONE && !reply.smtpAnswer())
      return op.done({BF_ACCEPTED, {}, config.username.empty() ? "connected; there is no login" : "logged in", {}, 0});
    return op.done(reply.standardOutcome().value_or(nonsense(reply)));
  }

 private:
  static constexpr const char* kDkimKey = "dkim_private_key";

  int tlsMode() const {
    if (config.tls == "none") return BF_TLS_NONE;
    if (config.tls == "starttls") return BF_TLS_STARTTLS;
    return config.tls == "tls" ? BF_TLS_IMPLICIT : -1;
  }

  /// Domain, selector and key: all or none.
  std::string dkimFault() const {
    const bool key = host().isSet(kDkimKey);
    if (config.dkim_domain.empty() && config.dkim_selector.empty())
      return key ? "dkim_domain and dkim_selector are absent; with the secret dkim_private_key both are needed" : "";
    if (!belfry::mail::isDomain(config.dkim_domain) || config.dkim_domain.front() == '[')
      return "dkim_domain is \"" + config.dkim_domain + "\"; allowed: the domain that signs, beside dkim_selector";
    if (!belfry::mail::isDomain(config.dkim_selector) || config.dkim_selector.front() == '[')
      return "dkim_selector is \"" + config.dkim_selector +
             "\"; allowed: the name of a key below _domainkey, beside dkim_domain";
    return {};
  }

  /// A login has no answer of its own; one that came all the same proves nothing.
  static SendResult nonsense(const Reply& reply) {
    return {BF_UNKNOWN, std::string(reply.error()), "the answer is none to a login", {}, 0};
  }

  belfry::SmtpTransaction server() const {
    belfry::SmtpTransaction t;
    t.host = config.host;
    t.port = config.port;
    t.tls = tlsMode();
    t.username = config.username;
    t.password_secret = "password";
    t.helo = config.helo;
    return t;
  }
};

}  // namespace

BELFRY_PLUGIN(Smtp, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
