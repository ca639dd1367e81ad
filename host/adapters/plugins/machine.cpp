#include "adapters/plugins/machine.h"

#include <array>
#include <cstring>

#include "adapters/plugins/host_services.h"
#include "adapters/plugins/plugin_calls.h"
#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {

Machine::Machine(const bf_machine_v1& table, std::unique_ptr<HostServices> services)
    : table_(table), services_(std::move(services)) {}

Result<std::shared_ptr<const Machine>, std::string> Machine::create(const bf_machine_v1& table,
                                                                    std::unique_ptr<HostServices> services,
                                                                    const std::string& config_json) {
  auto machine = std::shared_ptr<Machine>(new Machine(table, std::move(services)));
  std::array<char, 1024> reason{};
  std::string thrown;
  bf_status status = BF_E_INTERNAL;
  {
    std::lock_guard serial(mainCalls());
    status = callPlugin(
        [&] {
          return table.create(machine->services_->abi(), view(config_json), &machine->instance_, reason.data(),
                              reason.size());
        },
        status, thrown);
  }
  if (status == BF_OK && machine->instance_ != nullptr) return std::shared_ptr<const Machine>(std::move(machine));
  machine->instance_ = nullptr;
  return failure(createFault(status, reason.data(), reason.size(), thrown));
}

Machine::~Machine() {
  if (instance_ == nullptr) return;
  std::string thrown;
  {
    std::lock_guard serial(mainCalls());
    callPlugin([&] { return table_.destroy(instance_), 0; }, 0, thrown);
  }
  if (!thrown.empty()) services_->reportFault("destroy", thrown);
}

std::string createFault(bf_status status, const char* reason, std::size_t most, const std::string& thrown) {
  if (!thrown.empty()) return shown(thrown, most);
  if (reason[0] != '\0') return shown(std::string_view(reason, strnlen(reason, most)), most);
  return status == BF_OK ? "create made no instance" : "create failed with status " + std::to_string(status);
}

}  // namespace belfry::plugins
