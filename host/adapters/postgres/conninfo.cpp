#include "adapters/postgres/conninfo.h"

#include <algorithm>

#include "adapters/postgres/error.h"
#include "adapters/postgres/libpq.h"

namespace belfry::pg {
namespace {

[[noreturn]] void refuse(std::string message) {
  throw SqlError({.statement = "connect", .sqlstate = "08001", .message = std::move(message)});
}

std::string wholeSeconds(std::chrono::milliseconds limit) {
  return std::to_string(std::max<std::int64_t>(2, (limit.count() + 999) / 1000));  // libpq takes 1 as 2
}

void addDefault(ConnectParameters& parameters, const char* key, std::string value) {
  const bool given =
      std::any_of(parameters.begin(), parameters.end(), [&](const auto& one) { return one.first == key; });
  if (!given) parameters.emplace_back(key, std::move(value));
}

/// libpq's message for a URI quotes the URI, password and all: keep only its kind.
std::string withoutQuotation(const std::string& message) { return message.substr(0, message.find('"')); }

std::string quoted(const std::string& value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

ConnectParameters connectParameters(const ConnectOptions& options) {
  char* message = nullptr;
  const OptionsPtr parsed(PQconninfoParse(options.url.c_str(), &message));
  const std::string why = trimmed(message);
  PQfreemem(message);
  if (!parsed) {
    refuse("the database URL is not understood (" + withoutQuotation(why) +
           "); allowed: postgresql://user:password@host:port/database?key=value or key=value text of libpq");
  }
  ConnectParameters parameters;
  for (const PQconninfoOption* option = parsed.get(); option->keyword; ++option) {
    if (option->val && *option->val) parameters.emplace_back(option->keyword, option->val);
  }
  addDefault(parameters, "application_name", options.application_name);
  addDefault(parameters, "client_encoding", "UTF8");
  addDefault(parameters, "connect_timeout", wholeSeconds(options.connect_timeout));
  addDefault(parameters, "keepalives_idle", "10");
  addDefault(parameters, "keepalives_interval", "5");
  addDefault(parameters, "keepalives_count", "4");
  addDefault(parameters, "tcp_user_timeout", "30000");
  return parameters;
}

std::string pocoConnectionString(const ConnectParameters& parameters) {
  std::string text;
  for (const auto& [key, value] : parameters) {
    if (value.find(' ') != std::string::npos) {
      refuse("the database URL's " + key +
             " holds a blank, which Poco's connector cannot carry; allowed: a value without blanks");
    }
    if (!text.empty()) text += ' ';
    text += key + "=" + quoted(value);
  }
  return text;
}

}  // namespace belfry::pg
