// The strict provider simulators of providers/simulator, which documents their calls, as a child of a test.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/child_process.h"

namespace belfry::test {

/// One request as a simulated provider received it.
struct SimulatedRequest {
  std::string provider;                        ///< sendgrid, ses, sns, twilio, fcm, oauth, whatsapp, slack, hook
  std::string outcome;                         ///< accepted, refused, scripted, or open while it is being answered
  std::string problem;                         ///< why it was refused; "" when it was not
  std::string method;                          ///< as in the request line
  std::string target;                          ///< path and query as in the request line
  std::map<std::string, std::string> headers;  ///< names in lower case; of repeated names the last value
  std::string body;                            ///< the bytes; for a gzip body what it holds
  std::string parsed;            ///< what the provider read from it, as JSON; "null" when it did not get so far
  int status = 0;                ///< the answer's; 0 when there was none (yet)
  std::uint64_t connection = 0;  ///< the same for requests that came over one connection
};

/// One answer of the program under test to a callback.
struct CallbackAnswer {
  int status = 0;     ///< 0: none came; see `error`
  std::string body;   ///< as received
  std::string error;  ///< why none came
};

/// Listens on 127.0.0.1 from construction to destruction. Calls throw std::runtime_error with the simulator's own words
/// when it does not understand them. One thread at a time.
///
///   ProviderSimulator providers;
///   // base_url: providers.baseUrl("twilio"), exchange.ca_file: providers.caFile()
///   providers.script(R"({"provider": "twilio", "answers": [{"error": "20429"}]})");
///   providers.callback(R"({"provider": "twilio", "type": "delivered", "to_url": "http://…", "params": {"sid":
///   "SM1"}})");
class ProviderSimulator {
 public:
  /// `options` as the program takes them. Throws std::runtime_error when it does not listen within 30 s.
  explicit ProviderSimulator(std::vector<std::string> options = {});

  /// `https://localhost:PORT/PROVIDER`: what a provider's `base_url` is set to.
  std::string baseUrl(const std::string& provider) const { return https_ + "/" + provider; }
  /// FCM's `token_uri`.
  std::string tokenUri() const { return https_ + "/oauth/token"; }
  const std::string& httpsUrl() const noexcept { return https_; }
  const std::string& httpUrl() const noexcept { return http_; }
  std::uint16_t httpsPort() const;
  /// PEM of the authority that signed its certificate: `exchange.ca_file`.
  const std::filesystem::path& caFile() const noexcept { return ca_; }

  /// In the order in which they came. `provider` "" means all; `outcome` "all", too, besides those of SimulatedRequest.
  std::vector<SimulatedRequest> requests(const std::string& provider, const std::string& outcome = "accepted") const;
  /// Waits until there are at least `count` of them.
  [[nodiscard]] bool waitForRequests(const std::string& provider, std::size_t count, std::chrono::milliseconds limit,
                                     const std::string& outcome = "accepted") const;
  /// What the next fitting requests get: see providers/simulation/script.py.
  void script(const std::string& json) const;
  /// Posts a true callback (or, as asked, a false one) and returns the answers, one for each repetition.
  std::vector<CallbackAnswer> callback(const std::string& json) const;
  /// OAuth access tokens given out so far are expired now.
  void expireTokens() const;
  /// Forgets requests, scripts and tokens; ends stalled requests.
  void reset() const;
  /// Credentials and public keys of each provider, as JSON.
  std::string accounts() const;
  /// One text of them: account("twilio", "auth_token"). Objects and arrays come as JSON.
  std::string account(const std::string& provider, const std::string& name) const;

  /// kill -9, as a provider that is suddenly gone.
  void kill() { process_.kill(); }
  /// What it said on standard error, for messages of failed expectations.
  std::string output() const { return process_.output(); }

 private:
  std::string control(const std::string& method, const std::string& path, const std::string& json = "{}") const;

  TemporaryDirectory directory_;
  ChildProcess process_;
  std::string https_;
  std::string http_;
  std::filesystem::path ca_;
  std::uint16_t control_port_ = 0;
};

}  // namespace belfry::test
