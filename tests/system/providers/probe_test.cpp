// Test connection of every provider, with credentials that are right and with such as are wrong. Nothing is ever sent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "system/providers/bells.h"

namespace belfry::test {
namespace {

ApiReply probed(const std::string& tenant, const std::string& id) {
  auto reply = bells().host.post("/api/v1/admin/providers/" + id + "/probe", "", tenant);
  EXPECT_EQ(reply.status, 200) << id << reply.body;
  return reply;
}

class Probes : public ::testing::Test {
 protected:
  void SetUp() override { bells().providers.reset(); }
};

TEST_F(Probes, GoodCredentialsAreAccepted) {
  for (const std::string id : {"acme-sendgrid", "acme-twilio", "acme-fcm", "acme-whatsapp", "acme-inbox", "acme-slack"})
    EXPECT_EQ(probed("acme", id).text("/outcome"), "accepted") << probed("acme", id).body;
  for (const std::string id : {"cloud-ses", "cloud-sms", "cloud-push"})
    EXPECT_EQ(probed("cloud", id).text("/outcome"), "accepted") << probed("cloud", id).body;
}

TEST_F(Probes, WrongCredentialsAreNamedAsSuch) {
  for (const std::string id :
       {"locked-sendgrid", "locked-twilio", "locked-whatsapp", "locked-ses", "locked-sns", "locked-slack"}) {
    const auto probe = probed("locked", id);
    EXPECT_EQ(probe.text("/outcome"), "credential") << id << probe.body;
    EXPECT_NE(probe.text("/code"), "null") << id;
  }
  bells().providers.script(R"({"provider":"oauth","answers":[{"error":"invalid_grant"}],"times":0})");
  EXPECT_EQ(probed("acme", "acme-fcm").text("/outcome"), "credential");
}

TEST_F(Probes, WhoHasNoHarmlessQuestionSaysSo) {
  for (const auto& [tenant, id] : {std::pair("acme", "acme-hook"), {"cloud", "cloud-slack"}})
    EXPECT_EQ(probed(tenant, id).text("/code"), "cannot_probe");
  EXPECT_TRUE(bells().providers.requests("", "all").empty());
}

TEST_F(Probes, NobodyElsesProviderIsProbed) {
  EXPECT_EQ(bells().host.post("/api/v1/admin/providers/acme-twilio/probe", "", "neighbour").status, 404);
}

}  // namespace
}  // namespace belfry::test
