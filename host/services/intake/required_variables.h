#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belfry {

/// Which of the variables are absent or null in the data. A dotted name walks into objects. `data_json` is valid JSON.
std::vector<std::string> missingVariables(std::string_view data_json, const std::vector<std::string>& required);

}  // namespace belfry
