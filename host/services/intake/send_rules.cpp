#include "services/intake/send_rules.h"

#include <algorithm>
#include <set>

#include "services/intake/addresses.h"
#include "services/intake/required_variables.h"

namespace belfry {
namespace {

std::string addressPointer(Channel channel) {
  switch (channel) {
    case Channel::email: return "/recipient/email";
    case Channel::sms:
    case Channel::whatsapp: return "/recipient/phone";
    case Channel::push: return "/recipient/deviceTokens";
    case Channel::inapp:
    case Channel::slack:
    case Channel::webhook: return "/recipient/userId";
  }
  return "/recipient";
}

/// A name as one step of a pointer. RFC 6901 §3.
std::string pointerStep(std::string_view name) {
  std::string step = "/";
  for (char c : name) step += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return step;
}

/// `order.id` is at /data/order/id.
std::string dataPointer(std::string_view variable) {
  std::string pointer = "/data";
  for (;;) {
    auto dot = variable.find('.');
    pointer += pointerStep(variable.substr(0, dot));
    if (dot == std::string_view::npos) return pointer;
    variable.remove_prefix(dot + 1);
  }
}

void checkOneLine(const std::string& pointer, const std::string& value, FieldErrors& errors) {
  if (!hasControlCharacter(value)) return;
  errors.push_back({pointer, FieldErrorCode::header_injection, "contains a line break or another control character",
                    shorten(value), "one line of text"});
}

void checkMailbox(const std::string& pointer, const std::string& value, FieldErrors& errors) {
  auto open = value.rfind('<');
  std::string_view address = value;
  if (open != std::string::npos && value.back() == '>') address = address.substr(open + 1, value.size() - open - 2);
  if (hasControlCharacter(value)) return checkOneLine(pointer, value, errors);
  if (isEmailAddress(address)) return;
  errors.push_back({pointer, FieldErrorCode::not_an_address, "is not an e-mail address", shorten(value),
                    "address or Name <address>, where address is " + std::string(addressForm(Channel::email))});
}

bool isHeaderName(const std::string& name) {
  // RFC 5322 §2.2: printable US-ASCII except colon.
  return !name.empty() && name.size() <= 76 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F && c != ':'; });
}

/// Headers that the host writes itself or that would change where a message goes.
bool isReservedHeader(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  static constexpr std::string_view kReserved[] = {"from",
                                                   "to",
                                                   "cc",
                                                   "bcc",
                                                   "sender",
                                                   "reply-to",
                                                   "subject",
                                                   "date",
                                                   "message-id",
                                                   "mime-version",
                                                   "return-path",
                                                   "received",
                                                   "content-type",
                                                   "content-transfer-encoding",
                                                   "content-disposition",
                                                   "content-id"};
  return std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

void checkHeaders(const std::string& base, const Fields& headers, FieldErrors& errors) {
  for (const auto& [name, value] : headers) {
    auto pointer = base + "/headers" + pointerStep(name);
    if (!isHeaderName(name)) {
      errors.push_back({pointer, FieldErrorCode::malformed, "is not a header name", shorten(name),
                        "printable ASCII without a colon"});
    } else if (isReservedHeader(name)) {
      errors.push_back({pointer, FieldErrorCode::not_allowed, "is a header that the host writes", shorten(name),
                        "other headers; from and replyTo are options of their own"});
    }
    checkOneLine(pointer, value, errors);
  }
}

/// Each token has a delivery of its own: the same one twice would tell somebody twice.
void checkDevicesOnce(const std::vector<DeviceToken>& devices, FieldErrors& errors) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (seen.insert(devices[i].token).second) continue;
    errors.push_back({"/recipient/deviceTokens/" + std::to_string(i) + "/token", FieldErrorCode::duplicate,
                      "is there twice", "", "each token once"});
  }
}

bool hasProvider(const DirectoryTenant& tenant, Channel channel) {
  return std::any_of(tenant.instances.begin(), tenant.instances.end(),
                     [&](const auto& instance) { return instance->row.channel == channel && instance->row.enabled; });
}

struct ContentRule {
  std::vector<std::string_view> any_of;  ///< at least one of these
  std::vector<std::string_view> known;
};

