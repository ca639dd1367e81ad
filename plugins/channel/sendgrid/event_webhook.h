// SendGrid's event webhook: proof that it is SendGrid's, and its events as receipts.
#pragma once

#include <belfry/host.hpp>
#include <belfry/json.hpp>
#include <belfry/receipt.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sendgrid {

/// Why a callback is not believed: the code of the refusal; nullptr: it is SendGrid's and fresh. `public_key`: base64
/// of the DER that the provider's console shows.
const char* refusalOf(const belfry::Webhook& callback, const belfry::Host& host, std::string_view public_key,
                      std::uint32_t window_s);

enum class ItemKind { receipt, ignored, malformed };

/// One event. The receipt's views point into `item` and into the texts beside it.
struct EventItem {
  ItemKind kind = ItemKind::malformed;
  belfry::Receipt receipt;
  std::string detail;
};
EventItem readEvent(belfry::Json item);

}  // namespace sendgrid
