// The kinds of receipt of belfry/steps.h as text, for vectors.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "belfry/steps.h"

namespace belfry::check {

/// In the order of their numbers, which begin at BF_RECEIPT_QUEUED.
inline constexpr std::array<std::string_view, 12> kEventNames = {
    "queued", "sent",   "delivered", "delayed", "bounced",    "soft_bounced",
    "failed", "opened", "clicked",   "read",    "complained", "unsubscribed"};
static_assert(BF_RECEIPT_QUEUED == 1 && BF_RECEIPT_UNSUBSCRIBED == 12, "one name per kind");

/// The name of a kind of receipt, or "" for a number that is none.
inline std::string_view eventName(std::int32_t type) {
  return type >= BF_RECEIPT_QUEUED && type <= BF_RECEIPT_UNSUBSCRIBED
             ? kEventNames[static_cast<std::size_t>(type - BF_RECEIPT_QUEUED)]
             : "";
}

}  // namespace belfry::check
