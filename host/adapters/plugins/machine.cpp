#include "adapters/plugins/machine.h"

#include <array>

#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {

Result<std::shared_ptr<const Machine>, std::string> Machine::create(const bf_machine_v1& table, std::unique_ptr<HostServices> services,
                                                                    const std::string& config_json) {
  auto machine = std::shared_ptr<Machine>(new Machine(table, std::move(services)));
  std::array<char, 1024> reason{};
  auto status = table.create(machine->services_->abi(), view(config_json), &machine->instance_, reason.data(), reason.size());
  reason.back() = '\0';
  if (status == BF_OK && machine->instance_ != nullptr) return std::shared_ptr<const Machine>(std::move(machine));
  machine->instance_ = nullptr;
  return failure(reason[0] != '\0' ? std::string(reason.data()) : "create failed with status " + std::to_string(status));
}

Machine::~Machine() {
  if (instance_ != nullptr) table_.destroy(instance_);
}

}  // namespace belfry::plugins
