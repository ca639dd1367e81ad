// A template and its versions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/dedup.h"
#include "model/ids.h"
#include "model/notification.h"
#include "model/tenant.h"
#include "model/vocabulary.h"

namespace belfry {

struct TemplateVersion {
  int version = 0;
  std::string language;
  TemplateVersionState state = TemplateVersionState::draft;
  std::map<Channel, Fields> content;
  std::vector<std::string> required;  ///< variables that the data must have
  TimePoint created_at{};
  std::optional<TimePoint> published_at;
};

struct Template {
  TemplateId id;
  std::string key;
  std::string engine;
  std::string description;
  std::string default_language;
  Source source = Source::api;
  TimePoint created_at{};
  TimePoint updated_at{};
  std::optional<int> published_version;
  std::vector<TemplateVersion> versions;
  DedupPolicy dedup{};
};

/// The one version that a send uses.
struct ResolvedTemplate {
  TemplateId id;
  std::string key;
  std::string engine;
  TemplateVersion version;
  DedupPolicy dedup{};
};

}  // namespace belfry
