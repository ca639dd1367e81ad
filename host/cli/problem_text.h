// A problem document (RFC 9457) as a person reads it.
#pragma once

#include <string>

#include "cli/api_client.h"

namespace belfry::cli {

/// One line for the problem and one for each field:
///   belfry: Invalid request (422 validation_failed): 1 field is not valid [request 0193…]
///     /recipient/email: is not an e-mail address (value: nobody; allowed: an address)
/// A reply that is no problem document is described by its status.
std::string problemText(const ApiReply& reply);

}  // namespace belfry::cli
