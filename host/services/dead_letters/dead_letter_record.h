// Dead letters as JSON texts for the audit: no addresses, no content.
#pragma once

#include <string>
#include <vector>

#include "model/dead_letter.h"

namespace belfry {

std::string recordOf(const DeadLetter& letter);
/// What a correction made of it.
std::string recordOf(NotificationId corrected, const std::vector<std::string>& fields);

}  // namespace belfry
