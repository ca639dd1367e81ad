// What every operation of one provider instance shares.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/plugins/machine.h"
#include "adapters/plugins/task_thread.h"
#include "adapters/plugins/token_cache.h"
#include "kit/log.h"
#include "model/ids.h"
#include "ports/exchange.h"
#include "ports/plugin_values.h"
#include "ports/signatures.h"

namespace belfry::plugins {

/// Declared in the manifest and set.
using Secrets = std::map<std::string, std::string>;

struct InstanceContext {
  std::shared_ptr<const Machine> machine;
  Exchange& exchange;
  Signatures& signatures;
  PluginValues& values;
  TaskThread& tasks;
  const Log& log;
  TenantId tenant;
  ProviderId provider;
  std::string pool_scope;  ///< tenant and instance
  HostList allowed_hosts;  ///< of the manifest, and of the config where the manifest marks a key
  Secrets secrets;
  std::vector<std::string> known_secrets;  ///< of the manifest: naming another one is denied
  std::string callback_url;                ///< empty: nowhere
  std::shared_ptr<TokenCache> tokens;
};

/// The value that a segment means by "name" or "name#/json/pointer" (RFC 6901); nullptr and a status when there is
/// none: BF_E_DENIED for a name that the manifest does not have, or a secret that is not set; BF_E_INVALID when the
/// pointer leads nowhere.
bf_status secretValue(const Secrets& secrets, std::string_view reference, std::string& value);

}  // namespace belfry::plugins
