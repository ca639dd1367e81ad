// What an SMTP server's answer means for a delivery: one table, for every plugin that speaks SMTP.
//
// The first row that fits decides. Rows with an enhanced code come before rows with only a reply code, since the
// enhanced code is the precise statement (RFC 2034). The rule behind the rows: only a statement about the recipient's
// mailbox may suppress it; a statement about our login or set-up stops the provider; about the message, fails the
// message; everything temporary is tried again.
#pragma once

#include <belfry/steps.h>

#include <cstdint>
#include <string_view>

namespace belfry {

/// Which command was answered.
enum class SmtpStage { any, recipient /* RCPT TO */, before_recipient, after_recipient };

struct SmtpRule {
  std::int32_t low;  ///< reply codes low…high
  std::int32_t high;
  std::string_view enhanced;  ///< "5.1.1"; "5.7." fits every 5.7.x; empty fits all
  SmtpStage stage;
  std::int32_t outcome;  ///< BF_*
};

inline constexpr SmtpRule kSmtpRules[] = {
    // Login and set-up. RFC 4954 §6; RFC 5248; RFC 3207 §4 (530: STARTTLS first).
    {454, 454, "4.7.0", SmtpStage::any, BF_RETRY},  // temporary authentication failure; RFC 3207: TLS not available now
    {432, 432, "", SmtpStage::any, BF_CREDENTIAL},  // a password transition is needed
    {525, 525, "", SmtpStage::any, BF_CREDENTIAL},  // user account disabled (5.7.13)
    {530, 530, "", SmtpStage::any, BF_CREDENTIAL},  // authentication or STARTTLS required
    {534, 535, "", SmtpStage::any, BF_CREDENTIAL},  // mechanism too weak; credentials invalid
    {538, 538, "", SmtpStage::any, BF_CREDENTIAL},  // encryption required for the mechanism
    {500, 599, "5.7.8", SmtpStage::any, BF_CREDENTIAL},   // credentials invalid
    {500, 599, "5.7.9", SmtpStage::any, BF_CREDENTIAL},   // mechanism too weak
    {500, 599, "5.7.11", SmtpStage::any, BF_CREDENTIAL},  // encryption needed
    {500, 599, "5.7.13", SmtpStage::any, BF_CREDENTIAL},  // user account disabled
    {500, 599, "5.7.14", SmtpStage::any, BF_CREDENTIAL},  // trust relationship required
    // Too fast. RFC 3463 §3.8 with the use that large receivers make of 4.7.x.
    {400, 499, "4.7.", SmtpStage::any, BF_THROTTLED},
    // Everything else temporary. RFC 5321 §4.2.1: 4yz, the same command may succeed later.
    {400, 499, "", SmtpStage::any, BF_RETRY},
    // The sender's address, though it begins with 5.1. RFC 3463 §3.2.
    {500, 599, "5.1.7", SmtpStage::any, BF_REJECTED_REQUEST},
    {500, 599, "5.1.8", SmtpStage::any, BF_REJECTED_REQUEST},
    // The recipient's address. RFC 3463 §3.2 and §3.3; RFC 7505 §4.2 (5.1.10: null MX). Before RCPT TO nobody has named
    // it.
    {500, 599, "", SmtpStage::before_recipient, BF_REJECTED_REQUEST},
    {500, 599, "5.1.1", SmtpStage::any, BF_REJECTED_RECIPIENT},        // no such mailbox
    {500, 599, "5.1.2", SmtpStage::any, BF_REJECTED_RECIPIENT},        // no such domain
    {500, 599, "5.1.3", SmtpStage::any, BF_REJECTED_RECIPIENT},        // address syntax
    {500, 599, "5.1.4", SmtpStage::any, BF_REJECTED_RECIPIENT},        // ambiguous mailbox
    {500, 599, "5.1.6", SmtpStage::any, BF_REJECTED_RECIPIENT},        // mailbox has moved
    {500, 599, "5.1.10", SmtpStage::any, BF_REJECTED_RECIPIENT},       // the domain accepts no mail
    {500, 599, "5.1.0", SmtpStage::recipient, BF_REJECTED_RECIPIENT},  // other address status, said of this address
    {500, 599, "5.2.1", SmtpStage::any, BF_REJECTED_RECIPIENT},        // mailbox disabled
    // Any other enhanced code: full mailbox (5.2.2), size, routing, content, policy. Never a reason to suppress.
    {500, 599, "5.", SmtpStage::any, BF_REJECTED_REQUEST},
    // No enhanced code. RFC 5321 §4.2.3: at RCPT TO these are about the mailbox; after DATA they are about the message.
    {550, 551, "", SmtpStage::recipient, BF_REJECTED_RECIPIENT},  // mailbox unavailable; user not local
    {553, 553, "", SmtpStage::recipient, BF_REJECTED_RECIPIENT},  // mailbox name not allowed
    {556, 556, "", SmtpStage::recipient, BF_REJECTED_RECIPIENT},  // RFC 7504 §4: the domain does not accept mail
    {500, 599, "", SmtpStage::any, BF_REJECTED_REQUEST},          // 552 and 554 among them
};

namespace mail {

inline bool fitsEnhanced(std::string_view rule, std::string_view enhanced) {
  if (rule.empty()) return true;
  if (rule.back() == '.') return enhanced.substr(0, rule.size()) == rule;
  return enhanced == rule;
}

}  // namespace mail

/// The outcome of an answer of 400 and above, or 0 when the answer is no refusal.
inline std::int32_t smtpOutcome(std::int32_t code, std::string_view enhanced, SmtpStage stage) {
  if (enhanced == "5.0.0") enhanced = {};  // "other undefined status" (RFC 3463 §3.1) says no more than the reply code
  for (const auto& rule : kSmtpRules) {
    const bool stage_fits = rule.stage == SmtpStage::any || rule.stage == stage;
    if (stage_fits && code >= rule.low && code <= rule.high && mail::fitsEnhanced(rule.enhanced, enhanced))
      return rule.outcome;
  }
  return 0;
}

}  // namespace belfry
