#include "support/mail_sink.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/wait_until.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> linesOf(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::istringstream in(readFile(file));
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> commandLine(const std::filesystem::path& directory, std::vector<std::string> options) {
  // Debian's interpreter by its full name: another python3 may come first in PATH and lack Debian's modules.
  std::vector<std::string> command = {"/usr/bin/python3",
                                      std::string(BELFRY_TESTS_SUPPORT) + "/mail_sink.py",
                                      "--out",
                                      directory / "messages",
                                      "--events",
                                      directory / "events",
                                      "--control",
                                      directory / "control"};
  command.insert(command.end(), options.begin(), options.end());
  return command;
}

std::uint16_t portIn(const std::string& ready_line) {
  const std::string name = "\"port\": ";
  const auto at = ready_line.find(name);
  if (at == std::string::npos) throw std::runtime_error("mail_sink.py did not tell its port: " + ready_line);
  return static_cast<std::uint16_t>(std::atoi(ready_line.c_str() + at + name.size()));
}

}  // namespace

TestCertificate::TestCertificate() {
  ChildProcess openssl(
      {.args = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout", key(), "-out", certificate()}});
  const auto exit = openssl.waitForExit(30s);
  if (!exit || exit->code != 0) throw std::runtime_error("openssl req: " + openssl.output());
}

MailSink::MailSink(std::vector<std::string> options)
    : process_({.args = commandLine(directory_.path(), std::move(options))}) {
  const auto ready = process_.waitForLine("\"ready\"", 30s);
  if (!ready) throw std::runtime_error("mail_sink.py did not start: " + process_.output());
  port_ = portIn(*ready);
}

std::vector<std::string> MailSink::messages() const { return linesOf(directory_.path() / "messages"); }

bool MailSink::waitForMessages(std::size_t count, std::chrono::milliseconds limit) const {
  return waitUntil(limit, [&] { return messages().size() >= count; });
}

std::vector<std::string> MailSink::events() const { return linesOf(directory_.path() / "events"); }

void MailSink::control(const std::string& json) const {
  const auto file = directory_.path() / "control";
  if (json.empty()) {
    std::filesystem::remove(file);
    return;
  }
  const auto unfinished = directory_.path() / "control.new";  // renamed, so that it is never read half
  std::ofstream(unfinished) << json;
  std::filesystem::rename(unfinished, file);
}

}  // namespace belfry::test
