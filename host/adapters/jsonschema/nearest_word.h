// "Did you mean …?"
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace belfry {

/// The candidate that a typist most likely meant: fewest insertions, deletions, replacements and swaps of neighbours
/// (optimal string alignment), at most a third of the word's length and at most 3; nullopt when nothing is that near.
std::optional<std::string> nearestWord(std::string_view word, std::span<const std::string> candidates);

}  // namespace belfry
