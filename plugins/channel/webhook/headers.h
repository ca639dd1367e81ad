// Header fields that a notification may add: only those that the config allows, and never those that decide how a
// request is read or proven.
#pragma once

#include <belfry/json.hpp>
#include <belfry/mime_rules.hpp>
#include <belfry/send.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhook {

/// RFC 9110 §5.6.2, token.
inline bool isHeaderName(std::string_view name) {
  for (const char c : name)
    if (!belfry::mail::isAlnum(c) && std::string_view("!#$%&'*+-.^_`|~").find(c) == std::string_view::npos)
      return false;
  return !name.empty() && name.size() <= 100;
}

/// Fields of the connection, of the body and of the signature: Belfry's alone.
inline bool isOwnHeader(std::string_view name) {
  using belfry::mail::equalIgnoringCase;
  for (const auto own : {"host", "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect",
                         "proxy-authorization", "proxy-connection", "forwarded"})
    if (equalIgnoringCase(name, own)) return true;
  for (const std::string_view prefix : {"content-", "webhook-", "x-forwarded-"})
    if (equalIgnoringCase(name.substr(0, prefix.size()), prefix)) return true;
  return false;
}

/// Printable ASCII: nothing that could end a line, nothing that servers read in different ways.
inline bool isHeaderValue(std::string_view value) {
  for (const char c : value)
    if (c < ' ' || c > '~') return false;
  return value.size() <= 1000 && belfry::mail::trimmed(value).size() == value.size();
}

struct Headers {
  std::vector<std::pair<std::string, std::string>> fields;
  std::string fault;  ///< names the field and what is allowed; empty: all is well
};

/// The message's headers, from where the host puts them and from the option `headers`.
inline Headers headersOf(const belfry::Send& send, const std::vector<std::string>& allowed) {
  Headers out;
  const auto add = [&](std::string_view name, std::string_view value) {
    bool fits = false;
    for (const auto& one : allowed) fits = fits || belfry::mail::equalIgnoringCase(one, name);
    const std::string field = isHeaderName(name) ? "headers." + std::string(name) : "headers: a name that is none";
    if (out.fault.empty() && !fits) out.fault = field + " is not allowed by allowed_headers of the provider's config";
    if (out.fault.empty() && !isHeaderValue(value)) out.fault = field + ": printable ASCII is allowed, at most 1000";
    if (out.fault.empty()) out.fields.emplace_back(name, value);
  };
  const bf_msg& raw = send.raw();
  for (std::size_t i = 0; i < raw.n_headers; ++i)
    add(belfry::view(raw.headers[i].key), belfry::view(raw.headers[i].value));
  if (!send.hasOption("headers")) return out;
  belfry::JsonDom dom;
  if (!dom.parse(send.option("headers")) || !dom.root().isObject()) {
    out.fault = "options.headers is no JSON object";
    return out;
  }
  for (const auto [name, value] : dom.root().members()) {
    if (!value.isString()) out.fault = "options.headers holds a value that is no text";
    else add(name, value.asString());
  }
  return out;
}

}  // namespace webhook
