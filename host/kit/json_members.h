// Looks into JSON text without building a document: where only names or single values are wanted, or a value goes on as
// the text that it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry {

struct JsonMember {
  std::string name;
  std::string_view value;  ///< its text, without white space around; lives as long as the text that was looked into
};

/// The members of an object in order. `text` is JSON that was read strictly before (parseJson), such as what we wrote
/// ourselves: values are stepped over, not checked. nullopt when it is no object, or its brackets and quotes do not
/// close.
std::optional<std::vector<JsonMember>> jsonMembers(std::string_view text);

}  // namespace belfry
