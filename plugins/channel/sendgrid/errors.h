// What SendGrid's refusals mean for a delivery: one table. SendGrid has no error codes; an answer is a status and
// {"errors":[{"message","field","help"}]}.
// Sources: [spec] the `responses` of POST /v3/mail/send in the published tsg_mail_v3.json; [mail] the page "Mail Send
// errors", whose parameter errors all are 400; [http] the page "Responses" of the v3 API; [limits] "Rate limits".
#pragma once

#include <belfry/http_outcome.hpp>

#include <cstdint>
#include <string_view>

namespace sendgrid {

struct ErrorRule {
  std::int32_t status;
  std::string_view field;    ///< how `field` begins; empty: any
  std::string_view message;  ///< what `message` holds, in lower case; empty: any
  std::int32_t outcome;
};

/// The first line that fits decides.
inline constexpr ErrorRule kErrors[] = {
    // [mail] personalizations.to: the address itself. Every other parameter error is about the message.
    {400, "personalizations.", "does not contain a valid address", BF_REJECTED_RECIPIENT},
    // [mail] from: the account may not send at all, or not as this sender.
    {400, "from", "does not match a verified sender identity", BF_CREDENTIAL},
    {400, "ip_pool_name", "", BF_REJECTED_REQUEST},
    // [mail] attachments, asm, batch_id, categories, content, custom_args, from, headers, mail_settings,
    // personalizations, reply_to, send_at, subject, template_id, tracking_settings.
    {400, "", "", BF_REJECTED_REQUEST},
    {401, "", "", BF_CREDENTIAL},  // [spec] authorization required; also "Maximum credits exceeded"
    {402, "", "", BF_CREDENTIAL},  // [http] payment required
    {403, "", "", BF_CREDENTIAL},  // [spec] access forbidden: the key lacks mail.send, or the sender is not verified
    {404, "", "", BF_CREDENTIAL},  // [spec] not found: base_url names another service
    {405, "", "", BF_CREDENTIAL},  // [spec] method not allowed: likewise
    {406, "", "", BF_REJECTED_REQUEST},  // [http] missing or wrong Accept
    {413, "", "", BF_REJECTED_REQUEST},  // [spec] content too large
    {415, "", "", BF_REJECTED_REQUEST},  // [http] unsupported media type
    {429, "", "", BF_THROTTLED},         // [limits] not processed; X-RateLimit-Reset says until when
    // [spec][http] an error on their side: nothing says that the mail was not queued before it.
    {500, "", "", BF_UNKNOWN},
    {502, "", "", BF_UNKNOWN},
    {503, "", "", BF_UNKNOWN},
    {504, "", "", BF_UNKNOWN},
};

}  // namespace sendgrid
