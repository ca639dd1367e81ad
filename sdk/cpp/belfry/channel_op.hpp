// The verbs of a channel plugin.
#pragma once

#include <belfry/http.hpp>
#include <belfry/op.hpp>
#include <belfry/receipt.hpp>
#include <belfry/rope.hpp>
#include <belfry/send.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry {

/// DKIM signing by the host.
struct DkimSigner {
  std::string_view domain;
  std::string_view selector;
  std::string_view private_key_secret;  ///< name of the secret
};

/// One SMTP transaction. The views must live until ChannelOp::send returns.
struct SmtpTransaction {
  std::string_view host;
  std::uint32_t port = 0;
  std::int32_t tls = BF_TLS_STARTTLS;
  std::string_view username;         ///< empty: no login
  std::string_view password_secret;  ///< name of the secret
  std::string_view mail_from;
  std::vector<std::string_view> rcpts;
  std::uint32_t timeout_ms = 0;  ///< 0: the host's default
  DkimSigner dkim;               ///< without a domain: not signed
  std::string_view helo;         ///< empty: the host's name
  std::uint32_t dsn_notify = 0;  ///< BF_DSN_*
  std::int32_t dsn_ret = BF_DSN_RET_DEFAULT;
  std::string_view dsn_envid;
};

/// A row of what the recipient's inbox keeps.
struct InboxItem {
  std::string_view title, body, category, action_url, icon, data_json;
};

/// All throw VerbFailed when the host does not take them, but for what this instance may not do: a host, secret or
/// interface that is not declared ends the operation with BF_CREDENTIAL, since only set-up can cure it.
class ChannelOp : public OpBase {
 public:
  using OpBase::OpBase;

  /// Emits one exchange and waits for it: `return op.send(…)`.
  int send(const SmtpTransaction& t, const Rope& message, std::uint32_t tag = 0) {
    return waitUnlessDenied(start(t, message, tag));
  }
  int send(const HttpRequest& request, std::uint32_t tag = 0) { return waitUnlessDenied(start(request, tag)); }

  /// Emits one of several; then `return op.wait()`. BF_E_DENIED is returned, anything else throws.
  bf_status start(const HttpRequest& request, std::uint32_t tag) {
    if (!BF_HAS(ops_, http)) throw VerbFailed(BF_E_UNSUPPORTED);
    return request.with([&](const bf_http& http) { return unlessDenied(ops_->http(op_, &http, tag)); });
  }
  bf_status start(const SmtpTransaction& t, const Rope& message, std::uint32_t tag) {
    if (!BF_HAS(ops_, smtp)) throw VerbFailed(BF_E_UNSUPPORTED);
    std::vector<bf_str> rcpts;
    for (const auto rcpt : t.rcpts) rcpts.push_back(str(rcpt));
    const auto segments = message.segments();
    bf_dkim dkim{};
    bf_smtp smtp = described(t, dkim);
    smtp.rcpts = rcpts.data();
    smtp.n_rcpts = rcpts.size();
    smtp.message = segments.data();
    smtp.n_message = segments.size();
    return unlessDenied(ops_->smtp(op_, &smtp, tag));
  }
  int wait() { return BF_STEP_WAIT; }

  /// Asks for a token: `return op.token("access")`; afterwards HttpRequest::bearerToken uses it. `fresh`: the one that
  /// this operation had was refused.
  int token(std::string_view key, bool fresh = false, std::uint32_t tag = 0) {
    if (!BF_HAS(ops_, token)) throw VerbFailed(BF_E_UNSUPPORTED);
    check(ops_->token(op_, str(key), fresh ? 1 : 0, tag));
    return BF_STEP_WAIT;
  }
  /// In a TOKEN request: the token, and the end.
  int putToken(std::string_view token, std::uint32_t ttl_s) {
    if (!BF_HAS(ops_, put_token)) throw VerbFailed(BF_E_UNSUPPORTED);
    check(ops_->put_token(op_, str(token), ttl_s));
    return BF_STEP_DONE;
  }

  int sleep(std::uint32_t ms, std::uint32_t tag = 0) {
    if (!BF_HAS(ops_, sleep)) throw VerbFailed(BF_E_UNSUPPORTED);
    check(ops_->sleep(op_, ms, tag));
    return BF_STEP_WAIT;
  }

