#include "cli/commands/schedule.h"

#include "cli/host_call.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

const std::string kSchedules = "/api/v1/services/schedules";

const std::vector<Column> kColumns = {{"ID", "id"},           {"NAME", "name"},     {"STATE", "state"},
                                      {"RULE", "rule"},       {"ZONE", "timezone"}, {"NEXT (UTC)", "nextAt"},
                                      {"FIRINGS", "firings"}, {"MISSED", "missed"}, {"LAST PROBLEM", "lastProblem"}};
const std::vector<Column> kFacts = {{"id", "id"},
                                    {"name", "name"},
                                    {"state", "state"},
                                    {"rule", "rule"},
                                    {"zone", "timezone"},
                                    {"misfire", "misfire"},
                                    {"starts", "startsAt"},
                                    {"ends", "endsAt"},
                                    {"count", "count"},
                                    {"send", "send"},
                                    {"next", "nextAt"},
                                    {"upcoming", "upcoming"},
                                    {"firings", "firings"},
                                    {"missed", "missed"},
                                    {"last fired", "lastFiredAt"},
                                    {"last notification", "lastNotificationId"},
                                    {"last problem", "lastProblem"},
                                    {"created by", "createdBy"},
                                    {"created", "createdAt"}};

std::string pathOf(const Invocation& invocation) { return kSchedules + "/" + encoded(invocation.operand(0)); }

int list(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(withQuery(kSchedules, invocation, {{"state", "state"}, {"limit", "limit"}, {"cursor", "cursor"}})),
            [&](const JsonValue& page) {
              printPage(console, page, [&](const JsonValue& items) { printObjects(console.out, items, kColumns); });
            });
  return kSuccess;
}

int show(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(pathOf(invocation)),
            [&](const JsonValue& schedule) { printObject(console.out, schedule, kFacts); });
  return kSuccess;
}

/// `…/pause` or `…/resume`.
std::function<int(const Invocation&, Console&)> does(const char* action) {
  return [action](const Invocation& invocation, Console& console) {
    HostCall host(invocation, console);
    host.show(host.post(pathOf(invocation) + action),
              [&](const JsonValue& schedule) { printObject(console.out, schedule, kFacts); });
    return kSuccess;
  };
}

int remove(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.remove(pathOf(invocation)), [&](const JsonValue&) { console.out << "deleted\n"; });
  return kSuccess;
}

std::vector<OptionSpec> listOptions() {
  std::vector<OptionSpec> options = {{"state", "STATE", "Only those in this state: active, paused or ended"}};
  for (const auto& option : pageOptions()) options.push_back(option);
  return options;
}

}  // namespace

std::vector<Command> scheduleCommands() {
  const OperandSpec id{"ID", "the schedule's id, as `belfry schedule list` shows it"};
  return {{.name = "schedule list",
           .summary = "List what is sent again and again, newest first",
           .options = listOptions(),
           .examples = {"belfry schedule list --state active --tenant acme"},
           .run = list},
          {.name = "schedule show",
           .summary = "Show a schedule with its next times",
           .operands = {id},
           .examples = {"belfry schedule show 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
           .run = show},
          {.name = "schedule pause",
           .summary = "Let a schedule rest",
           .operands = {id},
           .examples = {"belfry schedule pause 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
           .run = does("/pause")},
          {.name = "schedule resume",
           .summary = "Let a paused schedule fire again, at its next time",
           .operands = {id},
           .examples = {"belfry schedule resume 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
           .run = does("/resume")},
          {.name = "schedule delete",
           .summary = "Remove a schedule; what it has made stays",
           .operands = {id},
           .examples = {"belfry schedule delete 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
           .run = remove}};
}

}  // namespace belfry::cli
