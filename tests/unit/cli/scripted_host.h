// A host that answers what a test told it to and remembers what it was asked.
#pragma once

#include <Poco/Net/ServerSocket.h>

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace belfry::cli {

struct AskedRequest {
  std::string line;                            ///< "GET /path HTTP/1.1"
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

struct ScriptedAnswer {
  int status = 200;
  std::string body = "{}";
  std::string headers = {};  ///< further lines, each with its CR LF
};

/// On 127.0.0.1, a free port. Answers come in order, the last one again and again. One connection at a time.
class ScriptedHost {
 public:
  explicit ScriptedHost(std::deque<ScriptedAnswer> answers);
  ~ScriptedHost();
  ScriptedHost(const ScriptedHost&) = delete;
  ScriptedHost& operator=(const ScriptedHost&) = delete;

  std::string url() const;
  std::vector<AskedRequest> asked() const;

 private:
  void serve();
  void answerOn(Poco::Net::StreamSocket& socket);
  std::string nextAnswer();

  Poco::Net::ServerSocket listener_;
  mutable std::mutex mutex_;
  std::deque<ScriptedAnswer> answers_;  // guarded by mutex_
  std::vector<AskedRequest> asked_;     // guarded by mutex_
  std::thread thread_;
};

/// A command line that asks this host, with a key.
inline std::vector<std::string> on(const ScriptedHost& host, std::vector<std::string> words) {
  words.insert(words.end(), {"--server", host.url(), "--key", "bk_test_1.s"});
  return words;
}

}  // namespace belfry::cli
