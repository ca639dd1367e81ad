#include "app/catalogue_watch.h"

namespace belfry {
namespace {

constexpr auto kLookAnyway = std::chrono::seconds(10);

}  // namespace

CatalogueWatch::CatalogueWatch(Directory& directory, TemplateResolver& templates, Authentication& authentication,
                               SubscriberTokens& subscriber_tokens, std::function<void()> reloaded, const Log& log)
    : directory_(directory),
      templates_(templates),
      authentication_(authentication),
      subscriber_tokens_(subscriber_tokens),
      reloaded_(std::move(reloaded)),
      loop_(
          "catalogue", kLookAnyway,
          [this] {
            directory_.reload();
            reloaded_();
            return false;
          },
          log) {}

void CatalogueWatch::changed() {
  templates_.clear();
  authentication_.clear();
  subscriber_tokens_.clear();
  loop_.wake();
}

}  // namespace belfry
