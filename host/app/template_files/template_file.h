// One template in one language as a file describes it (schemas/config/template.schema.json).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "app/config/config_error.h"
#include "kit/result.h"
#include "model/dedup.h"
#include "model/vocabulary.h"

namespace belfry {

struct TemplateFile {
  std::filesystem::path path;
  std::string tenant;  ///< slug
  std::string key;
  std::string name;  ///< the key when the file gives none
  TemplateType type = TemplateType::transactional;
  std::string engine;
  std::string language;
  std::vector<std::string> required;  ///< variables; dots for members
  std::vector<std::string> optional;
  std::map<Channel, std::map<std::string, std::string>> content;  ///< per channel: subject, text, html, title, body
  DedupPolicy dedup;
};

/// All errors of the file at once. E-mail needs a subject and a text or html.
Result<TemplateFile, std::vector<ConfigError>> parseTemplateFile(const std::filesystem::path& path,
                                                                 const std::string& tenant = "default");

/// The good files beside what is wrong with the others. Files of `directory` belong to tenant `default`, those of a
/// sub-directory to the tenant it is named for. Of two files with one key and language the second by name is refused.
struct TemplateFiles {
  std::vector<TemplateFile> templates;
  std::vector<ConfigError> errors;
  std::vector<std::filesystem::path> broken;  ///< files that `errors` speak of
};
TemplateFiles readTemplateFiles(const std::filesystem::path& directory);

}  // namespace belfry
