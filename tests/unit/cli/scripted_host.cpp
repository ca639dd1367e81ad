#include "scripted_host.h"

#include <Poco/Exception.h>
#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <sstream>

namespace belfry::cli {
namespace {

AskedRequest parseHead(const std::string& head) {
  AskedRequest request;
  std::istringstream lines(head);
  std::getline(lines, request.line, '\r');
  for (std::string line; lines.ignore(1), std::getline(lines, line, '\r');) {
    const auto colon = line.find(": ");
    if (colon == std::string::npos) continue;
    auto name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    request.headers[name] = line.substr(colon + 2);
  }
  return request;
}

bool readMore(Poco::Net::StreamSocket& socket, std::string& bytes) {
  char buffer[4096];
  const int count = socket.receiveBytes(buffer, sizeof buffer);
  if (count > 0) bytes.append(buffer, static_cast<std::size_t>(count));
  return count > 0;
}

std::optional<AskedRequest> readRequest(Poco::Net::StreamSocket& socket, std::string& bytes) {
  while (bytes.find("\r\n\r\n") == std::string::npos) {
    if (!readMore(socket, bytes)) return std::nullopt;
  }
  const auto end = bytes.find("\r\n\r\n") + 4;
  auto request = parseHead(bytes.substr(0, end));
  const auto length = request.headers.contains("content-length") ? std::stoul(request.headers["content-length"]) : 0;
  while (bytes.size() < end + length) {
    if (!readMore(socket, bytes)) return std::nullopt;
  }
  request.body = bytes.substr(end, length);
  bytes.erase(0, end + length);
  return request;
}

}  // namespace

ScriptedHost::ScriptedHost(std::deque<ScriptedAnswer> answers)
    : listener_(Poco::Net::SocketAddress("127.0.0.1", 0)), answers_(std::move(answers)), thread_([this] { serve(); }) {}

ScriptedHost::~ScriptedHost() {
  // An accept that waits returns when its socket is shut down.
  ::shutdown(listener_.impl()->sockfd(), SHUT_RDWR);
  thread_.join();
}

std::string ScriptedHost::url() const { return "http://" + listener_.address().toString(); }

std::vector<AskedRequest> ScriptedHost::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void ScriptedHost::serve() {
  try {
    for (;;) {
      auto socket = listener_.acceptConnection();
      answerOn(socket);
    }
  } catch (const Poco::Exception&) {
    // the listener was shut down
  }
}

void ScriptedHost::answerOn(Poco::Net::StreamSocket& socket) {
  std::string bytes;
  while (auto request = readRequest(socket, bytes)) {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(std::move(*request));
    }
    const auto answer = nextAnswer();
    socket.sendBytes(answer.data(), static_cast<int>(answer.size()));
  }
}

std::string ScriptedHost::nextAnswer() {
  const std::lock_guard lock(mutex_);
  const auto answer = answers_.front();
  if (answers_.size() > 1) answers_.pop_front();
  return "HTTP/1.1 " + std::to_string(answer.status) +
         " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n" +
         answer.headers + "\r\n" + answer.body;
}

}  // namespace belfry::cli
