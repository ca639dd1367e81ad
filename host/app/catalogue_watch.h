// Keeps what is remembered of the catalogue equal to PostgreSQL: on its announcements, after a reconnect, and every few
// seconds in any case.
#pragma once

#include <atomic>
#include <functional>

#include "kit/log.h"
#include "services/identity/authentication.h"
#include "services/identity/subscriber_tokens.h"
#include "services/rendering/template_resolver.h"
#include "services/tenants/directory.h"
#include "workers/periodic_loop.h"

namespace belfry {

class CatalogueWatch {
 public:
  /// `reloaded` is called on the loop, after the directory was read.
  CatalogueWatch(Directory& directory, TemplateResolver& templates, Authentication& authentication,
                 SubscriberTokens& subscriber_tokens, std::function<void()> reloaded, const Log& log);

  void start() { loop_.start(); }
  void stop() { loop_.stop(); }
  /// Something changed. Thread-safe, returns at once: templates, callers and subscriber keys are forgotten here, the
  /// directory is read on the loop.
  void changed();

 private:
  Directory& directory_;
  TemplateResolver& templates_;
  Authentication& authentication_;
  SubscriberTokens& subscriber_tokens_;
  const std::function<void()> reloaded_;
  PeriodicLoop loop_;
};

}  // namespace belfry
