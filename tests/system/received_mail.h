// What arrived at the mail sink, read by Python's e-mail reader: another implementation than the one that wrote it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "kit/json.h"
#include "kit/time.h"
#include "support/mail_sink.h"

namespace belfry::test {

/// See read_mail.py for the members.
class ReceivedMail {
 public:
  /// `kept`: one of MailSink::messages(). Throws std::runtime_error when it cannot be read.
  explicit ReceivedMail(const std::string& kept);

  /// Text at an RFC 6901 pointer; other values as JSON text; "" when there is none.
  std::string text(const std::string& pointer) const;
  std::string header(const std::string& lower_case_name) const { return text("/headers/" + lower_case_name); }
  std::size_t size(const std::string& pointer) const;
  /// When the sink kept it.
  TimePoint at() const;

 private:
  JsonDocument json_;
};

/// The sink's lines for mails to this address, oldest first.
std::vector<std::string> linesTo(const MailSink& sink, const std::string& address);
/// Waits for the first one; throws std::runtime_error when none comes.
ReceivedMail mailTo(const MailSink& sink, const std::string& address,
                    std::chrono::milliseconds limit = std::chrono::seconds(30));

}  // namespace belfry::test
