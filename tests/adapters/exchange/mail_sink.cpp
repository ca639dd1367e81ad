#include "mail_sink.h"

#include <csignal>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "kit/json.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

std::string text(const JsonValue& object, const char* name) {
  const JsonValue& value = object[name];
  return value.IsString() ? std::string(asView(value)) : std::string();
}

ReceivedMail parseMail(const std::string& line) {
  const auto document = parseJson(line);
  if (!document) throw std::runtime_error("mail_sink wrote: " + line);
  const JsonValue& object = *document;
  ReceivedMail mail{text(object, "from"),        {},
                    text(object, "data"),        text(object, "tls"),
                    text(object, "auth_user"),   text(object, "helo"),
                    object["peer_port"].GetInt()};
  for (const JsonValue& recipient : object["rcpts"].GetArray()) mail.recipients.emplace_back(asView(recipient));
  return mail;
}

}  // namespace

MailSink::MailSink(std::vector<std::string> arguments, std::uint16_t port) {
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  if (!source) throw std::runtime_error("BELFRY_SOURCE_DIR is not set");
  arguments.insert(arguments.begin(), {"/usr/bin/python3", std::string(source) + "/tests/support/mail_sink.py", "--out",
                                       directory_.path() / "mails.jsonl", "--port", std::to_string(port)});
  process_.emplace(ChildOptions{.args = std::move(arguments)});
  const auto ready = process_->waitForLine("\"ready\"", 20s);
  const auto document = parseJson(ready.value_or(""));
  if (!document) throw std::runtime_error("mail_sink does not start: " + process_->output());
  port_ = static_cast<std::uint16_t>((*document)["port"].GetInt());
}

std::vector<ReceivedMail> MailSink::mails() const {
  std::vector<ReceivedMail> mails;
  std::istringstream lines(readFile(directory_.path() / "mails.jsonl"));
  for (std::string line; std::getline(lines, line);) mails.push_back(parseMail(line));
  return mails;
}

void MailSink::stop() {
  process_->signal(SIGTERM);
  if (!process_->waitForExit(10s)) throw std::runtime_error("mail_sink does not stop: " + process_->output());
}

}  // namespace belfry::test
