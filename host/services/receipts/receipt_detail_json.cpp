#include "kit/json.h"
#include "services/receipts/receipt_detail.h"

namespace belfry {

std::string toJson(const ReceiptDetail& detail) {
  JsonWriter json;
  auto text = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) json.member(name, value);
  };
  json.object([&] {
    text("receipt", detail.receipt);
    text("code", detail.code);
    text("detail", detail.detail);
    text("bounce", detail.bounce);
    text("url", detail.url);
    text("reason", detail.reason);
    text("addressHash", detail.address_hash);
  });
  return json.take();
}

}  // namespace belfry
