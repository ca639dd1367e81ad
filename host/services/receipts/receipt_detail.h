// The `detail` object of timeline events that receipts bring.
#pragma once

#include <string>
#include <string_view>

namespace belfry {

struct ReceiptDetail {
  std::string_view receipt;  ///< its type
  std::string_view code;
  std::string_view detail;
  std::string_view bounce;        ///< hard or soft
  std::string_view url;           ///< without query and fragment
  std::string_view reason;        ///< why it was ignored, or what the address is suppressed for
  std::string_view address_hash;  ///< of what is suppressed
};

/// A JSON object of what is set.
std::string toJson(const ReceiptDetail& detail);

}  // namespace belfry