ContentRule contentRule(Channel channel) {
  switch (channel) {
    case Channel::email: return {{"text", "html"}, {"subject", "text", "html"}};
    case Channel::push:
    case Channel::inapp: return {{"title", "body"}, {"title", "body"}};
    case Channel::sms:
    case Channel::whatsapp:
    case Channel::slack:
    case Channel::webhook: return {{"text", "body"}, {"text", "body", "title"}};
  }
  return {};
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (auto word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

}  // namespace

void checkChannels(const SendCommand& command, const DirectoryTenant& tenant, FieldErrors& errors) {
  for (std::size_t i = 0; i < command.channels.size(); ++i) {
    auto channel = command.channels[i];
    auto name = std::string(toText(channel));
    if (!hasProvider(tenant, channel)) {
      errors.push_back({"/channels/" + std::to_string(i), FieldErrorCode::not_found,
                        "tenant '" + tenant.row.slug + "' has no enabled provider for this channel", name,
                        "a channel with an enabled provider; see GET /api/v1/admin/providers"});
    }
    const auto& recipient = command.request.recipient;
    const bool by_user = channel == Channel::push && !recipient.user_id.empty();  // goes to the user's devices
    if (!by_user && addressFor(recipient, channel).empty()) {
      errors.push_back({addressPointer(channel), FieldErrorCode::required, "is needed for channel " + name, "",
                        std::string(addressForm(channel))});
    }
  }
}

void checkRecipient(const Recipient& recipient, FieldErrors& errors) {
  auto check = [&](const std::string& pointer, Channel channel, const std::string& value) {
    if (value.empty() || isAddress(channel, value)) return;
    auto code = hasControlCharacter(value) ? FieldErrorCode::header_injection : FieldErrorCode::not_an_address;
    errors.push_back({pointer, code, "is not an address on channel " + std::string(toText(channel)), shorten(value),
                      std::string(addressForm(channel))});
  };
  check("/recipient/email", Channel::email, recipient.email);
  check("/recipient/userId", Channel::inapp, recipient.user_id);
  for (std::size_t i = 0; i < recipient.device_tokens.size(); ++i)
    check("/recipient/deviceTokens/" + std::to_string(i) + "/token", Channel::push, recipient.device_tokens[i].token);
  checkDevicesOnce(recipient.device_tokens, errors);
  checkOneLine("/recipient/phone", recipient.phone, errors);
  checkOneLine("/recipient/name", recipient.name, errors);
}

void checkOptions(const NotificationRequest& request, FieldErrors& errors) {
  for (const auto& [channel, options] : request.options) {
    auto base = "/options/" + std::string(toText(channel));
    if (const auto* from = findField(options.options, "from")) checkMailbox(base + "/from", *from, errors);
    if (const auto* reply_to = findField(options.options, "reply_to"))
      checkMailbox(base + "/replyTo", *reply_to, errors);
    checkHeaders(base, options.headers, errors);
  }
  for (std::size_t i = 0; i < request.attachments.size(); ++i) {
    auto base = "/attachments/" + std::to_string(i);
    checkOneLine(base + "/filename", request.attachments[i].filename, errors);
    checkOneLine(base + "/contentType", request.attachments[i].content_type, errors);
    checkOneLine(base + "/contentId", request.attachments[i].content_id, errors);
  }
}

void checkOptionNames(const SendCommand& command, SendBasis& basis, FieldErrors& errors) {
  for (const auto& [channel, options] : command.request.options) {
    const auto& known = basis.options(channel);
    for (const auto& [name, value] : options.options) {
      if (known.contains(name)) continue;
      errors.push_back({"/options/" + std::string(toText(channel)) + pointerStep(name), FieldErrorCode::unknown_field,
                        "no enabled provider of this channel has such an option", shorten(value),
                        known.empty() ? "none" : joined(std::vector<std::string_view>(known.begin(), known.end()))});
    }
  }
}

void checkContent(const SendCommand& command, FieldErrors& errors) {
  if (command.request.template_ref) return;
  for (auto channel : command.channels) {
    auto name = std::string(toText(channel));
    auto rule = contentRule(channel);
    auto content = command.request.content.find(channel);
    bool enough = content != command.request.content.end() &&
                  std::any_of(rule.any_of.begin(), rule.any_of.end(),
                              [&](auto field) { return findField(content->second, field); });
    // What a plugin's options say (a provider's own template, a picture) may need no text beside it.
    auto options = command.request.options.find(channel);
    if (!enough && options != command.request.options.end() && !options->second.options.empty()) continue;
    if (!enough) {
      errors.push_back({"/content", FieldErrorCode::required,
                        "channel " + name + " needs at least one of " + joined(rule.any_of), "",
                        "template, or content with " + joined(rule.known)});
      continue;
    }
    if (const auto* subject = findField(content->second, "subject")) checkOneLine("/content/subject", *subject, errors);
  }
}

void checkTimes(const SendTimes& times, TimePoint now, Duration most_ahead, FieldErrors& errors) {
  constexpr auto kClockSkew = std::chrono::seconds(60);
  if (times.send_at && times.delay && !times.send_at_local) {
    errors.push_back({"/delay", FieldErrorCode::conflict, "contradicts sendAt", "", "sendAt or delay, not both"});
  }
  auto start = times.send_at ? *times.send_at : times.delay ? now + *times.delay : now;
  const char* pointer = times.delay ? "/delay" : times.send_at_local ? "/sendAtLocal" : "/sendAt";
  if (start < now - kClockSkew) {
    errors.push_back({pointer, FieldErrorCode::in_the_past, "has passed", formatRfc3339(start), "a time from now on"});
  }
  if (start > now + most_ahead) {
    errors.push_back({pointer, FieldErrorCode::out_of_range, "is too far ahead", formatRfc3339(start),
                      "at most ten years from now"});
  }
  if (times.expires_at && *times.expires_at <= std::max(start, now)) {
    errors.push_back({"/expiresAt", FieldErrorCode::out_of_range, "is not after the time of sending",
                      formatRfc3339(*times.expires_at), "a time after " + formatRfc3339(std::max(start, now))});
  } else if (times.expires_at && *times.expires_at > now + most_ahead) {
    errors.push_back({"/expiresAt", FieldErrorCode::out_of_range, "is too far ahead", formatRfc3339(*times.expires_at),
                      "at most ten years from now"});
  }
}

void checkTemplate(const SendCommand& command, const ResolvedTemplate& found, FieldErrors& errors) {
  auto described = "template '" + found.key + "' version " + std::to_string(found.version.version);
  for (auto channel : command.channels) {
    if (found.version.content.contains(channel)) continue;
    std::string has;
    for (const auto& [known, fields] : found.version.content)
      has += (has.empty() ? "" : ", ") + std::string(toText(known));
    errors.push_back({"/template/key", FieldErrorCode::not_found,
                      described + " has no content for channel " + std::string(toText(channel)), found.key,
                      "channels with content: " + has});
  }
  for (const auto& name : missingVariables(command.request.data_json, found.version.required)) {
    errors.push_back(
        {dataPointer(name), FieldErrorCode::missing_variable, "is required by " + described, "", "any value but null"});
  }
}

}  // namespace belfry
