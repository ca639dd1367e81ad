#include "adapters/plugins/send_operation.h"

#include <algorithm>
#include <cstring>

#include "adapters/plugins/message_view.h"
#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kMostCode = 200;
constexpr std::size_t kMostProviderId = 998;  // RFC 5322 §2.1.1: the longest line, and so the longest Message-ID
constexpr std::size_t kMostDetail = 2000;
constexpr std::size_t kMostItemText = 64u << 10;

bool saysTaken(Outcome outcome) { return outcome == Outcome::accepted || outcome == Outcome::delivered; }
/// The delivery would be sent once more.
bool repeats(Outcome outcome) {
  return outcome == Outcome::retry || outcome == Outcome::throttled || outcome == Outcome::credential;
}

using SteadyTime = std::chrono::steady_clock::time_point;

SteadyTime earliest(const Messages& messages, SteadyTime OutgoingMessage::*member) {
  auto time = messages.front().get()->*member;
  for (const auto& message : messages) time = std::min(time, message.get()->*member);
  return time;
}

}  // namespace

std::optional<SendOutcome> toOutcome(const bf_result& result) {
  auto outcome = outcomeFromNumber(result.outcome);
  if (!outcome || !isView(result.provider_id) || !isView(result.code) || !isView(result.detail)) return std::nullopt;
  SendOutcome made{*outcome,
                   {},
                   shown(view(result.provider_id), kMostProviderId),
                   shown(view(result.code), kMostCode),
                   shown(view(result.detail), kMostDetail),
                   {}};
  if (result.retry_after_ms > 0) made.retry_after = std::chrono::milliseconds(result.retry_after_ms);
  return made;
}

void SendOperation::launch(std::shared_ptr<const InstanceContext> context, Messages messages, Done done) {
  std::make_shared<SendOperation>(std::move(context), std::move(messages), std::move(done))->startSend();
}

SendOperation::SendOperation(std::shared_ptr<const InstanceContext> context, Messages messages, Done done)
    : ChannelOperation(std::move(context), earliest(messages, &OutgoingMessage::deadline),
                       {messages.front()->delivery.value, messages.front()->attempt},
                       earliest(messages, &OutgoingMessage::begin_by),
                       messages.front()->priority == Priority::critical),
      messages_(std::move(messages)),
      done_(std::move(done)),
      outcomes_(messages_.size()),
      items_(messages_.size()) {}

void SendOperation::startSend() {
  // Nearly every request is one message: it takes no memory beyond this block.
  struct Views {
    std::optional<MessageView> first;
    const bf_msg* first_shown = nullptr;
    std::vector<std::unique_ptr<MessageView>> more;
    std::vector<const bf_msg*> shown;
  };
  auto views = std::make_shared<Views>();
  bf_req request{};
  request.size = sizeof request;
  request.kind = BF_REQ_SEND;
  views->first_shown = &views->first.emplace(*messages_.front(), 0).abi();
  request.messages = &views->first_shown;
  request.n_messages = messages_.size();
  if (messages_.size() > 1) {
    views->shown.push_back(views->first_shown);
    for (std::size_t i = 1; i < messages_.size(); ++i)
      views->shown.push_back(&views->more.emplace_back(std::make_unique<MessageView>(*messages_[i], i))->abi());
    request.messages = views->shown.data();
  }
  request.callback_url = view(context().callback_url);
  start(request, std::move(views));
}

bool SendOperation::findBlobBytes(uint64_t handle, std::string_view& bytes) const {
  const auto [index, attachment] = blobPlace(handle);
  if (index >= messages_.size() || attachment >= messages_[index]->attachments.size()) return false;
  bytes = messages_[index]->attachments[attachment].bytes;
  return true;
}

bf_status SendOperation::readBlob(uint64_t blob, uint64_t offset, void* out, size_t n, size_t& got) {
  std::string_view bytes;
  if (!findBlobBytes(blob, bytes)) return BF_E_DENIED;  // not of these messages
  got = offset >= bytes.size() ? 0 : std::min<std::size_t>(n, bytes.size() - offset);
  if (got > 0) std::memcpy(out, bytes.data() + offset, got);
  return BF_OK;
}

bf_status SendOperation::result(const bf_result& result) {
  if (result.recipient >= messages_.size()) return BF_E_INVALID;
  auto& place = outcomes_[result.recipient];
  if (place) return BF_E_STATE;
  auto outcome = toOutcome(result);
  if (!outcome) return BF_E_INVALID;
  outcome->inbox_item = std::move(items_[result.recipient]);
  place = std::move(outcome);
  return BF_OK;
}

bf_status SendOperation::item(const bf_item& item) {
  if (item.recipient >= messages_.size()) return BF_E_INVALID;
  if (messages_[item.recipient]->channel != Channel::inapp) return BF_E_DENIED;
  if (items_[item.recipient] || outcomes_[item.recipient]) return BF_E_STATE;
  for (const auto* text : {&item.title, &item.body, &item.category, &item.action_url, &item.icon, &item.data_json}) {
    if (!isView(*text)) return BF_E_INVALID;
    if (text->n > kMostItemText) return BF_E_LIMIT;
  }
  auto said = [](const bf_str& text) { return shown(view(text), kMostItemText); };
  items_[item.recipient] =
      InboxItem{said(item.title),      said(item.body), said(item.category),
                said(item.action_url), said(item.icon), item.data_json.n == 0 ? "{}" : said(item.data_json)};
  return BF_OK;
}

void SendOperation::end(const std::string& reason) {
  std::vector<SendOutcome> outcomes;
  outcomes.reserve(messages_.size());
  for (std::size_t i = 0; i < messages_.size(); ++i) outcomes.push_back(verdict(i, reason));
  cancelExchanges();
  done_(std::move(outcomes));
}

SendOutcome SendOperation::verdict(std::size_t index, const std::string& reason) const {
  // The host, not the plugin, answers for "never blindly twice". An exchange that may have delivered, or is still under
  // way, ends as unknown unless the plugin says that the provider took it. One that a mail server took may end as
  // refused if the plugin says so, but is not sent once more. And where the provider said yes, silence of the plugin is
  // not known to be a failure.
  const auto& given = outcomes_[index];
  auto outcome = given ? *given : noResult(reason);
  bool honest = saysTaken(outcome.outcome) ||
                !(mayHaveSent() || (taken() && repeats(outcome.outcome)) || (!given && (taken() || answeredOk())));
  if (!honest) {
    outcome.outcome = Outcome::unknown;
    outcome.retry_after.reset();
  }
  return outcome;
}

SendOutcome SendOperation::noResult(const std::string& reason) const {
  SendOutcome outcome{Outcome::rejected_request, {}, {}, "plugin_error", "the plugin ended without a result", {}};
  if (failed()) {
    outcome.code = failCode();
    outcome.detail = failDetail();
  } else if (!reason.empty()) {
    outcome.detail = "the plugin " + reason;
  }
  return outcome;
}

}  // namespace belfry::plugins
