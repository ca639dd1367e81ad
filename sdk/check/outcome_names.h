// The outcomes of belfry/steps.h as text, for manifests and vectors.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "belfry/steps.h"

namespace belfry::check {

/// In the order of their numbers, which begin at BF_ACCEPTED.
inline constexpr std::array<std::string_view, 8> kOutcomeNames = {
    "accepted", "delivered", "rejected_recipient", "rejected_request", "credential", "throttled", "retry", "unknown"};
static_assert(BF_ACCEPTED == 1 && BF_UNKNOWN == 8, "one name per outcome");

/// The name of an outcome, or "" for a number that is none.
inline std::string_view outcomeName(std::int32_t outcome) {
  return outcome >= BF_ACCEPTED && outcome <= BF_UNKNOWN
             ? kOutcomeNames[static_cast<std::size_t>(outcome - BF_ACCEPTED)]
             : "";
}

}  // namespace belfry::check
