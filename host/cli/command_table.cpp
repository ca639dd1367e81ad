#include "cli/command_table.h"

#include <algorithm>

#include "cli/commands/audit.h"
#include "cli/commands/callbacks.h"
#include "cli/commands/dead_letter.h"
#include "cli/commands/dedup.h"
#include "cli/commands/feed.h"
#include "cli/commands/key.h"
#include "cli/commands/migrate.h"
#include "cli/commands/notification.h"
#include "cli/commands/plugin.h"
#include "cli/commands/plugin_install.h"
#include "cli/commands/plugin_new.h"
#include "cli/commands/provider.h"
#include "cli/commands/queue.h"
#include "cli/commands/render.h"
#include "cli/commands/schedule.h"
#include "cli/commands/send.h"
#include "cli/commands/send_batch.h"
#include "cli/commands/subscriber_token.h"
#include "cli/commands/template.h"
#include "cli/commands/tenant.h"

namespace belfry::cli {
namespace {

std::vector<Command> makeTable() {
  std::vector<Command> table = {sendCommand()};
  const auto add = [&](std::vector<Command> group) {
    std::move(group.begin(), group.end(), std::back_inserter(table));
  };
  add(batchCommands());
  add(notificationCommands());
  add(scheduleCommands());
  add({renderCommand()});
  add(templateCommands());
  add(tenantCommands());
  add(keyCommands());
  add({subscriberTokenCommand()});
  add(providerCommands());
  add(callbackCommands());
  add(dedupCommands());
  add(feedCommands());
  add(queueCommands());
  add(deadLetterCommands());
  add(auditCommands());
  add(pluginCommands());
  add({pluginNewCommand()});
  add(pluginInstallCommands());
  add(migrateCommands());
  return table;
}

}  // namespace

const std::vector<Command>& allCommands() {
  static const std::vector<Command> table = makeTable();
  return table;
}

std::vector<const Command*> commandsOf(std::string_view group) {
  std::vector<const Command*> found;
  for (const auto& command : allCommands()) {
    if (command.name.substr(0, command.name.find(' ')) == group && command.name != group) found.push_back(&command);
  }
  return found;
}

FoundCommand findCommand(const std::vector<std::string>& words) {
  for (std::size_t count = std::min<std::size_t>(words.size(), 2); count > 0; --count) {
    const auto name = count == 2 ? words[0] + " " + words[1] : words[0];
    const auto& table = allCommands();
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Command& command) { return command.name == name; });
    if (found != table.end()) return {&*found, count};
  }
  return {};
}

}  // namespace belfry::cli
