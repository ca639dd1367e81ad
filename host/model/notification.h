// What a service asked for, as plain values. Template data and metadata travel as JSON text that was validated at the
// edge: the model knows no JSON.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/ids.h"
#include "model/vocabulary.h"

namespace belfry {

/// Ordered name → value pairs: message fields (subject, text, html, title, body), headers, options.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// The value of a name, or nullptr. The view lives as long as the fields.
const std::string* findField(const Fields& fields, std::string_view name);

/// Where a push message goes.
struct DeviceToken {
  std::string token;
  std::optional<Platform> platform;
  bool operator==(const DeviceToken&) const = default;
};

/// Whom to tell. At least a userId or one address is set.
struct Recipient {
  std::string user_id;
  std::optional<UserType> user_type;
  std::string name;
  std::string email;
  std::string phone;
  std::vector<DeviceToken> device_tokens;
  std::string timezone;
  std::string language;
};

/// A template as pinned at intake: the exact version and language that will be rendered.
struct TemplateRef {
  std::string key;
  int version = 0;
  std::string language;
};

struct Attachment {
  std::string filename;
  std::string content_type;
  std::string content_id;  ///< empty: not inline
  std::string bytes;
};

/// Sender options of one channel: from, reply_to, and extra message headers.
struct ChannelOptions {
  Fields options;
  Fields headers;
};

/// One notification for one recipient. Either `template_ref` or `content` says what.
struct NotificationRequest {
  Recipient recipient;
  std::optional<TemplateRef> template_ref;
  std::map<Channel, Fields> content;
  std::map<Channel, ChannelOptions> options;
  std::vector<Attachment> attachments;
  std::string data_json = "{}";
  std::string metadata_json = "{}";
  std::optional<MisfirePolicy> misfire;  ///< what the send says of coming late; absent: the setting
  std::string timezone;                  ///< IANA, of the time that it was scheduled for; empty: the recipient's
};

/// How many addresses the recipient has on a channel: devices are several, of the rest there is one or none.
std::size_t addressCount(const Recipient& recipient, Channel channel);
/// One of the recipient's addresses on a channel; empty when the request has none there.
std::string addressFor(const Recipient& recipient, Channel channel, std::size_t index = 0);

}  // namespace belfry
