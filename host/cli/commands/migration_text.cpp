#include "cli/commands/migration_text.h"

#include "cli/text_table.h"
#include "kit/json.h"

namespace belfry::cli {
namespace {

void printStatusJson(Console& console, const pg::MigrationStatus& status) {
  JsonWriter json;
  json.object([&] {
    json.member("version", status.version());
    json.member("current", status.current());
    json.member("vocabularyPending", status.vocabulary_pending);
    json.memberArray("migrations", [&] {
      for (const auto& entry : status.entries) {
        json.object([&] {
          json.member("version", entry.version);
          json.member("name", entry.name);
          json.member("state", toText(entry.state));
          json.key("appliedAt");
          if (entry.applied_at) json.value(formatRfc3339(*entry.applied_at));
          else json.value(nullptr);
        });
      }
    });
  });
  console.out << json.take() << '\n';
}

}  // namespace

void printSteps(Console& console, bool as_json, const char* what, const std::vector<std::string>& names, int version) {
  if (as_json) {
    JsonWriter json;
    json.object([&] {
      json.memberArray("migrations", [&] {
        for (const auto& name : names) json.value(name);
      });
      json.member("version", version);
    });
    console.out << json.take() << '\n';
    return;
  }
  for (const auto& name : names) console.out << what << ' ' << name << '\n';
  console.out << (names.empty() ? "nothing to do; " : "") << "the schema is at version " << version << '\n';
}

void printStatus(Console& console, bool as_json, const pg::MigrationStatus& status) {
  if (as_json) return printStatusJson(console, status);
  TextTable table({"VERSION", "NAME", "STATE", "APPLIED (UTC)"});
  for (const auto& entry : status.entries) {
    table.add({std::to_string(entry.version), entry.name, toText(entry.state),
               entry.applied_at ? shortTime(formatRfc3339(*entry.applied_at)) : "-"});
  }
  table.print(console.out);
  if (status.vocabulary_pending) console.out << "the vocabulary is to be applied\n";
  console.out << (status.current() ? "up to date at version " : "not up to date; at version ") << status.version()
              << '\n';
}

}  // namespace belfry::cli
