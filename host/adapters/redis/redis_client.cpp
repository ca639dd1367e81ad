#include "adapters/redis/redis_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Redis/Array.h>
#include <Poco/Redis/Client.h>
#include <Poco/Redis/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <stdexcept>

namespace belfry::redis {
namespace {

using Poco::Redis::Array;
using Steady = std::chrono::steady_clock;

constexpr std::uint16_t kPort = 6379;

Poco::Timespan span(std::chrono::milliseconds limit) { return Poco::Timespan(limit.count() * 1000); }

std::string scriptError(const Poco::Redis::RedisType::Ptr& reply) {
  const auto* error = dynamic_cast<const Poco::Redis::Type<Poco::Redis::Error>*>(reply.get());
  return error ? error->value().getMessage() : std::string();
}

}  // namespace

struct RedisClient::Address {
  explicit Address(const std::string& url) try {
    const Poco::URI uri(url);
    if (uri.getScheme() == "unix") {
      socket = uri.getPath();
      for (const auto& [name, value] : uri.getQueryParameters())
        if (name == "database") database = value;
    } else if (uri.getScheme() == "redis" && !uri.getHost().empty()) {
      host = uri.getHost();
      port = uri.getPort() ? uri.getPort() : kPort;
      database = uri.getPath().empty() ? "" : uri.getPath().substr(1);
      const auto user_info = uri.getUserInfo();
      const auto colon = user_info.find(':');
      user = user_info.substr(0, colon);
      password = colon == std::string::npos ? "" : user_info.substr(colon + 1);
    } else {
      throw std::invalid_argument("neither redis:// nor unix://");
    }
  } catch (const Poco::Exception&) {
    throw std::invalid_argument("not a URL");
  }

  Poco::Net::SocketAddress resolved() const {
    return socket.empty() ? Poco::Net::SocketAddress(host, port)
                          : Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, socket);
  }

  std::string socket, host, user, password, database;
  std::uint16_t port = 0;
};

RedisClient::RedisClient(RedisClientSettings settings, const Log& log)
    : settings_(std::move(settings)), log_(log), address_(std::make_unique<const Address>(settings_.url)) {}

RedisClient::~RedisClient() = default;

bool RedisClient::reachable() const noexcept { return Steady::now() >= next_try_.load(); }

bool RedisClient::run(const char* script, const std::vector<std::string>& arguments,
                      const std::function<void(const Array& answer)>& read) {
  return attempt([&] {
    auto ask = [&] {
      Array command;
      command << "EVALSHA" << load(script) << "1" << arguments;
      return client_->sendCommand(command);
    };
    auto reply = ask();
    if (scriptError(reply).starts_with("NOSCRIPT")) {  // SCRIPT FLUSH
      hashes_.clear();
      reply = ask();
    }
    if (auto error = scriptError(reply); !error.empty()) throw std::runtime_error(error);
    const auto* array = dynamic_cast<const Poco::Redis::Type<Array>*>(reply.get());
    if (read && array) read(array->value());
  });
}

bool RedisClient::setOnce(const std::string& key, const std::string& value) {
  bool set = false;
  attempt([&] {
    Array command;
    command << "SET" << key << value << "NX";
    const auto reply = client_->sendCommand(command);
    if (auto error = scriptError(reply); !error.empty()) throw std::runtime_error(error);
    const auto* status = dynamic_cast<const Poco::Redis::Type<std::string>*>(reply.get());
    set = status && status->value() == "OK";
  });
  return set;
}

bool RedisClient::attempt(const std::function<void()>& body) {
  std::lock_guard lock(mutex_);
  if (!reachable()) return false;
  try {
    if (!client_) connect();
    body();
    pause_ = std::chrono::milliseconds(0);
    return true;
  } catch (const Poco::Exception& error) {
    fail(error.displayText());
  } catch (const std::exception& error) {
    fail(error.what());
  }
  return false;
}

void RedisClient::connect() {
  auto client = std::make_unique<Poco::Redis::Client>();
  client->connect(address_->resolved(), span(settings_.timeout));
  client->setReceiveTimeout(span(settings_.timeout));
  auto tell = [&](Array command) {
    const auto reply = client->sendCommand(command);
    if (auto error = scriptError(reply); !error.empty()) throw std::runtime_error(error);
  };
  if (!address_->password.empty()) {
    Array auth;
    auth << "AUTH";
    if (!address_->user.empty()) auth << address_->user;
    tell(auth << address_->password);
  }
  if (!address_->database.empty()) tell(Array() << "SELECT" << address_->database);
  hashes_.clear();
  client_ = std::move(client);
  ++connections_;
}

std::string RedisClient::load(const char* script) {
  auto& hash = hashes_[script];
  if (hash.empty()) {
    Array command;
    command << "SCRIPT"
            << "LOAD" << script;
    hash = client_->execute<Poco::Redis::BulkString>(command).value();
  }
  return hash;
}

void RedisClient::fail(const std::string& reason) {
  client_.reset();
  pause_ = std::clamp(pause_ * 2, settings_.min_pause, settings_.max_pause);
  next_try_ = Steady::now() + pause_;
  log_.warn("Redis cannot be used, the database is asked instead",
            {{"reason", reason}, {"again_in_ms", pause_.count()}});
}

}  // namespace belfry::redis
