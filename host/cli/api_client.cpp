#include "cli/api_client.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <algorithm>
#include <charconv>

#include "cli/failures.h"

namespace belfry::cli {
namespace {

using Poco::Net::HTTPClientSession;

const Poco::Timespan kConnectTimeout(10, 0);
const Poco::Timespan kAnswerTimeout(60, 0);

void requireHeaderValue(const char* option, const std::string& value) {
  const bool clean = std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!clean)
    throw UsageError(std::string(option) +
                     ": holds a character that cannot be sent; allowed: printable ASCII without blanks");
}

Poco::URI parseServer(const std::string& text) {
  const std::string allowed = "; allowed: http://HOST[:PORT] or https://HOST[:PORT], with a path or without";
  try {
    Poco::URI uri(text);
    const bool known = uri.getScheme() == "http" || uri.getScheme() == "https";
    if (known && !uri.getHost().empty() && uri.getUserInfo().empty() && uri.getRawQuery().empty() &&
        uri.getFragment().empty()) {
      return uri;
    }
  } catch (const Poco::SyntaxException&) {
    // said below, with the value
  }
  throw UsageError("--server: '" + text + "' is no address of a host" + allowed);
}

std::unique_ptr<HTTPClientSession> makeTlsSession(const Poco::URI& uri, const std::string& ca_file) {
  using Poco::Net::Context;
  try {
    Context::Ptr context = new Context(Context::TLS_CLIENT_USE, "", "", ca_file, Context::VERIFY_STRICT, 9, true);
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    return std::make_unique<Poco::Net::HTTPSClientSession>(uri.getHost(), uri.getPort(), context);
  } catch (const Poco::Exception& error) {
    throw UsageError("--ca-file: '" + ca_file + "' cannot be used (" + error.message() +
                     "); allowed: a file of PEM certificates");
  }
}

std::string reasonOf(const Poco::Exception& error) {
  if (dynamic_cast<const Poco::Net::ConnectionRefusedException*>(&error) != nullptr) return "connection refused";
  if (dynamic_cast<const Poco::Net::NoMessageException*>(&error) != nullptr)
    return "the connection was closed without an answer";
  if (dynamic_cast<const Poco::Net::HostNotFoundException*>(&error) != nullptr) return "no such host name";
  if (dynamic_cast<const Poco::TimeoutException*>(&error) != nullptr) return "no answer in time";
  std::string text = error.displayText();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

int secondsOf(const std::string& text) {
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds;
}

}  // namespace

ApiClient::ApiClient(ApiSettings settings) : settings_(std::move(settings)) {
  requireHeaderValue("--key", settings_.key);
  requireHeaderValue("--tenant", settings_.tenant);
  const auto uri = parseServer(settings_.server);
  base_path_ = uri.getPath();
  while (base_path_.ends_with('/')) base_path_.pop_back();
  if (uri.getScheme() == "https") session_ = makeTlsSession(uri, settings_.ca_file);
  else session_ = std::make_unique<HTTPClientSession>(uri.getHost(), uri.getPort());
  session_->setTimeout(kConnectTimeout, kAnswerTimeout, kAnswerTimeout);
  session_->setKeepAlive(true);
}

ApiClient::~ApiClient() = default;

ApiReply ApiClient::send(const std::string& method, const std::string& target, const std::string& body,
                         const ApiHeaders& headers) {
  try {
    return exchange(method, target, body, headers);
  } catch (const Poco::Exception& error) {
    session_->reset();
    throw HostAway("cannot reach the host at " + settings_.server + ": " + reasonOf(error) +
                   "; is belfryd running there? (--server or BELFRY_SERVER names another)");
  }
}

ApiReply ApiClient::exchange(const std::string& method, const std::string& target, const std::string& body,
                             const ApiHeaders& headers) {
  Poco::Net::HTTPRequest request(method, base_path_ + target, Poco::Net::HTTPMessage::HTTP_1_1);
  request.set("Accept", "application/json, application/problem+json");
  request.set("User-Agent", "belfry/" BELFRY_VERSION);
  // An API key has a header of its own; a JWT travels as a bearer token.
  if (settings_.key.starts_with("bk_")) request.set("X-API-Key", settings_.key);
  else if (!settings_.key.empty()) request.set("Authorization", "Bearer " + settings_.key);
  if (!settings_.tenant.empty()) request.set("X-Tenant", settings_.tenant);
  for (const auto& [name, value] : headers) request.set(name, value);
  if (!body.empty()) request.setContentType("application/json");
  if (!body.empty() || method != "GET") request.setContentLength64(static_cast<Poco::Int64>(body.size()));
  session_->sendRequest(request) << body << std::flush;

  Poco::Net::HTTPResponse response;
  ApiReply reply;
  Poco::StreamCopier::copyToString(session_->receiveResponse(response), reply.body);
  reply.status = response.getStatus();
  reply.location = response.get("Location", "");
  reply.retry_after_s = secondsOf(response.get("Retry-After", ""));
  reply.replayed = response.get("Idempotency-Replayed", "") == "true";
  if (!response.getKeepAlive()) session_->reset();
  return reply;
}

std::string encoded(const std::string& text) {
  std::string result;
  Poco::URI::encode(text, "!*'();:@&=+$,/?#[]%", result);
  return result;
}

}  // namespace belfry::cli
