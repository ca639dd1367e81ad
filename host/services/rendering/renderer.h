// Turns a notification's template or content into the fields of one channel's message. Templates are compiled once per
// version.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "kit/result.h"
#include "model/notification.h"
#include "model/template.h"
#include "ports/template_store.h"
#include "ports/templates.h"

namespace belfry {

struct RenderFailure {
  std::string code;    ///< template_not_found, channel_not_in_template, template_invalid, render_failed
  std::string detail;  ///< names template, version, channel and field
};

/// Renders text content of every channel without HTML escaping, except the field `html`.
Escape escapeFor(std::string_view field);

class Renderer {
 public:
  Renderer(TemplateStore& store, TemplateEngines& engines);

  /// May throw StoreUnavailable when the version is not cached. Thread-safe.
  Result<Fields, RenderFailure> render(TenantId tenant, const NotificationRequest& request, Channel channel);

 private:
  struct CompiledVersion {
    std::map<Channel, std::vector<std::pair<std::string, std::shared_ptr<const CompiledTemplate>>>> fields;
  };
  using Key = std::tuple<TenantId, std::string, int, std::string>;

  Result<std::shared_ptr<const CompiledVersion>, RenderFailure> compiled(TenantId tenant, const TemplateRef& ref);
  Result<std::shared_ptr<const CompiledVersion>, RenderFailure> compile(TenantId tenant, const TemplateRef& ref);

  static constexpr std::size_t kMostCached = 4096;

  TemplateStore& store_;
  TemplateEngines& engines_;
  std::mutex mutex_;
  std::map<Key, std::shared_ptr<const CompiledVersion>>
      cache_;  // guarded by mutex_; versions never change, so entries never go stale
};

}  // namespace belfry
