// The JSON body of a Slack message: what both ways of posting share.
#pragma once

#include <belfry/send.hpp>

#include <string>
#include <string_view>

namespace slack {

struct Message {
  std::string json;   ///< empty when refused
  std::string fault;  ///< names the field and what is allowed
};

/// Titles and texts are escaped (`&`, `<`, `>`), so that no value of a template can mention a channel or hide a link;
/// with the option mrkdwn set to true the text is Slack's markup and sent as it is. `channel`: empty for a webhook.
Message message(const belfry::Send& send, std::string_view channel);

/// An id of a channel, group, conversation or user (C…, G…, D…, U…, W…), or the name of a channel (#alerts).
bool isTarget(std::string_view text);

}  // namespace slack
