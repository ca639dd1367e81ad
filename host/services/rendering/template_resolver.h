// Which version a send uses, remembered until the catalogue says that templates changed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "ports/template_store.h"

namespace belfry {

class TemplateResolver {
 public:
  explicit TemplateResolver(TemplateStore& store);

  /// As TemplateStore::resolve; null when there is none. May throw StoreUnavailable when it is not remembered.
  /// Thread-safe.
  std::shared_ptr<const ResolvedTemplate> resolve(TenantId tenant, const std::string& key, std::optional<int> version,
                                                  const std::string& language);
  /// Forgets everything. Thread-safe.
  void clear();

 private:
  using Key = std::tuple<TenantId, std::string, int, std::string>;
  static constexpr std::size_t kMostRemembered = 8192;

  TemplateStore& store_;
  std::mutex mutex_;
  std::map<Key, std::shared_ptr<const ResolvedTemplate>> remembered_;  // guarded by mutex_
  unsigned long generation_ = 0;  // guarded by mutex_; a look-up that began before clear() is not remembered
};

}  // namespace belfry
