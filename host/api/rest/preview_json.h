#pragma once

#include <vector>

#include "kit/json.h"
#include "services/delivery/delivery_preview.h"

namespace belfry {

/// The member `previews` of a dry run's answer.
void writePreviews(JsonWriter& json, const std::vector<DeliveryPreview>& previews);

}  // namespace belfry
