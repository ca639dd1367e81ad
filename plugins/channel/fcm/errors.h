// FCM's error codes and what each means for a delivery.
#pragma once

#include <belfry/steps.h>
#include <belfry/http_outcome.hpp>

namespace fcm {

/// details[].errorCode of type google.firebase.fcm.v1.FcmError. It is read first.
/// Source: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, all of its values.
inline constexpr belfry::ErrorRule kFcmErrors[] = {
    {"UNSPECIFIED_ERROR", BF_UNKNOWN},
    {"INVALID_ARGUMENT", BF_REJECTED_REQUEST},  // unless it is about the token: see isAboutToken
    {"UNREGISTERED", BF_REJECTED_RECIPIENT},
    {"SENDER_ID_MISMATCH", BF_REJECTED_RECIPIENT},  // the token belongs to another project, for good
    {"QUOTA_EXCEEDED", BF_THROTTLED},
    {"UNAVAILABLE", BF_RETRY},  // "the server is overloaded": asks for a repeat, after Retry-After
    {"INTERNAL", BF_UNKNOWN},
    {"THIRD_PARTY_AUTH_ERROR", BF_CREDENTIAL},  // APNs certificate or web push key of the project
};

/// error.status where there is no FcmError: the canonical codes. Source: https://cloud.google.com/apis/design/errors
/// and google/rpc/code.proto.
inline constexpr belfry::ErrorRule kCanonicalErrors[] = {
    {"CANCELLED", BF_UNKNOWN},
    {"UNKNOWN", BF_UNKNOWN},
    {"INVALID_ARGUMENT", BF_REJECTED_REQUEST},
    {"DEADLINE_EXCEEDED", BF_UNKNOWN},
    {"NOT_FOUND", BF_CREDENTIAL},  // no such project or method; a dead token has an FcmError
    {"ALREADY_EXISTS", BF_REJECTED_REQUEST},
    {"PERMISSION_DENIED", BF_CREDENTIAL},
    {"RESOURCE_EXHAUSTED", BF_THROTTLED},
    {"FAILED_PRECONDITION", BF_REJECTED_REQUEST},
    {"ABORTED", BF_RETRY},
    {"OUT_OF_RANGE", BF_REJECTED_REQUEST},
    {"UNIMPLEMENTED", BF_CREDENTIAL},
    {"INTERNAL", BF_UNKNOWN},
    {"UNAVAILABLE", BF_RETRY},
    {"DATA_LOSS", BF_UNKNOWN},
    {"UNAUTHENTICATED", BF_CREDENTIAL},  // after one fresh token
};

/// The token endpoint's `error`. What is not here is temporary when the status is 429 or 5xx.
/// Source: RFC 6749 §5.2; https://developers.google.com/identity/protocols/oauth2/service-account, "JWT error codes".
inline constexpr belfry::ErrorRule kTokenErrors[] = {
    {"unauthorized_client", BF_CREDENTIAL},
    {"access_denied", BF_CREDENTIAL},
    {"admin_policy_enforced", BF_CREDENTIAL},
    {"invalid_client", BF_CREDENTIAL},
    {"invalid_grant", BF_CREDENTIAL},
    {"invalid_request", BF_CREDENTIAL},
    {"invalid_scope", BF_CREDENTIAL},
    {"disabled_client", BF_CREDENTIAL},
    {"deleted_client", BF_CREDENTIAL},
    {"org_internal", BF_CREDENTIAL},
    {"unsupported_grant_type", BF_CREDENTIAL},
    {"temporarily_unavailable", BF_RETRY},
    {"internal_failure", BF_RETRY},
    {"server_error", BF_RETRY},
    {"rate_limit_exceeded", BF_THROTTLED},
};

}  // namespace fcm
