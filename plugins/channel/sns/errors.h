// What the refusals of SNS mean for a delivery: one table, and one for errors whose meaning depends on the field.
// Errors that every AWS service shares are in belfry/aws_errors.hpp. Source: sns 2010-03-31 service-2.json, all shapes
// with `error` (its `code`, httpStatusCode behind it).
#pragma once

#include <belfry/http_outcome.hpp>

#include <cstdint>
#include <string_view>

namespace sns {

inline constexpr belfry::ErrorRule kErrors[] = {
    {"AuthorizationError", BF_CREDENTIAL},                  // 403
    {"BatchEntryIdsNotDistinct", BF_REJECTED_REQUEST},      // 400
    {"BatchRequestTooLong", BF_REJECTED_REQUEST},           // 400
    {"ConcurrentAccess", BF_RETRY},                         // 400
    {"EmptyBatchRequest", BF_REJECTED_REQUEST},             // 400
    {"EndpointDisabled", BF_REJECTED_RECIPIENT},            // 400: the device's token is dead
    {"FilterPolicyLimitExceeded", BF_REJECTED_REQUEST},     // 403, not of the calls made here
    {"InternalError", BF_UNKNOWN},                          // 500
    {"InvalidBatchEntryId", BF_REJECTED_REQUEST},           // 400
    {"InvalidParameter", BF_REJECTED_REQUEST},              // 400: see kFieldErrors
    {"InvalidSecurity", BF_CREDENTIAL},                     // 403
    {"InvalidState", BF_REJECTED_REQUEST},                  // 400, not of the calls made here
    {"KMSAccessDenied", BF_CREDENTIAL},                     // 400: the topic's key, which set-up has to mend
    {"KMSDisabled", BF_CREDENTIAL},                         // 400
    {"KMSInvalidState", BF_CREDENTIAL},                     // 400
    {"KMSNotFound", BF_CREDENTIAL},                         // 400
    {"KMSOptInRequired", BF_CREDENTIAL},                    // 403
    {"KMSThrottling", BF_THROTTLED},                        // 400
    {"NotFound", BF_REJECTED_REQUEST},                      // 404: of a device, see resultOf
    {"OptedOut", BF_REJECTED_RECIPIENT},                    // 400: the number's owner wants no more
    {"ParameterValueInvalid", BF_REJECTED_REQUEST},         // 400: see kFieldErrors
    {"PlatformApplicationDisabled", BF_CREDENTIAL},         // 400
    {"ReplayLimitExceeded", BF_REJECTED_REQUEST},           // 403, not of the calls made here
    {"ResourceNotFound", BF_REJECTED_REQUEST},              // 404, not of the calls made here
    {"StaleTag", BF_REJECTED_REQUEST},                      // 400, not of the calls made here
    {"SubscriptionLimitExceeded", BF_REJECTED_REQUEST},     // 403, not of the calls made here
    {"TagLimitExceeded", BF_REJECTED_REQUEST},              // 400, not of the calls made here
    {"TagPolicy", BF_REJECTED_REQUEST},                     // 400, not of the calls made here
    {"Throttled", BF_THROTTLED},                            // 429; SNS sends no Retry-After
    {"TooManyEntriesInBatchRequest", BF_REJECTED_REQUEST},  // 400
    {"TopicLimitExceeded", BF_REJECTED_REQUEST},            // 403, not of the calls made here
    {"UserError", BF_REJECTED_REQUEST},                     // 400
    {"ValidationException", BF_REJECTED_REQUEST},           // 400
    {"VerificationException", BF_REJECTED_REQUEST},         // without a code, not of the calls made here
};

/// InvalidParameter and ParameterValueInvalid say "Invalid parameter: FIELD Reason: …". Source: SNS Developer Guide,
/// "Common Amazon SNS mobile push API errors" and "Publishing SMS messages".
struct FieldRule {
  std::string_view field;
  std::int32_t outcome;
};
inline constexpr FieldRule kFieldErrors[] = {
    {"PhoneNumber", BF_REJECTED_RECIPIENT},
    {"TargetArn", BF_REJECTED_RECIPIENT},  // no such endpoint: the app was removed, or the endpoint was deleted
    {"Token", BF_REJECTED_RECIPIENT},      // not a token of this platform
    {"EndpointArn", BF_REJECTED_RECIPIENT},
    {"PlatformApplicationArn", BF_CREDENTIAL},
};

}  // namespace sns
