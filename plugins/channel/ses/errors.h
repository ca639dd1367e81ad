// What the refusals of SES mean for a delivery: one table for the errors, one for the statuses of bulk entries. Errors
// that every AWS service shares are in belfry/aws_errors.hpp.
// Source: sesv2 2019-09-27 service-2.json, all shapes with `exception` (their httpStatusCode beside them) and the enum
// BulkEmailStatus with its documentation, which still has three older names.
#pragma once

#include <belfry/http_outcome.hpp>

namespace ses {

inline constexpr belfry::ErrorRule kErrors[] = {
    {"AccountSuspendedException", BF_CREDENTIAL},           // 400
    {"AlreadyExistsException", BF_REJECTED_REQUEST},        // 400, not of the calls made here
    {"BadRequestException", BF_REJECTED_REQUEST},           // 400
    {"ConcurrentModificationException", BF_RETRY},          // 500: the resource was being changed, nothing was done
    {"ConflictException", BF_REJECTED_REQUEST},             // 409, not of the calls made here
    {"InternalServiceErrorException", BF_UNKNOWN},          // 500
    {"InvalidNextTokenException", BF_REJECTED_REQUEST},     // 400, not of the calls made here
    {"LimitExceededException", BF_THROTTLED},               // 400
    {"MailFromDomainNotVerifiedException", BF_CREDENTIAL},  // 400
    {"MessageRejected",
     BF_REJECTED_REQUEST},  // 400: a virus, or an identity that is not verified (in the sandbox: any)
    {"NotFoundException", BF_REJECTED_REQUEST},  // 404: configuration set or template
    {"SendingPausedException", BF_CREDENTIAL},   // 400
    {"TooManyRequestsException", BF_THROTTLED},  // 429; SES sends no Retry-After
};

inline constexpr belfry::ErrorRule kBulkStatuses[] = {
    {"SUCCESS", BF_ACCEPTED},
    {"MESSAGE_REJECTED", BF_REJECTED_REQUEST},
    {"MAIL_FROM_DOMAIN_NOT_VERIFIED", BF_CREDENTIAL},
    {"CONFIGURATION_SET_NOT_FOUND", BF_REJECTED_REQUEST},
    {"CONFIGURATION_SET_DOES_NOT_EXIST", BF_REJECTED_REQUEST},
    {"TEMPLATE_NOT_FOUND", BF_REJECTED_REQUEST},
    {"TEMPLATE_DOES_NOT_EXIST", BF_REJECTED_REQUEST},
    {"ACCOUNT_SUSPENDED", BF_CREDENTIAL},
    {"ACCOUNT_THROTTLED", BF_THROTTLED},
    {"ACCOUNT_DAILY_QUOTA_EXCEEDED", BF_THROTTLED},
    {"INVALID_SENDING_POOL_NAME", BF_REJECTED_REQUEST},
    {"ACCOUNT_SENDING_PAUSED", BF_CREDENTIAL},
    {"CONFIGURATION_SET_SENDING_PAUSED", BF_CREDENTIAL},
    {"INVALID_PARAMETER", BF_REJECTED_REQUEST},
    {"INVALID_PARAMETER_VALUE", BF_REJECTED_REQUEST},
    {"TRANSIENT_FAILURE", BF_RETRY},
    {"FAILED", BF_REJECTED_REQUEST},
};

}  // namespace ses
