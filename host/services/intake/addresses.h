// Is this an address? The one place that decides for every channel.
#pragma once

#include <string>
#include <string_view>

#include "model/vocabulary.h"

namespace belfry {

/// RFC 5321 §4.1.2 mailbox as people use it: dot-atom local part (UTF-8 letters allowed, RFC 6531), a domain of at
/// least two labels or an address literal, at most 254 bytes. No quoted local parts, comments or display names.
bool isEmailAddress(std::string_view text);
/// E.164: `+`, a first digit that is not 0, 7 to 15 digits.
bool isPhoneNumber(std::string_view text);
/// 1 to 4096 bytes of visible ASCII, as RFC 8030's, FCM's and APNs' are, and ARNs.
bool isDeviceToken(std::string_view text);
/// Whether `text` is an address on the channel.
bool isAddress(Channel channel, std::string_view text);
/// What isAddress wants, for error messages.
std::string_view addressForm(Channel channel);
/// CR, LF, NUL or another C0 control (tab included) or DEL: what may not stand in a header or an address.
bool hasControlCharacter(std::string_view text);

}  // namespace belfry
