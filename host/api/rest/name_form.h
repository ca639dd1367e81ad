// Forms of the names that people give to things. The same forms stand as CHECKs in the database.
#pragma once

#include <string_view>

namespace belfry {

/// Tenants and provider instances.
bool isSlug(std::string_view text);
inline constexpr std::string_view kSlugForm = "1 to 63 of a-z, 0-9 and -, not starting with -";

bool isTemplateKey(std::string_view text);
inline constexpr std::string_view kTemplateKeyForm =
    "1 to 127 of a-z, 0-9, ., _ and -, starting with a letter or digit";

/// BCP 47 by shape: `en`, `pt-BR`, `zh-Hant-TW`.
bool isLanguage(std::string_view text);
inline constexpr std::string_view kLanguageForm = "a BCP 47 language tag, e.g. en or pt-BR";

/// IANA time zone by shape: `Europe/Madrid`.
bool isTimeZone(std::string_view text);
inline constexpr std::string_view kTimeZoneForm = "an IANA time zone, e.g. Europe/Madrid";

/// RFC 6838 §4.2: type/subtype, with parameters.
bool isMediaType(std::string_view text);
inline constexpr std::string_view kMediaTypeForm = "a media type, e.g. application/pdf";

/// A name that templates use: letters, digits and _, dots for members.
bool isVariable(std::string_view text);
inline constexpr std::string_view kVariableForm = "a variable's name, dots for members, e.g. order.id";

}  // namespace belfry
