// One configured instance of a channel or auth plugin. Destroyed when the last operation that uses it has ended.
#pragma once

#include <belfry/steps.h>

#include <memory>
#include <string>

#include "kit/result.h"

namespace belfry::plugins {

class HostServices;

class Machine {
 public:
  /// Creates the instance; the error is the plugin's own reason. `table` outlives it and was found good by
  /// tableFault().
  static Result<std::shared_ptr<const Machine>, std::string> create(const bf_machine_v1& table,
                                                                    std::unique_ptr<HostServices> services,
                                                                    const std::string& config_json);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  const bf_machine_v1& table() const { return table_; }
  bf_inst* instance() const { return instance_; }

 private:
  Machine(const bf_machine_v1& table, std::unique_ptr<HostServices> services);

  const bf_machine_v1& table_;
  const std::unique_ptr<HostServices> services_;
  bf_inst* instance_ = nullptr;
};

/// Why a create failed: what it threw, else its own `reason` (at most `most` bytes), else its status.
std::string createFault(bf_status status, const char* reason, std::size_t most, const std::string& thrown);

}  // namespace belfry::plugins
