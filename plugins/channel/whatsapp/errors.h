// The error codes of the WhatsApp Cloud API and what each means for a delivery. The one table serves answers and the
// `failed` statuses of the webhook.
//
// Source: "Error codes" of the WhatsApp Business Platform,
// https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes; its advice is to build
// on `code`. Left out are codes of calls, groups and of creating templates, which no message can give.
#pragma once

#include <belfry/steps.h>

#include <cstdint>
#include <string_view>

namespace whatsapp {

struct Rule {
  std::int32_t code;
  std::int32_t outcome;  ///< BF_*
  std::string_view text;
};

inline constexpr Rule kRules[] = {
    // Authorization
    {0, BF_CREDENTIAL, "the app user could not be authenticated"},
    {3, BF_CREDENTIAL, "capability or permission missing"},
    {10, BF_CREDENTIAL, "permission not granted or removed"},
    {190, BF_CREDENTIAL, "access token has expired"},
    {131005, BF_CREDENTIAL, "access denied"},
    // Integrity
    {368, BF_CREDENTIAL, "account blocked for violating a policy"},
    {130497, BF_REJECTED_REQUEST, "account may not message users in this country"},
    {131031, BF_CREDENTIAL, "account is locked"},
    // Throttling
    {4, BF_THROTTLED, "the app reached its rate limit"},
    {80007, BF_THROTTLED, "the account reached its rate limit"},
    {130429, BF_THROTTLED, "throughput reached"},
    {131048, BF_THROTTLED, "spam rate limit: too many messages blocked or flagged"},
    {131056, BF_THROTTLED, "too many messages from this number to this recipient"},
    {133016, BF_THROTTLED, "too many registrations of the number"},
    // Other
    {1, BF_UNKNOWN, "invalid request, or a server error"},
    {2, BF_RETRY, "service down or overloaded"},
    {33, BF_CREDENTIAL, "the business number has been deleted"},
    {100, BF_REJECTED_REQUEST, "unsupported or misspelt parameter"},
    {130472, BF_REJECTED_REQUEST, "the user's number is part of an experiment"},
    {131000, BF_UNKNOWN, "something went wrong"},
    {131008, BF_REJECTED_REQUEST, "a required parameter is missing"},
    {131009, BF_REJECTED_REQUEST, "a parameter's value is not valid"},
    {131016, BF_RETRY, "service unavailable"},
    {131021, BF_REJECTED_REQUEST, "recipient and sender are the same"},
    {131026, BF_REJECTED_RECIPIENT, "undeliverable: not on WhatsApp, or terms not accepted"},
    {131037, BF_CREDENTIAL, "the number's display name needs approval"},
    {131042, BF_CREDENTIAL, "payment method of the account"},
    {131045, BF_CREDENTIAL, "the number is not registered properly"},
    {131047, BF_REJECTED_REQUEST, "more than 24 hours since the user's last message: use a template"},
    {131049, BF_RETRY, "Meta chose not to deliver: the user's cap of marketing messages"},
    {131050, BF_REJECTED_RECIPIENT, "the user stopped marketing messages"},
    {131051, BF_REJECTED_REQUEST, "message type not supported"},
    {131052, BF_REJECTED_REQUEST, "media could not be downloaded"},
    {131053, BF_REJECTED_REQUEST, "media could not be uploaded"},
    {131055, BF_REJECTED_REQUEST, "method not allowed"},
    {131057, BF_RETRY, "account in maintenance mode"},
    {131060, BF_REJECTED_REQUEST, "message unavailable"},
    {132000, BF_REJECTED_REQUEST, "wrong number of template parameters"},
    {132001, BF_REJECTED_REQUEST, "template does not exist in this language, or is not approved"},
    {132005, BF_REJECTED_REQUEST, "the template's text became too long"},
    {132007, BF_REJECTED_REQUEST, "the template violates a policy"},
    {132012, BF_REJECTED_REQUEST, "a template parameter has a wrong format"},
    {132015, BF_REJECTED_REQUEST, "template is paused"},
    {132016, BF_REJECTED_REQUEST, "template is disabled"},
    {132018, BF_REJECTED_REQUEST, "template parameters are not valid"},
    {132068, BF_REJECTED_REQUEST, "flow is blocked"},
    {132069, BF_REJECTED_REQUEST, "flow is throttled"},
    {133000, BF_CREDENTIAL, "a former deregistration of the number is incomplete"},
    {133004, BF_RETRY, "server temporarily unavailable"},
    {133005, BF_CREDENTIAL, "two-step PIN does not match"},
    {133006, BF_CREDENTIAL, "number must be verified again"},
    {133008, BF_CREDENTIAL, "too many guesses of the two-step PIN"},
    {133009, BF_CREDENTIAL, "two-step PIN guessed too fast"},
    {133010, BF_CREDENTIAL, "number is not registered"},
    {133015, BF_CREDENTIAL, "number was deleted a short while ago"},
    {134011, BF_REJECTED_REQUEST, "terms of payments not accepted"},
    {134100, BF_REJECTED_REQUEST, "only marketing messages are possible here"},
    {134101, BF_RETRY, "template is still being synchronised"},
    {134102, BF_REJECTED_REQUEST, "template is not available here"},
    {135000, BF_REJECTED_REQUEST, "generic user error"},
};

/// "API permission": 200 to 299.
inline constexpr Rule kPermission = {200, BF_CREDENTIAL, "permission not granted or removed"};

/// nullptr: not in the table.
constexpr const Rule* ruleOf(std::int64_t code) {
  for (const auto& rule : kRules)
    if (rule.code == code) return &rule;
  return code >= 200 && code <= 299 ? &kPermission : nullptr;
}

inline constexpr std::int32_t kUserCap = 131049;  ///< "wait": at least a day, and nobody is to blame
inline constexpr std::int32_t kOptOut = 131050;   ///< a good number whose owner wants no more marketing

}  // namespace whatsapp
