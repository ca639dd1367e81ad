#include "adapters/plugins/preview_operation.h"

#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {

SendPreview PreviewOperation::run(std::shared_ptr<const InstanceContext> context,
                                  std::shared_ptr<const OutgoingMessage> message) {
  auto copied = std::make_shared<OutgoingMessage>(*message);
  copied->deadline = std::chrono::steady_clock::time_point::max();
  auto operation =
      std::make_shared<PreviewOperation>(std::move(context), Messages{std::move(copied)}, [](const auto&) {});
  operation->startSend();
  SendPreview preview;
  preview.exchanges_json = "[";
  for (const auto& exchange : operation->exchanges_)
    preview.exchanges_json += (preview.exchanges_json.size() > 1 ? "," : "") + exchange;
  preview.exchanges_json += "]";
  preview.outcome = operation->outcomes().front();
  return preview;
}

// What is shown is never answered: the operation is forgotten while it waits.
void PreviewOperation::perform(HttpExchange request, uint32_t) { exchanges_.push_back(toPreviewJson(request)); }
void PreviewOperation::perform(SmtpExchange request, uint32_t) { exchanges_.push_back(toPreviewJson(request)); }

void PreviewOperation::obtain(const std::string& key, uint64_t, uint32_t tag) {
  answerToken(key, {"***", 1}, {}, {}, tag);
}

bf_status PreviewOperation::get(std::string, uint32_t tag) {
  expectAnswer();
  deliver([tag](bf_input& input) {
    input.kind = BF_IN_VALUE;
    input.tag = tag;
  });
  return BF_OK;
}

bf_status PreviewOperation::put(std::string, std::string, uint32_t) { return BF_OK; }

bf_status PreviewOperation::sleep(uint32_t, uint32_t tag) {
  expectAnswer();
  deliver([tag](bf_input& input) {
    input.kind = BF_IN_TIMER;
    input.tag = tag;
  });
  return BF_OK;
}

}  // namespace belfry::plugins
