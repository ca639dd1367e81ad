// Broken tenant and template files: each is reported with file, key, value and what is allowed, changes nothing, and
// leaves the host and the other tenants working.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "system/bad_input/refusal.h"

namespace belfry::test {
namespace {

using testing::HasSubstr;

/// The log's error lines that name this file.
std::vector<std::string> complaintsAbout(const std::string& file) {
  std::vector<std::string> found;
  for (const auto& line : stage().host.logs())
    if (line.find("\"level\":\"error\"") != std::string::npos && line.find(file) != std::string::npos)
      found.push_back(line);
  return found;
}

/// One of the complaints about the file holds all of the words.
void expectComplaint(const std::string& file, const std::vector<std::string>& words) {
  const auto complaints = complaintsAbout(file);
  std::string all;
  for (const auto& line : complaints) {
    all += line + "\n";
    if (std::all_of(words.begin(), words.end(), [&](const auto& word) { return line.find(word) != std::string::npos; }))
      return;
  }
  ADD_FAILURE() << file << ": no line with " << testing::PrintToString(words) << " in\n" << all;
}

TEST(BrokenFiles, AreEachReportedWithPlaceAndReason) {
  expectComplaint("broken-yaml.yaml", {"broken-yaml.yaml:"});
  expectComplaint("unknown-key.yaml", {"unknown-key.yaml:2", "provider", "providers"});
  expectComplaint("unknown-plugin.yaml", {"unknown-plugin.yaml:3", "smptp", "smtp"});
  expectComplaint("unknown-channel.yaml", {"unknown-channel.yaml:3", "smoke", "email"});
  expectComplaint("wrong-channel.yaml", {"wrong-channel.yaml:3", "sms", "email"});
  expectComplaint("wrong-config.yaml", {"port", "99999", "65535"});
  expectComplaint("wrong-config.yaml", {"tls", "sometimes", "starttls"});
  expectComplaint("wrong-config.yaml", {"hots"});
  expectComplaint("broken.yaml", {"\"line\":1", "open"});
  expectComplaint("no-engine.yaml", {"moustache"});
  expectComplaint("orphan.yaml", {"nobody"});
}

TEST(BrokenFiles, ChangeNothingAndStopNobody) {
  const auto& stage = belfry::test::stage();
  for (const auto* slug :
       {"broken-yaml", "unknown-key", "unknown-plugin", "unknown-channel", "wrong-channel", "wrong-config"})
    expectProblem(stage.host.get("/api/v1/services/notifications", slug), 404, "not_found", slug);
  EXPECT_EQ(stage.sendAndWait(mailBody("others.work@example.test")).text("/status"), "sent");
}

TEST(MissingSecret, IsShownAtTheProviderAndInTheDelivery) {
  const auto& host = stage().host;
  const auto shown = host.get("/api/v1/admin/providers/locked", "no-secret");
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_THAT(shown.text("/problem"), HasSubstr("password"));
  EXPECT_THAT(shown.text("/problem"), HasSubstr("BELFRY_TEST_NO_SUCH_SECRET"));

  const auto sent = host.send(mailBody("locked@example.test"), "no-secret");
  ASSERT_EQ(sent.status, 202) << sent.body;
  const auto failed = host.waitForStatus(sent.text("/id"), "failed", "no-secret");
  EXPECT_EQ(failed.text("/status"), "failed") << failed.body;
  EXPECT_EQ(failed.text("/deliveries/0/error/code"), "no_provider");
  EXPECT_THAT(failed.text("/deliveries/0/error/detail"), HasSubstr("BELFRY_TEST_NO_SUCH_SECRET"));
}

}  // namespace
}  // namespace belfry::test
