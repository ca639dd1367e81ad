// "Did you mean …?"
#pragma once

#include <string_view>
#include <vector>

namespace belfry {

/// The known name that differs from `name` by at most a third of its letters (insertions, deletions, replacements;
/// ASCII case is free); empty when none is that near.
std::string_view nearestName(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace belfry
