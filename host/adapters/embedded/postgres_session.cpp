#include "adapters/embedded/postgres_session.h"

#include <cstdint>
#include <string_view>
#include <utility>

namespace belfry::embedded {
namespace {

constexpr std::uint32_t kProtocol30 = 3u << 16;
constexpr std::uint32_t kLargestMessage = 1u << 20;  // far above any answer asked for here: more is not PostgreSQL

std::string bigEndian32(std::uint32_t number) {
  return {static_cast<char>(number >> 24), static_cast<char>(number >> 16), static_cast<char>(number >> 8),
          static_cast<char>(number)};
}

std::uint32_t readBigEndian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const unsigned char byte : bytes) number = (number << 8) | byte;
  return number;
}

std::string withLength(const std::string& body) {
  return bigEndian32(static_cast<std::uint32_t>(body.size() + 4)) + body;
}

std::string startupMessage(const std::string& role, const std::string& database) {
  std::string body = bigEndian32(kProtocol30);
  for (const auto* text : {"user", role.c_str(), "database", database.c_str(), "application_name", "belfry supervisor"})
    body += std::string(text) + '\0';
  return withLength(body + '\0');
}

/// The human-readable field (M) of an ErrorResponse.
std::string errorText(std::string_view body) {
  while (!body.empty() && body[0] != '\0') {
    const auto end = body.find('\0');
    if (body[0] == 'M') return std::string(body.substr(1, end - 1));
    if (end == body.npos) break;
    body.remove_prefix(end + 1);
  }
  return "unreadable error";
}

/// The first column of a DataRow; NULL (length -1) reads as "".
std::string firstColumn(std::string_view body) {
  if (body.size() < 6 || readBigEndian(body.substr(0, 2)) == 0) return "";
  const auto size = readBigEndian(body.substr(2, 4));
  return size <= body.size() - 6 ? std::string(body.substr(6, size)) : "";
}

}  // namespace

Result<PostgresSession, std::string> PostgresSession::open(const std::filesystem::path& socket, const std::string& role,
                                                           const std::string& database,
                                                           std::chrono::milliseconds limit) {
  auto connected = UnixSocket::connect(socket, limit);
  if (!connected) return failure(std::string());
  PostgresSession session(std::move(*connected));
  if (!session.socket_.sendAll(startupMessage(role, database))) return failure(std::string());
  auto ready = session.untilReady();
  if (!ready) return failure(std::move(ready.error()));
  return session;
}

Result<std::vector<std::string>, std::string> PostgresSession::query(const std::string& statement) {
  if (!socket_.sendAll('Q' + withLength(statement + '\0'))) return failure(std::string("the connection was lost"));
  return untilReady();
}

std::optional<PostgresSession::Message> PostgresSession::receive() {
  const auto head = socket_.receive(5);
  if (!head) return std::nullopt;
  const auto size = readBigEndian(std::string_view(*head).substr(1));
  if (size < 4 || size > kLargestMessage) return std::nullopt;
  auto body = socket_.receive(size - 4);
  if (!body) return std::nullopt;
  return Message{(*head)[0], std::move(*body)};
}

Result<std::vector<std::string>, std::string> PostgresSession::untilReady() {
  std::vector<std::string> rows;
  std::string error;
  while (const auto message = receive()) {
    switch (message->type) {
      case 'D': rows.push_back(firstColumn(message->body)); break;
      case 'E': error = errorText(message->body); break;
      case 'R':
        if (readBigEndian(std::string_view(message->body).substr(0, 4)) != 0)
          return failure(std::string("asks for a password"));
        break;
      case 'Z':
        if (!error.empty()) return failure(std::move(error));
        return rows;
      default: break;  // parameters, key data, notices, row descriptions, command tags
    }
  }
  return failure(std::move(error));  // a refused login closes without becoming ready
}

}  // namespace belfry::embedded
