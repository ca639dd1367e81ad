// Texts that come from a provider, before they are stored: they may hold any bytes, any length, and the recipient's
// address.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace belfry {

/// What a PostgreSQL text can hold: bytes that are no UTF-8 and NUL become U+FFFD; at most `most` bytes, cut at a
/// character.
std::string storableText(std::string_view text, std::size_t most = 2000);

/// `text` with every mention of the address, in whatever case, replaced by its masked form: a reply such as "550
/// <ada@example.test> unknown" would otherwise put personal data into a column that is not encrypted. Addresses under 5
/// bytes are left alone.
std::string withoutAddress(std::string_view text, std::string_view address);

}  // namespace belfry
