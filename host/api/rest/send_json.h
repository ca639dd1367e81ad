// The body of a send request, in its full and its short form, and the answer to it.
#pragma once

#include <string>
#include <string_view>

#include "kit/result.h"
#include "model/problem.h"
#include "services/intake/send_command.h"

namespace belfry {

/// How the client wrote it: decides which pointers errors carry.
enum class SendForm {
  channels,  ///< {channels: […], recipient, …}
  channel,   ///< {channel, recipient, …}
  brief,     ///< {channel, recipientUserId, recipientUserType, subject, body, priority, scheduledAt, metadata}
};

struct ParsedSend {
  SendCommand command;  ///< without idempotency
  SendForm form = SendForm::channels;
  bool content_by_channel = false;
};

class ObjectReader;

/// One send, as the body of a request or an item of a batch; the reader's errors tell what is wrong. The caller
/// finishes the reader.
ParsedSend readSend(ObjectReader& reader);

/// Every error of the body at once.
Result<ParsedSend, Problem> parseSend(std::string_view body);

/// Rewrites the pointers of a problem that intake found from the full form to the form that the client used.
void pointIntoBody(Problem& problem, SendForm form, bool content_by_channel = false);

/// The 202's body, which is also what a replay answers: `Intake::AnswerJson`.
std::string sendAnswerJson(const Accepted& accepted);

}  // namespace belfry
