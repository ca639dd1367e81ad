// Connection strings: what the user writes (a URI or key=value text), completed with what Belfry needs.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace belfry::pg {

struct ConnectOptions {
  std::string url;
  std::string application_name;
  std::chrono::milliseconds connect_timeout{5000};
};

using ConnectParameters = std::vector<std::pair<std::string, std::string>>;

/// The keys and values that libpq would use: those of the URL, then ours where it has none: application_name,
/// client_encoding, connect_timeout, and keep-alives that notice a vanished host within about 30 s. Throws SqlError
/// (08001) for a URL that libpq does not understand; the message does not quote it, for it may hold a password.
ConnectParameters connectParameters(const ConnectOptions& options);

/// The same as the key=value text that Poco's connector takes. It splits at blanks before libpq sees quotes, so a value
/// with a blank throws SqlError (08001) naming the key.
std::string pocoConnectionString(const ConnectParameters& parameters);

}  // namespace belfry::pg