  /// What this instance keeps: `return op.get("session/34600000001")` resumes with Reply::value.
  int get(std::string_view key, std::uint32_t tag = 0) {
    if (!BF_HAS(ops_, get)) throw VerbFailed(BF_E_UNSUPPORTED);
    check(ops_->get(op_, str(key), tag));
    return BF_STEP_WAIT;
  }
  void put(std::string_view key, std::string_view value, std::uint32_t ttl_s) {
    if (!BF_HAS(ops_, put)) throw VerbFailed(BF_E_UNSUPPORTED);
    check(ops_->put(op_, str(key), str(value), ttl_s));
  }

  /// Emits the result of one recipient; once for each.
  void result(std::uint32_t recipient, const SendResult& r) {
    if (!BF_HAS(ops_, result)) throw VerbFailed(BF_E_UNSUPPORTED);
    bf_result out{};
    out.size = sizeof out;
    out.recipient = recipient;
    out.outcome = r.outcome;
    out.retry_after_ms = r.retry_after_ms;
    out.provider_id = str(r.provider_id);
    out.code = str(r.code);
    out.detail = str(r.detail);
    check(ops_->result(op_, &out));
  }
  /// The result of the only recipient, and the end: `return op.done(…)`.
  int done(const SendResult& r) {
    result(0, r);
    return BF_STEP_DONE;
  }
  /// The same result for every recipient of a batch, and the end.
  int doneAll(std::uint32_t recipients, const SendResult& r) {
    for (std::uint32_t i = 0; i < recipients; ++i) result(i, r);
    return BF_STEP_DONE;
  }

  /// Channel inapp: what the recipient's inbox keeps.
  void item(std::uint32_t recipient, const InboxItem& i) {
    if (!BF_HAS(ops_, item)) throw VerbFailed(BF_E_UNSUPPORTED);
    const bf_item out{sizeof out,      recipient,         str(i.title), str(i.body),
                      str(i.category), str(i.action_url), str(i.icon),  str(i.data_json)};
    check(ops_->item(op_, &out));
  }

  /// In a WEBHOOK or STATUS request: one receipt. False when the host refuses it as malformed; the others stand.
  bool event(const Receipt& r) {
    if (!BF_HAS(ops_, event)) throw VerbFailed(BF_E_UNSUPPORTED);
    const bf_event out = r.abi();
    const bf_status status = ops_->event(op_, &out);
    if (status != BF_E_INVALID) check(status);
    return status == BF_OK;
  }
  /// Ends a WEBHOOK request: `return op.reply(204)`, `return op.reply(403, {}, "bad_signature")`.
  int reply(std::int32_t status, std::string_view body = {}, std::string_view code = {},
            const std::vector<std::pair<std::string_view, std::string_view>>& headers = {}) {
    if (!BF_HAS(ops_, reply)) throw VerbFailed(BF_E_UNSUPPORTED);
    std::vector<bf_kv> pairs;
    for (const auto& [name, value] : headers) pairs.push_back({str(name), str(value)});
    check(ops_->reply(op_, status, pairs.data(), pairs.size(), str(body), str(code)));
    return BF_STEP_DONE;
  }

 private:
  static bf_status unlessDenied(bf_status status) {
    if (status != BF_E_DENIED) check(status);
    return status;
  }
  int waitUnlessDenied(bf_status status) {
    if (status == BF_OK) return BF_STEP_WAIT;
    return done({BF_CREDENTIAL, "denied", VerbFailed(status).what(), {}, 0});
  }

  static bf_smtp described(const SmtpTransaction& t, bf_dkim& dkim) {
    bf_smtp smtp{};
    smtp.size = sizeof smtp;
    smtp.port = t.port;
    smtp.host = str(t.host);
    smtp.tls = t.tls;
    smtp.timeout_ms = t.timeout_ms;
    smtp.username = str(t.username);
    if (!t.username.empty()) smtp.password = secretSegment(t.password_secret);
    smtp.mail_from = str(t.mail_from);
    smtp.helo = str(t.helo);
    smtp.dsn_notify = t.dsn_notify;
    smtp.dsn_ret = t.dsn_ret;
    smtp.dsn_envid = str(t.dsn_envid);
    if (!t.dkim.domain.empty()) {
      dkim = {sizeof dkim, 0, str(t.dkim.domain), str(t.dkim.selector), secretSegment(t.dkim.private_key_secret)};
      smtp.dkim = &dkim;
    }
    return smtp;
  }
};

}  // namespace belfry
