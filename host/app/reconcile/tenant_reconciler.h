// Config files become rows: each tenant file in one transaction, read-only rows with source `file`. A broken file
// changes nothing of its tenant and never stops the host.
#pragma once

#include <filesystem>

#include "app/tenant_files/tenant_file.h"
#include "kit/log.h"
#include "ports/catalogue_store.h"
#include "ports/channels.h"
#include "ports/subscriber_key_store.h"

namespace belfry {

struct ReconcileResult {
  int applied = 0;
  int broken = 0;  ///< files that changed nothing, each logged with what is wrong
};

class TenantReconciler {
 public:
  /// `embedded`: a required secret that is not there leaves the instance to be simulated instead of being its problem.
  TenantReconciler(CatalogueStore& store, SubscriberKeyStore& keys, const ChannelPlugins& plugins, const Log& log,
                   bool embedded);

  /// May throw StoreUnavailable; files before the failure are applied then.
  ReconcileResult run(const std::filesystem::path& directory);

 private:
  struct FileSecret {
    std::optional<std::string> text;
    bool away = false;  ///< named, but not to be had now
  };

  bool apply(const TenantFile& file);
  ProviderInstance toInstance(const ProviderEntry& entry) const;
  void resolveSecrets(const ProviderEntry& entry, ProviderInstance& instance) const;

  /// nullopt when it is no key; that was logged.
  std::optional<FileSecret> subscriberSecret(const TenantFile& file) const;

  CatalogueStore& store_;
  SubscriberKeyStore& keys_;
  const ChannelPlugins& plugins_;
  const Log& log_;
  const bool embedded_;
};

}  // namespace belfry
