#include "app/catalogue_watch.h"

namespace belfry {
namespace {

constexpr auto kLookAnyway = std::chrono::seconds(10);

}  // namespace

CatalogueWatch::CatalogueWatch(Directory& directory, TemplateResolver& templates, Authentication& authentication,
                               const Log& log)
    : directory_(directory),
      templates_(templates),
      authentication_(authentication),
      loop_(
          "catalogue", kLookAnyway,
          [this] {
            directory_.reload();
            return false;
          },
          log) {}

void CatalogueWatch::changed() {
  templates_.clear();
  authentication_.clear();
  loop_.wake();
}

}  // namespace belfry
