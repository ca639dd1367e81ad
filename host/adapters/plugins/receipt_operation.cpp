#include "adapters/plugins/receipt_operation.h"

#include "adapters/plugins/plugin_text.h"
#include "adapters/plugins/send_operation.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kMostReceipts = 10'000;
constexpr std::size_t kMostHeaders = 50;
constexpr std::size_t kMostShort = 1000;
constexpr std::size_t kMostDetail = 2000;
constexpr std::size_t kMostReply = 64u << 10;
constexpr int64_t kLastMillisecond = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z, the last that RFC 3339 can write

bool isWellFormed(const bf_event& event) {
  for (const auto* text : {&event.delivery_id, &event.provider_id, &event.dedupe_key, &event.recipient, &event.code,
                           &event.detail, &event.url})
    if (!isView(*text)) return false;
  return event.at_ms >= 0 && event.at_ms <= kLastMillisecond && event.attempt <= 1'000'000 &&
         (event.delivery_id.n > 0 || event.provider_id.n > 0);
}

/// A header of an answer must not be able to end it early.
bool isHeader(const bf_kv& header) {
  if (!isView(header.key) || !isView(header.value) || header.key.n == 0) return false;
  for (char c : view(header.key))
    if (!(c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) return false;
  for (char c : view(header.value))
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return true;
}

}  // namespace

bf_status ReceiptOperation::smtp(const bf_smtp&, uint32_t) { return BF_E_UNSUPPORTED; }

bf_status ReceiptOperation::event(const bf_event& event) {
  auto type = receiptTypeFromNumber(event.type);
  if (!type || !isWellFormed(event)) return BF_E_INVALID;
  if (receipts_.size() >= kMostReceipts) return BF_E_LIMIT;
  Receipt receipt;
  receipt.type = *type;
  if (event.delivery_id.n > 0) {
    receipt.delivery = DeliveryId::parse(view(event.delivery_id));
    if (!receipt.delivery && event.provider_id.n == 0) return BF_E_INVALID;
  }
  receipt.attempt = static_cast<int>(event.attempt);
  receipt.provider_message_id = shown(view(event.provider_id), kMostShort);
  receipt.dedupe_key = shown(view(event.dedupe_key), kMostShort);
  if (event.at_ms > 0) receipt.at = TimePoint(std::chrono::milliseconds(event.at_ms));
  receipt.recipient = shown(view(event.recipient), kMostShort);
  receipt.suppress = event.suppress != 0;
  receipt.code = shown(view(event.code), kMostShort);
  receipt.detail = shown(view(event.detail), kMostDetail);
  receipt.url = shown(view(event.url), kMostDetail);
  receipts_.push_back(std::move(receipt));
  return BF_OK;
}

// ---- callbacks

void CallbackOperation::launch(std::shared_ptr<const InstanceContext> context,
                               std::shared_ptr<const RawCallback> callback, SteadyTime deadline, Done done) {
  struct View {
    std::vector<bf_kv> headers;
    bf_webhook webhook{};
  };
  auto shown = std::make_shared<View>();
  for (const auto& [name, value] : callback->headers) shown->headers.push_back({view(name), view(value)});
  auto& webhook = shown->webhook;
  webhook.size = sizeof webhook;
  webhook.method = view(callback->method);
  webhook.url = view(callback->url);
  webhook.query = view(callback->query);
  webhook.headers = shown->headers.data();
  webhook.n_headers = shown->headers.size();
  webhook.body = view(callback->body);
  webhook.received_ms = callback->received_at.time_since_epoch().count() / 1000;
  bf_req request{};
  request.size = sizeof request;
  request.kind = BF_REQ_WEBHOOK;
  request.webhook = &webhook;
  request.callback_url = view(context->callback_url);
  std::make_shared<CallbackOperation>(std::move(context), callback, deadline, std::move(done))
      ->start(request, std::move(shown));
}

CallbackOperation::CallbackOperation(std::shared_ptr<const InstanceContext> context,
                                     std::shared_ptr<const RawCallback> callback, SteadyTime deadline, Done done)
    : ReceiptOperation(std::move(context), deadline, {}), callback_(std::move(callback)), done_(std::move(done)) {}

bf_status CallbackOperation::reply(int32_t status, const bf_kv* headers, size_t n_headers, const bf_str& body,
                                   const bf_str& code) {
  if (outcome_.status != 0) return BF_E_STATE;
  bool fine =
      status >= 200 && status <= 599 && isView(body) && isView(code) && isArray(headers, n_headers, kMostHeaders);
  if (!fine) return BF_E_INVALID;
  if (body.n > kMostReply) return BF_E_LIMIT;
  for (size_t i = 0; i < n_headers; ++i)
    if (!isHeader(headers[i])) return BF_E_INVALID;
  for (size_t i = 0; i < n_headers; ++i) outcome_.headers.emplace_back(copy(headers[i].key), copy(headers[i].value));
  outcome_.status = status;
  outcome_.body = copy(body);
  outcome_.code = shown(view(code), kMostShort);
  return BF_OK;
}

void CallbackOperation::end(const std::string& reason) {
  if (failed() || !reason.empty() || outcome_.status == 0) {
    outcome_ = {};
    outcome_.code = failed() ? failCode() : "plugin_error";
    outcome_.detail = failed() ? failDetail() : "the plugin " + (reason.empty() ? "ended without a reply" : reason);
  } else if (outcome_.status < 300) {
    outcome_.receipts = takeReceipts();
  }
  cancelExchanges();
  done_(std::move(outcome_));
}

// ---- look-ups

void StatusOperation::launch(std::shared_ptr<const InstanceContext> context, StatusQuery query, SteadyTime deadline,
                             Done done) {
  struct View {
    StatusQuery query;
    std::string delivery;
    bf_query asked{};
  };
  auto shown = std::make_shared<View>(View{query, query.delivery.toString()});
  auto& asked = shown->asked;
  asked.size = sizeof asked;
  asked.attempt = static_cast<uint32_t>(query.attempt);
  asked.delivery_id = view(shown->delivery);
  asked.provider_id = view(shown->query.provider_message_id);
  asked.to = view(shown->query.to);
  asked.created_ms = query.created_at.time_since_epoch().count() / 1000;
  bf_req request{};
  request.size = sizeof request;
  request.kind = BF_REQ_STATUS;
  request.query = &asked;
  std::make_shared<StatusOperation>(std::move(context), query, deadline, std::move(done))
      ->start(request, std::move(shown));
}

StatusOperation::StatusOperation(std::shared_ptr<const InstanceContext> context, const StatusQuery& query,
                                 SteadyTime deadline, Done done)
    : ReceiptOperation(std::move(context), deadline, {query.delivery.value, query.attempt}), done_(std::move(done)) {}

bf_status StatusOperation::result(const bf_result& result) {
  if (outcome_) return BF_E_STATE;
  outcome_ = toOutcome(result);
  return outcome_ ? BF_OK : BF_E_INVALID;
}

void StatusOperation::end(const std::string& reason) {
  StatusOutcome outcome;
  if (failed() || !reason.empty() || !outcome_) {
    outcome.code = failed() ? failCode() : "plugin_error";
    outcome.detail = failed() ? failDetail() : "the plugin " + (reason.empty() ? "ended without a result" : reason);
  } else {
    outcome.known = outcome_->outcome == Outcome::accepted || outcome_->outcome == Outcome::delivered;
    outcome.code = outcome_->code;
    outcome.detail = outcome_->detail;
    if (outcome.known) outcome.receipts = takeReceipts();
  }
  cancelExchanges();
  done_(std::move(outcome));
}

}  // namespace belfry::plugins
