// X-Twilio-Signature: what is signed.
//
// Source: https://www.twilio.com/docs/usage/security#validating-requests and the RequestValidator of Twilio's helper
// libraries. Base64 of HMAC-SHA1 under the auth token over the URL as Twilio was told it, query included, followed for
// a form by every name and value, sorted, equal pairs once. A JSON body is not signed itself: the URL has its SHA-256
// in the parameter bodySHA256.
#pragma once

#include <belfry/url.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace twilio {

/// The URL as it is, and with the default port of its scheme dropped or added: Twilio signs with or without it.
std::vector<std::string> urlSpellings(std::string_view url);

/// Names and values in the order in which they are signed.
std::string sortedPairs(const belfry::Params& form);

}  // namespace twilio
