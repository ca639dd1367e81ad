// The first credential of an embedded host.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "kit/log.h"
#include "model/ids.h"
#include "ports/key_store.h"

namespace belfry {

class AdminKeyError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Makes sure that `file` holds a platform admin's key that works, the key alone, mode 0600. A file whose key is known
/// is left as it is; else a new key of tenant `tenant` is made. Throws AdminKeyError naming the file.
void ensureAdminKey(const std::filesystem::path& file, KeyStore& keys, TenantId tenant, const Log& log);

}  // namespace belfry
