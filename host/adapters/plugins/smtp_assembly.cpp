#include "adapters/plugins/smtp_assembly.h"

#include <algorithm>

#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kMostRecipients = 1000;
constexpr std::size_t kMostSegments = 100'000;
constexpr uint32_t kAllNotify = BF_DSN_NEVER | BF_DSN_SUCCESS | BF_DSN_FAILURE | BF_DSN_DELAY;

bool isTls(int32_t tls) { return tls == BF_TLS_NONE || tls == BF_TLS_STARTTLS || tls == BF_TLS_IMPLICIT; }

SmtpTls toTls(int32_t tls) {
  if (tls == BF_TLS_NONE) return SmtpTls::none;
  return tls == BF_TLS_IMPLICIT ? SmtpTls::tls : SmtpTls::starttls;
}

bool isDsn(const bf_smtp& request) {
  bool never = (request.dsn_notify & BF_DSN_NEVER) != 0;
  return (request.dsn_notify & ~kAllNotify) == 0 && !(never && request.dsn_notify != BF_DSN_NEVER) &&
         (request.dsn_ret == BF_DSN_RET_DEFAULT || request.dsn_ret == BF_DSN_RET_HEADERS);
}

/// Whether every pointer and number is one that can be worked with.
bool isWellFormed(const bf_smtp& request) {
  for (const auto* text :
       {&request.host, &request.username, &request.mail_from, &request.password.s, &request.helo, &request.dsn_envid})
    if (!isView(*text)) return false;
  if (!isTls(request.tls) || request.port == 0 || request.port > 65535 || !isDsn(request)) return false;
  if (request.n_rcpts == 0 && request.n_message != 0) return false;
  if (!isArray(request.rcpts, request.n_rcpts, kMostRecipients)) return false;
  return isArray(request.message, request.n_message, kMostSegments) &&
         std::all_of(request.rcpts, request.rcpts + request.n_rcpts, isView);
}

/// A secret has no place in a message, only in what proves who we are.
bool provesWho(const bf_seg& segment) {
  return segment.kind == BF_SEG_SECRET || segment.kind == BF_SEG_TOKEN || segment.kind == BF_SEG_MADE;
}

bf_status addMessage(const bf_smtp& from, const SegmentAssembler& segments, SmtpExchange& to) {
  for (size_t i = 0; i < from.n_message; ++i)
    if (provesWho(from.message[i])) return BF_E_DENIED;
  return segments.append(from.message, from.n_message, to.message);
}

bf_status addPassword(const bf_smtp& from, const SegmentAssembler& segments, SmtpExchange& to) {
  if (to.username.empty()) return BF_OK;
  if (from.password.xform != BF_XFORM_RAW) return BF_E_INVALID;
  return segments.key(from.password, to.password);
}

bf_status addDkim(const bf_dkim& from, const SegmentAssembler& segments, const InstanceContext& context, TimePoint now,
                  SmtpExchange& to) {
  if (from.size < sizeof(bf_dkim) || !isView(from.domain) || !isView(from.selector)) return BF_E_INVALID;
  DkimKey key{copy(from.domain), copy(from.selector), {}};
  if (auto status = segments.key(from.private_key, key.private_key_pem); status != BF_OK) return status;
  if (segments.masked()) {
    to.message.insert(0, "DKIM-Signature: ***\r\n");
    return BF_OK;
  }
  auto header = context.signatures.dkim(key, to.message, now);
  if (!header) {
    context.log.warn("a message cannot be signed (DKIM)",
                     {{"provider_id", context.provider.toString()}, {"reason", header.error()}});
    return BF_E_INVALID;
  }
  to.message.insert(0, *header);
  return BF_OK;
}

std::optional<SmtpDsn> dsnOf(const bf_smtp& from) {
  if (from.dsn_notify == 0 && from.dsn_ret == BF_DSN_RET_DEFAULT && from.dsn_envid.n == 0) return std::nullopt;
  SmtpDsn dsn;
  dsn.envelope_id = copy(from.dsn_envid);
  dsn.return_headers_only = from.dsn_ret == BF_DSN_RET_HEADERS;
  if (from.dsn_notify & BF_DSN_NEVER) dsn.notify.push_back("NEVER");
  if (from.dsn_notify & BF_DSN_SUCCESS) dsn.notify.push_back("SUCCESS");
  if (from.dsn_notify & BF_DSN_FAILURE) dsn.notify.push_back("FAILURE");
  if (from.dsn_notify & BF_DSN_DELAY) dsn.notify.push_back("DELAY");
  return dsn;
}

}  // namespace

bf_status assembleSmtp(const bf_smtp& from, const SegmentAssembler& segments, const InstanceContext& context,
                       TimePoint now, SmtpExchange& to) {
  if (!isWellFormed(from)) return BF_E_INVALID;
  to.host = copy(from.host);
  to.port = static_cast<std::uint16_t>(from.port);
  to.tls = toTls(from.tls);
  to.username = copy(from.username);
  to.helo_name = copy(from.helo);
  if (auto status = addPassword(from, segments, to); status != BF_OK) return status;
  to.mail_from = copy(from.mail_from);
  for (size_t i = 0; i < from.n_rcpts; ++i) to.recipients.push_back(copy(from.rcpts[i]));
  if (auto status = addMessage(from, segments, to); status != BF_OK) return status;
  to.dsn = dsnOf(from);
  return from.dkim == nullptr ? bf_status{BF_OK} : addDkim(*from.dkim, segments, context, now, to);
}

}  // namespace belfry::plugins
