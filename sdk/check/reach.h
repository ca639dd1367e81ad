// What an instance may touch: hosts and secrets, as its manifest and config declare them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "check/manifest.h"

namespace belfry::check {

class Reach {
 public:
  /// Of an instance with this config (JSON).
  Reach(const Manifest& manifest, std::string_view config_json);

  /// `host` without port, in any case.
  bool host(std::string_view host) const;
  /// The host of an absolute URL, of which `start` holds at least the host; "" when it has none.
  static std::string hostOf(std::string_view start);
  /// "name" or "name#/pointer".
  bool secret(std::string_view reference) const;

 private:
  std::vector<std::string> patterns_;
  std::set<std::string> hosts_;
  std::set<std::string> secrets_;
};

}  // namespace belfry::check
