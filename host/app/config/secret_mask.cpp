#include "app/config/secret_mask.h"

#include <array>
#include <regex>

namespace belfry {

std::string maskSecrets(std::string_view text) {
  // The password of a URL may itself hold an unescaped @ or :, so the last @ before the path ends it.
  static const std::regex kUserInfo(R"(([A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@"]*):[^\s/?#"]*@)");
  static const std::regex kPassword(R"((\b(?:ssl)?password\s*=\s*)(?:'(?:\\.|[^'\\])*'|[^\s&"']+))", std::regex::icase);
  const std::string url_masked = std::regex_replace(std::string(text), kUserInfo, "$1:***@");
  return std::regex_replace(url_masked, kPassword, "$1***");
}

}  // namespace belfry
