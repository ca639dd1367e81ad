// What the API takes for a template, made of a template file.
#pragma once

#include <string>

#include "cli/invocation.h"

namespace belfry::cli {

struct TemplateBody {
  std::string key;
  std::string json;
};

/// {key, engine, description, language, content, variables} of --file, with the key of --template-key if that is given.
/// Throws CommandFailed with every error of the file.
TemplateBody newTemplateBody(const Invocation& invocation);
/// {language, content, variables}: the next version.
TemplateBody nextVersionBody(const Invocation& invocation);

}  // namespace belfry::cli
