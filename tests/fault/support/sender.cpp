#include "fault/support/sender.h"

#include <system_error>

#include "kit/json.h"
#include "kit/time.h"
#include "kit/uuid.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 20ms;  // of a client that was refused; Retry-After counts in seconds, a test's outage does not

std::string bodyOf(const Mail& mail) {
  JsonWriter json;
  json.object([&] {
    json.member("channel", "email");
    json.memberObject("recipient", [&] { json.member("email", mail.to); });
    json.memberObject("content", [&] {
      json.member("subject", "It rings");
      json.member("text", "A bell for " + mail.to + ".\n");
    });
  });
  return json.take();
}

std::string idIn(const std::string& answer) {
  auto json = parseJson(answer);
  if (!json || !json->IsObject() || !json->HasMember("id") || !(*json)["id"].IsString()) return "";
  return std::string(asView((*json)["id"]));
}

}  // namespace

std::vector<Mail> mails(std::size_t count, const std::string& label, const std::string& tenant,
                        const std::string& wish) {
  std::vector<Mail> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back({tenant, (wish.empty() ? "" : wish + "+") + label + std::to_string(i) + "@example.test"});
  }
  return all;
}

void Ledger::add(const Mail& mail, const std::string& id) {
  const std::lock_guard lock(mutex_);
  entries_.emplace(id, mail);
}

std::size_t Ledger::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::map<std::string, Mail> Ledger::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

Sender::Sender(std::uint16_t port, std::string key, std::vector<Mail> mails, Ledger& ledger, int connections)
    : port_(port),
      key_(std::move(key)),
      mails_(std::move(mails)),
      run_(newUuidV7(SystemClock().now()).toString()),
      ledger_(ledger) {
  for (int i = 0; i < connections; ++i) threads_.emplace_back([this] { run(); });
}

Sender::~Sender() { giveUp(); }

bool Sender::waitForAll(std::chrono::milliseconds limit) { return waitForAccepted(mails_.size(), limit); }

bool Sender::waitForAccepted(std::size_t count, std::chrono::milliseconds limit) const {
  return waitUntil(limit, [&] { return accepted_ >= count; });
}

void Sender::giveUp() {
  stop_ = true;
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

std::vector<std::string> Sender::surprises() const {
  const std::lock_guard lock(mutex_);
  return surprises_;
}

void Sender::run() {
  std::unique_ptr<HttpConnection> connection;
  for (std::size_t index; next(index);) insist(connection, mails_[index], run_ + "-" + std::to_string(index));
}

bool Sender::next(std::size_t& index) {
  index = next_++;
  return !stop_ && index < mails_.size();
}

void Sender::insist(std::unique_ptr<HttpConnection>& connection, const Mail& mail, const std::string& key) {
  while (!stop_ && !attempt(connection, mail, key)) {
    if (waitUntil(kPause, [this] { return stop_.load(); })) return;
  }
}

bool Sender::attempt(std::unique_ptr<HttpConnection>& connection, const Mail& mail, const std::string& key) {
  const HttpHeaders headers = {
      {"X-API-Key", key_}, {"X-Tenant", mail.tenant}, {"Content-Type", "application/json"}, {"Idempotency-Key", key}};
  try {
    if (!connection) connection = std::make_unique<HttpConnection>(port_);
    if (connection->send("POST", "/api/v1/services/notifications/send", headers, bodyOf(mail))) {
      if (const auto reply = connection->read(); reply.status != 0 && reply.error.empty()) return judge(reply, mail);
    }
  } catch (const std::system_error&) {
    // Nothing listens there just now.
  }
  connection.reset();
  ++unanswered_;
  return false;
}

bool Sender::judge(const HttpReply& reply, const Mail& mail) {
  const auto id = reply.status == 202 ? idIn(reply.body) : "";
  if (!id.empty()) {
    ledger_.add(mail, id);
    ++accepted_;
    return true;
  }
  if ((reply.status == 429 || reply.status == 503) && reply.headers.contains("retry-after")) {
    ++refused_;
    return false;
  }
  const std::lock_guard lock(mutex_);
  surprises_.push_back(std::to_string(reply.status) + " " + reply.body);
  return false;
}

}  // namespace belfry::test
