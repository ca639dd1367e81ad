#include "services/delivery/delivery_preview.h"

#include "kit/log.h"
#include "services/delivery/outgoing_message.h"

namespace belfry {

DeliveryPreview DeliveryPreviews::preview(TenantId tenant, const NotificationRequest& request, DeliveryId delivery,
                                          Channel channel, Priority priority, std::size_t address,
                                          TimePoint created_at) {
  DeliveryPreview preview{};
  preview.channel = channel;
  preview.to = maskAddress(addressFor(request.recipient, channel, address));
  auto content = renderer_.render(tenant, request, channel);
  if (!content) {
    preview.problem_code = content.error().code;
    preview.problem = content.error().detail;
    return preview;
  }
  preview.content = *content;
  auto route = chooseProvider(directory_, tenant, channel);
  if (!route.chosen) {
    preview.problem_code = "no_provider";
    preview.problem = whyNone(route, channel);
    return preview;
  }
  preview.provider = route.chosen->row.slug;
  preview.simulated = route.chosen->running->simulated();
  MessageFrame frame{delivery, 1, channel, priority, address, created_at, std::nullopt, {}};
  auto shown = route.chosen->running->preview(outgoingMessage(frame, request, std::move(*content)));
  preview.exchanges_json = std::move(shown.exchanges_json);
  preview.outcome = std::move(shown.outcome);
  return preview;
}

}  // namespace belfry
