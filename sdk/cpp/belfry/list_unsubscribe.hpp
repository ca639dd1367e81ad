// How a recipient leaves a list: List-Unsubscribe (RFC 2369 §3.2) and one-click List-Unsubscribe-Post (RFC 8058). For
// every e-mail provider: the option `list_unsubscribe` of a notification becomes header fields.
#pragma once

#include <belfry/json.hpp>
#include <belfry/mailbox.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry::mail {

struct UnsubscribeFields {
  std::vector<std::pair<std::string, std::string>> fields;  ///< name and value; empty: none were asked for
  std::string fault;                                        ///< names the field and what is allowed
};

/// RFC 3986 characters that may stand between the angle brackets of the field.
inline bool isBracketedUri(std::string_view text) {
  constexpr std::size_t kMost = 900;  // one word of a header line (RFC 5322 §2.1.1)
  for (const char c : text)
    if (c <= ' ' || c > '~' || c == '<' || c == '>' || c == '"' || c == '\\' || c == ',') return false;
  return text.size() <= kMost;
}

/// `option` is a JSON object {"url": "https://…", "mailto": "leave@acme.example", "one_click": true}, with url, mailto
/// or both; one_click is true where it is absent and there is a url. RFC 8058 §3.1: one click needs https. Receivers
/// look at these fields only where a DKIM signature covers them (§4).
inline UnsubscribeFields unsubscribeFields(std::string_view option) {
  UnsubscribeFields out;
  const auto refuse = [&](const char* why) {
    out.fields.clear();
    out.fault = std::string("options.list_unsubscribe") + why;
    return out;
  };
  if (option.empty()) return out;
  JsonDom dom;
  if (!dom.parse(option) || !dom.root().isObject()) return refuse(" is no object with url, mailto and one_click");
  for (const auto [name, value] : dom.root().members()) {
    const bool text = name == "url" || name == "mailto";
    if (!text && name != "one_click") return refuse(" has an unknown member; allowed: url, mailto, one_click");
    if (text ? !value.isString() : !value.isBool())
      return refuse(": url and mailto are texts, one_click true or false");
  }
  const std::string_view url = dom.root()["url"].asString();
  std::string_view mailto = dom.root()["mailto"].asString();
  if (url.empty() && mailto.empty()) return refuse(": url or mailto is needed");
  const bool https = url.substr(0, 8) == "https://" && url.size() > 8;
  const bool one_click = dom.root()["one_click"].asBool(https);
  if (one_click && !https) return refuse(".url must begin with https:// for one_click");
  if (!url.empty() && !https && url.substr(0, 7) != "http://")
    return refuse(".url must begin with https:// or http://");
  if (mailto.substr(0, 7) == "mailto:") mailto.remove_prefix(7);
  if (!mailto.empty() && !isAddress(mailto.substr(0, mailto.find('?'))))
    return refuse(".mailto is no address such as leave@acme.example");
  if (!isBracketedUri(url) || !isBracketedUri(mailto))
    return refuse(": printable ASCII without space, comma, quote and angle brackets is allowed, at most 900");
  std::string list;
  if (!url.empty()) list = "<" + std::string(url) + ">";
  if (!mailto.empty()) list += std::string(list.empty() ? "" : ", ") + "<mailto:" + std::string(mailto) + ">";
  out.fields.emplace_back("List-Unsubscribe", std::move(list));
  if (one_click) out.fields.emplace_back("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  return out;
}

}  // namespace belfry::mail
