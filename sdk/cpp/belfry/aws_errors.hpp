// The errors that all of Amazon's services share, and how an answer names its error.
#pragma once

#include <belfry/http_outcome.hpp>
#include <belfry/json.hpp>
#include <belfry/reply.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace belfry::aws {

/// Errors that every service may give, under the names that its protocols use. Sources: the page "Common Error Types"
/// of the API references; the throttling codes of botocore's _retry.json; "Common errors" of the Signature Version 4
/// guide.
inline constexpr ErrorRule kCommonErrors[] = {
    // About the credentials or the account: every message would meet the same.
    {"AccessDenied", BF_CREDENTIAL},
    {"AccessDeniedException", BF_CREDENTIAL},
    {"AuthFailure", BF_CREDENTIAL},
    {"ExpiredToken", BF_CREDENTIAL},
    {"ExpiredTokenException", BF_CREDENTIAL},
    {"IncompleteSignature", BF_CREDENTIAL},
    {"IncompleteSignatureException", BF_CREDENTIAL},
    {"InvalidAccessKeyId", BF_CREDENTIAL},
    {"InvalidClientTokenId", BF_CREDENTIAL},
    {"InvalidSignatureException", BF_CREDENTIAL},
    {"MissingAuthenticationToken", BF_CREDENTIAL},
    {"MissingAuthenticationTokenException", BF_CREDENTIAL},
    {"NotAuthorized", BF_CREDENTIAL},
    {"OptInRequired", BF_CREDENTIAL},
    {"SignatureDoesNotMatch", BF_CREDENTIAL},
    {"UnrecognizedClientException", BF_CREDENTIAL},
    // This host's clock is more than 15 minutes off.
    {"RequestExpired", BF_CREDENTIAL},
    {"RequestInTheFuture", BF_CREDENTIAL},
    {"RequestTimeTooSkewed", BF_CREDENTIAL},
    // base_url leads to another service.
    {"InvalidAction", BF_CREDENTIAL},
    {"UnknownOperationException", BF_CREDENTIAL},
    // Not processed, for lack of capacity.
    {"BandwidthLimitExceeded", BF_THROTTLED},
    {"ProvisionedThroughputExceededException", BF_THROTTLED},
    {"RequestLimitExceeded", BF_THROTTLED},
    {"RequestThrottled", BF_THROTTLED},
    {"RequestThrottledException", BF_THROTTLED},
    {"SlowDown", BF_THROTTLED},
    {"ThrottledException", BF_THROTTLED},
    {"Throttling", BF_THROTTLED},
    {"ThrottlingException", BF_THROTTLED},
    {"TooManyRequestsException", BF_THROTTLED},
    // Not processed, for now.
    {"RequestTimeout", BF_RETRY},
    {"RequestTimeoutException", BF_RETRY},
    {"ServiceUnavailable", BF_RETRY},
    {"ServiceUnavailableException", BF_RETRY},
    // Nobody knows how far it came.
    {"InternalFailure", BF_UNKNOWN},
    {"InternalServerError", BF_UNKNOWN},
    {"RequestAbortedException", BF_UNKNOWN},
    // About this request.
    {"InvalidParameterCombination", BF_REJECTED_REQUEST},
    {"InvalidParameterValue", BF_REJECTED_REQUEST},
    {"InvalidQueryParameter", BF_REJECTED_REQUEST},
    {"MalformedHttpRequestException", BF_REJECTED_REQUEST},
    {"MalformedQueryString", BF_REJECTED_REQUEST},
    {"MissingAction", BF_REJECTED_REQUEST},
    {"MissingParameter", BF_REJECTED_REQUEST},
    {"RequestEntityTooLargeException", BF_REJECTED_REQUEST},
    {"SerializationException", BF_REJECTED_REQUEST},
    {"ValidationError", BF_REJECTED_REQUEST},
    {"ValidationException", BF_REJECTED_REQUEST},
};

/// An error as an answer names it.
struct Fault {
  std::string code;
  std::string message;
};

/// "aws.protocoltests.restjson#FooError:http://…" means FooError (AWS restJson1 protocol, "Operation error
/// serialization").
inline std::string_view shapeName(std::string_view text) {
  text = text.substr(0, text.find(':'));
  return text.substr(text.rfind('#') + 1);
}

/// The error of a REST-JSON answer: header x-amzn-errortype, else `__type` or `code` of the body.
inline Fault jsonFault(const Reply& reply) {
  Fault out;
  out.code = shapeName(reply.header("x-amzn-errortype"));
  JsonDom dom;
  if (!dom.parse(reply.body())) return out;
  const Json body = dom.root();
  if (out.code.empty()) out.code = shapeName(body["__type"].asString());
  if (out.code.empty()) out.code = shapeName(body["code"].asString());
  out.message = body["message"].asString(body["Message"].asString());
  return out;
}

/// By the service's own table, else by the common one, else by the status.
template <std::size_t N>
SendResult refusal(const Reply& reply, const ErrorRule (&own)[N], const Fault& fault) {
  auto outcome = outcomeOf(own, fault.code);
  if (!outcome) outcome = outcomeOf(kCommonErrors, fault.code);
  return reply.refusal(outcome.value_or(httpOutcome(reply.status())), fault.code, fault.message);
}

}  // namespace belfry::aws
