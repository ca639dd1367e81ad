// Delivery status notifications (RFC 3461): what is asked of servers that offer them.
#pragma once

#include <belfry/exchange.h>
#include <belfry/json.hpp>
#include <belfry/send.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct Dsn {
  std::uint32_t notify = 0;  ///< BF_DSN_*
  std::int32_t ret = BF_DSN_RET_DEFAULT;
  std::string fault;  ///< names the field and what is allowed; empty: all is well
};

/// 0 for a word that is none.
inline std::uint32_t dsnBit(std::string_view word) {
  if (word == "never") return BF_DSN_NEVER;
  if (word == "success") return BF_DSN_SUCCESS;
  if (word == "failure") return BF_DSN_FAILURE;
  return word == "delay" ? BF_DSN_DELAY : 0;
}

inline Dsn dsnOf(const std::vector<std::string>& notify, std::string_view ret) {
  Dsn out;
  for (const auto& word : notify) {
    if (dsnBit(word) == 0)
      out.fault = "dsn_notify has \"" + word + "\"; allowed: never, or any of success, failure, delay";
    out.notify |= dsnBit(word);
  }
  if ((out.notify & BF_DSN_NEVER) != 0 && out.notify != BF_DSN_NEVER)
    out.fault = "dsn_notify has never beside others; allowed: never, or any of success, failure, delay";
  if (!ret.empty() && ret != "headers") out.fault = "dsn_return is \"" + std::string(ret) + "\"; allowed: headers";
  if (ret == "headers") out.ret = BF_DSN_RET_HEADERS;
  return out;
}

/// The options `dsn_notify` and `dsn_return` go before those of the config.
inline Dsn dsnOfSend(const belfry::Send& send, const Dsn& config) {
  Dsn out = config;
  if (send.hasOption("dsn_notify")) {
    belfry::JsonDom dom;
    if (!dom.parse(send.option("dsn_notify")) || !dom.root().isArray()) {
      out.fault = "options.dsn_notify is no list; allowed: never, or any of success, failure, delay";
      return out;
    }
    std::vector<std::string> words;
    for (const belfry::Json word : dom.root().elements()) words.emplace_back(word.asString("?"));
    const Dsn asked = dsnOf(words, {});
    if (!asked.fault.empty()) out.fault = "options." + asked.fault;
    out.notify = asked.notify;
  }
  if (send.hasOption("dsn_return")) {
    const Dsn asked = dsnOf({}, send.option("dsn_return"));
    if (!asked.fault.empty()) out.fault = "options." + asked.fault;
    out.ret = asked.ret;
  }
  return out;
}
