// Settings may be shown; the passwords inside them may not.
#pragma once

#include <string>
#include <string_view>

namespace belfry {

/// Replaces by `***` the password of every URL (`scheme://user:password@host`), of `password=…` in a query or in a
/// libpq connection string, quoted or not. Everything else stays as it is.
std::string maskSecrets(std::string_view text);

}  // namespace belfry
