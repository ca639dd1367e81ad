// The inbox inside the product: what a plugin of channel `inapp` puts there, and what its reader sees.
#pragma once

#include <optional>
#include <string>

#include "model/ids.h"

namespace belfry {

/// What a plugin hands over.
struct InboxItem {
  std::string title;
  std::string body;
  std::string category;          ///< for the reader's filter; empty: none
  std::string action_url;        ///< where it leads; empty: nowhere
  std::string icon;              ///< a URL or a name that the client knows; empty: none
  std::string data_json = "{}";  ///< an object, for the product's own use
};

/// An item as its user sees it. It bears its delivery's id.
struct InboxEntry {
  DeliveryId id;
  NotificationId notification;
  InboxItem item;
  TimePoint created_at;
  std::optional<TimePoint> read_at;
};

}  // namespace belfry
