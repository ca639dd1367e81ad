// The `detail` object of the event `looked_up`.
#pragma once

#include <string>
#include <string_view>

namespace belfry {

struct LookUpDetail {
  bool known = false;
  std::string_view code;
  std::string_view detail;
  int asked = 0;          ///< how often, this time included
  std::string_view then;  ///< known, ask_again, resend or hold
};

std::string toJson(const LookUpDetail& detail);

}  // namespace belfry
