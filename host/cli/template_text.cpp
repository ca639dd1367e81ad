#include "cli/template_text.h"

#include <sstream>

#include "cli/text_table.h"

namespace belfry::cli {
namespace {

/// A text's lines, indented.
void printText(std::ostream& out, std::string_view text) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) out << "    " << printable(line) << '\n';
}

void printContent(std::ostream& out, const JsonValue& version) {
  const auto* content = memberAt(version, "content");
  if (content == nullptr || !content->IsObject()) return;
  for (const auto& channel : content->GetObject()) {
    if (!channel.value.IsObject()) continue;
    for (const auto& field : channel.value.GetObject()) {
      if (!field.value.IsString()) continue;
      out << "  " << printable(asView(channel.name)) << ' ' << printable(asView(field.name)) << ":\n";
      printText(out, asView(field.value));
    }
  }
}

}  // namespace

void printTemplate(std::ostream& out, const JsonValue& found) {
  printObject(out, found,
              {{"template", "key"},
               {"description", "description"},
               {"engine", "engine"},
               {"language", "defaultLanguage"},
               {"published", "publishedVersion"},
               {"source", "source"},
               {"created", "createdAt"},
               {"updated", "updatedAt"}});
  const auto* versions = memberAt(found, "versions");
  if (versions == nullptr || !versions->IsArray() || versions->Empty()) return;
  out << '\n';
  printObjects(out, *versions,
               {{"VERSION", "version"},
                {"STATE", "state"},
                {"LANGUAGE", "language"},
                {"REQUIRED", "variables.required"},
                {"CREATED (UTC)", "createdAt"},
                {"PUBLISHED (UTC)", "publishedAt"}});
  out << "\nversion " << cellText((*versions)[0], "version") << '\n';
  printContent(out, (*versions)[0]);
}

}  // namespace belfry::cli
