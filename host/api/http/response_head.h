// A response as bytes for the wire.
#pragma once

#include <string>
#include <string_view>

#include "api/http/message.h"

namespace belfry {

/// What the connection adds to a handler's response.
struct ResponseFrame {
  std::string_view request_id;
  std::string_view date;  ///< from httpDate()
  bool keep_alive = true;
  bool head_only = false;  ///< the answer to HEAD: all headers, no body
};

/// Whether every header of the response may be written: status 200 to 599, names are tokens, values hold no control
/// bytes.
bool isWritable(const HttpResponse& response);

/// Appends status line, headers and body to `out`. The response must be writable.
void appendResponse(std::string& out, const HttpResponse& response, const ResponseFrame& frame);

/// IMF-fixdate of RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string httpDate(TimePoint at);

}  // namespace belfry
