// The "relaxed" canonical forms of DKIM (RFC 6376 §3.4.2 and §3.4.4) and what is signed of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/openssl/mail_message.h"

namespace belfry::openssl {

/// Every line but white space at its end, runs of white space made one space, no empty lines at the end; an empty body
/// stays empty.
std::string relaxedBody(std::string_view body);

/// `name:value` without a line break.
std::string relaxedField(const MailField& field);

/// RFC 6376 §3.7: the fields that `names` (the tag h=) selects, from the bottom up for a name that stands repeatedly,
/// nothing for one that is not there; last the DKIM-Signature field with an empty b=.
std::string dkimSigningInput(const std::vector<MailField>& fields, const std::vector<std::string>& names,
                             const MailField& signature_field);

}  // namespace belfry::openssl
