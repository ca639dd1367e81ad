#include "sms.h"

#include <belfry/mail_chars.hpp>

#include <cstddef>
#include <string_view>

namespace sns {
namespace {

using belfry::Send;

constexpr std::size_t kMaxCharacters = 1600;  // API reference, Publish: Message

bool isNumber(std::string_view text) {  // E.164
  if (text.size() < 8 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
  return text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool isAlnum(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// SNS Developer Guide, "Publishing to a mobile phone": 1 to 11 letters, digits and hyphens, at least one letter.
bool isSenderId(std::string_view text) {
  bool letter = false;
  for (const char c : text) {
    if (!isAlnum(c) && c != '-') return false;
    letter = letter || c > '9';
  }
  return letter && text.size() <= 11;
}

bool isPrice(std::string_view text) {
  const auto dot = text.find('.');
  const auto whole = text.substr(0, dot);
  const auto part = dot == std::string_view::npos ? std::string_view("0") : text.substr(dot + 1);
  for (const auto digits : {whole, part})
    if (digits.empty() || digits.size() > 8 || digits.find_first_not_of("0123456789") != std::string_view::npos)
      return false;
  return true;
}

bool isOrigination(std::string_view text) {
  const auto digits = text.substr(text.substr(0, 1) == "+" ? 1 : 0);
  return digits.size() >= 3 && digits.size() <= 15 && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

/// India's DLT ids.
bool isId(std::string_view text) {
  for (const char c : text)
    if (!isAlnum(c)) return false;
  return text.size() <= 50;
}

std::size_t characters(std::string_view utf8) {
  std::size_t n = 0;
  for (const char c : utf8) n += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return n;
}

SmsDefaults valuesOf(const Send& send, const SmsDefaults& defaults) {
  const auto value = [&](std::string_view option, const std::string& fallback) {
    return send.option(option).empty() ? fallback : std::string(send.option(option));
  };
  return {value("sms_type", defaults.sms_type),           value("sender_id", defaults.sender_id),
          value("max_price_usd", defaults.max_price_usd), value("origination_number", defaults.origination_number),
          value("entity_id", defaults.entity_id),         value("template_id", defaults.template_id)};
}

}  // namespace

std::string smsFault(const SmsDefaults& values) {
  const auto refused = [](const char* name, const std::string& value, const char* allowed) {
    return std::string(name) + " is \"" + value.substr(0, 80) + "\"; allowed: " + allowed;
  };
  if (!values.sms_type.empty() && values.sms_type != "Transactional" && values.sms_type != "Promotional")
    return refused("sms_type", values.sms_type, "Transactional, Promotional");
  if (!values.sender_id.empty() && !isSenderId(values.sender_id))
    return refused("sender_id", values.sender_id, "1 to 11 letters, digits and hyphens, at least one letter");
  if (!values.max_price_usd.empty() && !isPrice(values.max_price_usd))
    return refused("max_price_usd", values.max_price_usd, "a price in US dollars such as 0.50");
  if (!values.origination_number.empty() && !isOrigination(values.origination_number))
    return refused("origination_number", values.origination_number, "3 to 15 digits, with or without +");
  if (!isId(values.entity_id)) return refused("entity_id", values.entity_id, "at most 50 letters and digits");
  if (!isId(values.template_id)) return refused("template_id", values.template_id, "at most 50 letters and digits");
  return {};
}

std::string smsFault(const Send& send, const SmsDefaults& defaults) {
  if (!isNumber(send.to())) return "to: an E.164 number such as +34600000001 is needed";
  if (send.text().empty()) return "text: SNS needs one";
  if (!belfry::mail::isUtf8(send.text())) return "text: UTF-8 is needed";
  const auto n = characters(send.text());
  if (n > kMaxCharacters) return "text: " + std::to_string(n) + " characters; SNS takes at most 1600";
  if (send.raw().n_attachments != 0) return "attachments: text messages have none";
  return smsFault(valuesOf(send, defaults));
}

Query smsCall(const Send& send, const SmsDefaults& defaults) {
  const auto values = valuesOf(send, defaults);
  Query query("Publish");
  query.add("PhoneNumber", send.to()).add("Message", send.text());
  Attributes(query)
      .text("AWS.SNS.SMS.SMSType", values.sms_type)
      .text("AWS.SNS.SMS.SenderID", values.sender_id)
      .number("AWS.SNS.SMS.MaxPrice", values.max_price_usd)
      .text("AWS.MM.SMS.OriginationNumber", values.origination_number)
      .text("AWS.MM.SMS.EntityId", values.entity_id)
      .text("AWS.MM.SMS.TemplateId", values.template_id);
  return query;
}

}  // namespace sns
