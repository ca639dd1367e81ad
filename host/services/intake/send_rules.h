// What a send must satisfy, one rule a function. Each adds what it finds to `errors`.
#pragma once

#include <vector>

#include "model/problem.h"
#include "model/template.h"
#include "services/intake/send_basis.h"
#include "services/intake/send_command.h"
#include "services/tenants/directory.h"

namespace belfry {

using FieldErrors = std::vector<FieldError>;

/// Each channel has an enabled provider of the tenant and an address of the recipient that is one.
void checkChannels(const SendCommand& command, const DirectoryTenant& tenant, FieldErrors& errors);
/// Addresses that are given are addresses, on whatever channel (the telephone number is the intake's matter); names and
/// options carry no line breaks.
void checkRecipient(const Recipient& recipient, FieldErrors& errors);
void checkOptions(const NotificationRequest& request, FieldErrors& errors);
/// Every option is one that a plugin of the tenant's enabled providers of that channel understands.
void checkOptionNames(const SendCommand& command, SendBasis& basis, FieldErrors& errors);
/// Without a template each channel has content with the fields that it needs.
void checkContent(const SendCommand& command, FieldErrors& errors);
/// sendAt, delay and expiresAt agree with each other and with `now`. `sendAtLocal` is a sendAt by now.
void checkTimes(const SendTimes& times, TimePoint now, Duration most_ahead, FieldErrors& errors);
/// The template has content for each channel and the data has every variable that the template declares required.
void checkTemplate(const SendCommand& command, const ResolvedTemplate& found, FieldErrors& errors);

}  // namespace belfry
