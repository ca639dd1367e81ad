#include "support/provider_simulator.h"

#include <cstdlib>
#include <stdexcept>

#include "support/http_client.h"
#include "support/provider_simulator_json.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> commandLine(const std::filesystem::path& directory, std::vector<std::string> options) {
  std::vector<std::string> command = {"/usr/bin/python3", std::string(BELFRY_TESTS_SUPPORT) + "/providers/simulator",
                                      "--tls-dir", directory / "tls"};
  command.insert(command.end(), options.begin(), options.end());
  return command;
}

std::uint16_t portOf(const std::string& url) {
  return static_cast<std::uint16_t>(std::atoi(url.c_str() + url.rfind(':') + 1));
}

}  // namespace

ProviderSimulator::ProviderSimulator(std::vector<std::string> options)
    : process_({.args = commandLine(directory_.path(), std::move(options))}) {
  const auto ready = process_.waitForLine("\"ready\"", 30s);
  if (!ready) throw std::runtime_error("providers/simulator did not start: " + process_.output());
  https_ = textMember(*ready, "https");
  http_ = textMember(*ready, "http");
  ca_ = textMember(*ready, "ca");
  control_port_ = portOf(textMember(*ready, "control"));
}

std::uint16_t ProviderSimulator::httpsPort() const { return portOf(https_); }

std::vector<SimulatedRequest> ProviderSimulator::requests(const std::string& provider,
                                                          const std::string& outcome) const {
  const std::string filter = provider.empty() ? "" : "&provider=" + provider;
  return parseSimulatedRequests(control("GET", "/requests?outcome=" + outcome + filter));
}

bool ProviderSimulator::waitForRequests(const std::string& provider, std::size_t count, std::chrono::milliseconds limit,
                                        const std::string& outcome) const {
  return waitUntil(limit, [&] { return requests(provider, outcome).size() >= count; });
}

void ProviderSimulator::script(const std::string& json) const { control("POST", "/script", json); }

std::vector<CallbackAnswer> ProviderSimulator::callback(const std::string& json) const {
  return parseCallbackAnswers(control("POST", "/callbacks", json));
}

void ProviderSimulator::expireTokens() const { control("POST", "/expire-tokens"); }

void ProviderSimulator::reset() const { control("POST", "/reset"); }

std::string ProviderSimulator::accounts() const { return control("GET", "/accounts"); }

std::string ProviderSimulator::account(const std::string& provider, const std::string& name) const {
  return textMember(textMember(control("GET", "/accounts?provider=" + provider), provider), name);
}

std::string ProviderSimulator::control(const std::string& method, const std::string& path,
                                       const std::string& json) const {
  const auto reply = request(method, control_port_, path, {{"Content-Type", "application/json"}}, json);
  if (reply.status != 200)
    throw std::runtime_error("providers/simulator, " + method + " " + path + ": " + reply.error + reply.body + "\n" +
                             process_.output());
  return reply.body;
}

}  // namespace belfry::test
