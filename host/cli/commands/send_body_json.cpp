#include <array>

#include "cli/commands/send_body.h"
#include "cli/failures.h"
#include "cli/input_text.h"
#include "kit/json.h"
#include "model/vocabulary.h"

namespace belfry::cli {
namespace {

constexpr std::array<const char*, 5> kContentOptions = {"subject", "text", "html", "title", "body"};

std::vector<Channel> channelsOf(const Invocation& invocation) {
  std::vector<Channel> channels;
  for (const auto& word : invocation.words("channel")) {
    const auto channel = parseChannel(word);
    if (!channel)
      throw UsageError("--channel: '" + word + "' is no channel; allowed: " + std::string(allowedChannel()));
    channels.push_back(*channel);
  }
  if (channels.empty()) throw UsageError("--channel is missing; allowed: " + std::string(allowedChannel()));
  return channels;
}

/// The recipient's field that a channel's address stands in; empty for those that reach a user by id.
std::string_view addressField(Channel channel) {
  switch (channel) {
    case Channel::email: return "email";
    case Channel::sms:
    case Channel::whatsapp: return "phone";
    case Channel::push: return "deviceTokens";
    case Channel::inapp:
    case Channel::slack:
    case Channel::webhook: return "userId";
  }
  return {};
}

class SendBody {
 public:
  SendBody(const Invocation& invocation, const Console& console) : options_(invocation), console_(console) {}

  std::string json() {
    const auto channels = channelsOf(options_);
    refuseContradictions();
    json_.object([&] {
      writeChannels(channels);
      writeRecipient(channels);
      if (options_.has("template")) writeTemplate();
      else writeContent();
      writeJsonOption("data");
      writeJsonOption("metadata");
      writeText("priority", "priority");
      writeText("send-at", "sendAt");
      writeText("delay", "delay");
      writeText("send-at-local", "sendAtLocal");
      writeText("timezone", "timezone");
      writeText("misfire", "misfire");
      writeText("expires-at", "expiresAt");
      if (options_.has("dry-run")) json_.member("dryRun", true);
    });
    return json_.take();
  }

 private:
  void refuseContradictions() const {
    const bool templated = options_.has("template");
    for (const char* name : kContentOptions) {
      if (templated && options_.has(name))
        throw UsageError("--template and --" + std::string(name) +
                         " exclude each other; allowed: a template or content");
    }
    for (const char* name : {"version", "language"}) {
      if (!templated && options_.has(name)) throw UsageError("--" + std::string(name) + " needs --template");
    }
    if (options_.has("dry-run") && options_.has("wait"))
      throw UsageError("--wait and --dry-run exclude each other: nothing is sent that could be waited for");
    if (options_.has("timeout") && !options_.has("wait")) throw UsageError("--timeout needs --wait");
  }

  void writeChannels(const std::vector<Channel>& channels) {
    json_.memberArray("channels", [&] {
      for (const auto channel : channels) json_.value(toText(channel));
    });
  }

  /// The first --to is the first channel's address, and so on. Channels that share a field share its first address.
  void writeRecipient(const std::vector<Channel>& channels) {
    const auto addresses = options_.all("to");
    if (addresses.size() > channels.size())
      throw UsageError("--to is given " + std::to_string(addresses.size()) +
                       " times; allowed: once for each --channel");
    if (addresses.empty() && !options_.has("user"))
      throw UsageError("--to is missing: the recipient's address; or --user for a user id");
    std::map<std::string_view, std::string> fields;
    for (std::size_t i = 0; i < addresses.size(); ++i) fields.emplace(addressField(channels[i]), addresses[i]);
    if (const auto user = options_.find("user")) fields["userId"] = *user;
    json_.memberObject("recipient", [&] {
      for (const auto& [field, address] : fields) writeAddress(field, address);
      writeText("name", "name");
      writeText("user-type", "userType");
    });
  }

  void writeAddress(std::string_view field, const std::string& address) {
    if (field != "deviceTokens") return json_.member(field, address);
    json_.memberArray(field, [&] { json_.object([&] { json_.member("token", address); }); });
  }

  void writeTemplate() {
    json_.memberObject("template", [&] {
      writeText("template", "key");
      if (const auto version = options_.integer("version", 1, 2147483647)) json_.member("version", *version);
      writeText("language", "language");
    });
  }

  void writeContent() {
    bool any = false;
    for (const char* name : kContentOptions) any = any || options_.has(name);
    if (!any)
      throw UsageError("there is nothing to send; allowed: --template, or --subject, --text, --html, --title, --body");
    json_.memberObject("content", [&] {
      for (const char* name : kContentOptions) {
        const auto text = options_.find(name);
        if (!text) continue;
        json_.member(name, std::string_view(name) == "html" ? textOrFile(*text, "--html", console_) : *text);
      }
    });
  }

  void writeText(const char* option, std::string_view field) {
    if (const auto text = options_.find(option)) json_.member(field, *text);
  }

  void writeJsonOption(const char* option) {
    if (const auto text = options_.find(option))
      json_.rawMember(option, jsonArgument(*text, "--" + std::string(option), console_));
  }

  const Invocation& options_;
  const Console& console_;
  JsonWriter json_;
};

}  // namespace

std::string sendBodyJson(const Invocation& invocation, const Console& console) {
  return SendBody(invocation, console).json();
}

}  // namespace belfry::cli
