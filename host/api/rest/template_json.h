// Templates and their versions, in and out.
#pragma once

#include <string>
#include <string_view>

#include "kit/json.h"
#include "kit/result.h"
#include "model/problem.h"
#include "model/template.h"

namespace belfry {

/// `{key, engine, description, language, content, variables}`: a template with its first version.
Result<Template, Problem> parseTemplate(std::string_view body);

/// `{language, content, variables}`: the next version.
Result<TemplateVersion, Problem> parseTemplateVersion(std::string_view body);

/// `{version}`.
Result<int, Problem> parsePublish(std::string_view body);

/// Without versions when it has none loaded.
void writeTemplate(JsonWriter& json, const Template& found);
std::string templateJson(const Template& found);

}  // namespace belfry
