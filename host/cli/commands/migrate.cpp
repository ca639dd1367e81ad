#include "cli/commands/migrate.h"

#include "adapters/postgres/migrator.h"
#include "app/config/load_settings.h"
#include "app/install_layout.h"
#include "cli/commands/migration_text.h"
#include "cli/console.h"
#include "cli/failures.h"
#include "cli/invocation.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

/// --database, else what the host itself would use: environment, then --config.
std::string databaseUrl(const Invocation& invocation) {
  if (auto url = invocation.find("database"); url && !url->empty()) return std::move(*url);
  ConfigSources sources;
  if (const auto file = invocation.find("config")) sources.file = *file;
  sources.environment = settingsInEnvironment();
  auto loaded = loadSettings(sources);
  if (!loaded) throw CommandFailed("the configuration is not valid\n" + toText(loaded.error()));
  auto& url = loaded->settings.database.migrate_url;
  if (!url.empty()) return std::move(url);
  throw UsageError(
      "no database is named; allowed: --database URL, BELFRY__DATABASE__MIGRATE_URL, BELFRY__DATABASE__URL, or "
      "database.migrate_url in --config FILE");
}

/// The command's own words go to standard output; the log has only what went wrong.
pg::Migrator makeMigrator(const Invocation& invocation, const Log& log) {
  return pg::Migrator(databaseUrl(invocation), findInstallLayout().schemas / "postgres", log);
}

template <class Step>
int guarded(Step step) {
  try {
    return step();
  } catch (const pg::MigrationError& error) {
    throw CommandFailed(error.what());
  } catch (const pg::SqlError& error) {
    throw CommandFailed((error.connectionLost() ? "cannot reach the database: " : "the database refused: ") +
                        printable(error.what()));
  }
}

std::optional<int> targetOf(const Invocation& invocation, int least) {
  const auto target = invocation.integer("target", least, 999);
  return target ? std::optional(static_cast<int>(*target)) : std::nullopt;
}

int up(const Invocation& invocation, Console& console) {
  const auto target = targetOf(invocation, 1);
  return guarded([&] {
    const Log log(2, LogLevel::warn);
    auto migrator = makeMigrator(invocation, log);
    const auto done = migrator.up(target);
    printSteps(console, invocation.has("json"), "applied", done, migrator.status().version());
    return kSuccess;
  });
}

int down(const Invocation& invocation, Console& console) {
  const auto target = targetOf(invocation, 0);
  return guarded([&] {
    const Log log(2, LogLevel::warn);
    auto migrator = makeMigrator(invocation, log);
    const auto done = migrator.down(target ? *target : std::max(0, migrator.status().version() - 1));
    printSteps(console, invocation.has("json"), "taken back", done, migrator.status().version());
    return kSuccess;
  });
}

int status(const Invocation& invocation, Console& console) {
  return guarded([&] {
    const Log log(2, LogLevel::warn);
    const auto found = makeMigrator(invocation, log).status();
    printStatus(console, invocation.has("json"), found);
    if (invocation.has("check") && !found.current())
      throw CommandFailed("the schema is not the one that this build expects");
    return kSuccess;
  });
}

const OptionSpec kDatabase{
    "database", "URL", "Database, as the role that owns the tables, such as postgresql://owner@db.example.com/belfry"};
const OptionSpec kConfig{"config", "FILE",
                         "Configuration of the host, whose database.migrate_url or database.url is used"};

constexpr std::string_view kNotes =
    "The database is that of --database, else of BELFRY__DATABASE__MIGRATE_URL or BELFRY__DATABASE__URL, else of "
    "--config. Each migration "
    "runs in a transaction of its own, all of them under one advisory lock: of two that start together one waits.";

}  // namespace

std::vector<Command> migrateCommands() {
  return {{.name = "migrate up",
           .summary = "Bring the database to the schema of this build",
           .options = {{"target", "N", "Stop at this version; default: the newest"}, kDatabase, kConfig},
           .examples = {"belfry migrate up --database postgresql://belfry_owner@localhost/belfry"},
           .notes = kNotes,
           .local = true,
           .run = up},
          {.name = "migrate down",
           .summary = "Take migrations back, newest first",
           .options = {{"target", "N", "Version to go back to, 0 for an empty schema; default: the one before"},
                       kDatabase,
                       kConfig},
           .examples = {"belfry migrate down --target 2 --config /etc/belfry/belfry.yaml"},
           .notes = kNotes,
           .local = true,
           .run = down},
          {.name = "migrate status",
           .summary = "Show which migrations the database has",
           .options = {kDatabase,
                       kConfig,
                       {"check", "", "Succeed only when the schema is the one that this build expects"}},
           .examples = {"belfry migrate status --check"},
           .notes = kNotes,
           .local = true,
           .run = status}};
}

}  // namespace belfry::cli
