// users/me/devices and services/users/{userId}/devices over devices in memory.
#include "api/rest/device_operations.h"
#include "unit/rest/rest_fixture.h"

namespace belfry::test {
namespace {

class HeldDevices final : public DeviceStore {
 public:
  Registration put(TenantId tenant, const std::string& user, const NewDevice& given, int most) override {
    Registration made;
    made.fresh = !remove_token(tenant, given.token);
    made.device.id = DeviceId::mint(SystemClock().now());
    made.device.user_id = user;
    made.device.given = given;
    auto& mine = rows[{tenant, user}];
    mine.push_back(made.device);
    if (mine.size() > static_cast<std::size_t>(most)) {
      made.replaced.push_back(mine.front().id);
      mine.erase(mine.begin());
    }
    return made;
  }
  std::vector<Device> list(TenantId tenant, const std::string& user) override { return rows[{tenant, user}]; }
  std::vector<DeviceToken> live(TenantId, const std::string&) override { return {}; }
  std::unordered_map<std::string, std::vector<DeviceToken>> liveOf(TenantId, std::span<const std::string>) override {
    return {};
  }
  bool remove(TenantId tenant, const std::string& user, DeviceId id) override {
    return std::erase_if(rows[{tenant, user}], [&](const Device& device) { return device.id == id; }) > 0;
  }
  bool disable(TenantId, const std::string&, const std::string&) override { return false; }

  std::map<std::pair<TenantId, std::string>, std::vector<Device>> rows;

 private:
  bool remove_token(TenantId, const std::string& token) {
    bool found = false;
    for (auto& [owner, mine] : rows)
      found |= std::erase_if(mine, [&](const Device& device) { return device.given.token == token; }) > 0;
    return found;
  }
};

class DeviceApiTest : public RestFixture {
 protected:
  DeviceApiTest() {
    Router router;
    addDeviceOperations(router, devices_, 2);
    start(std::move(router));
  }
  HttpResponse as(const std::string& credential, const std::string& method, const std::string& path,
                  const std::string& body = "") {
    return ask(with(request(method, "/api/v1/" + path, body), "X-API-Key", credential));
  }
  HttpResponse ada(const std::string& method, const std::string& path, const std::string& body = "") {
    return as("acme/notification-user/ada", method, "users/me/devices" + path, body);
  }
  HttpResponse service(const std::string& method, const std::string& path, const std::string& body = "") {
    return as("acme/notification-service", method, "services/users/" + path, body);
  }
  static std::string phone(const std::string& token) { return R"({"token":")" + token + R"(","platform":"ios"})"; }

  HeldDevices devices_;
  const TenantId acme_ = directory.find("acme")->row.id;
};

TEST_F(DeviceApiTest, PutAndPostRegisterForTheCaller) {
  EXPECT_EQ(ada("PUT", "", phone("0123456789abcdef")).status, 201);
  const auto again = ada("POST", "", phone("0123456789abcdef"));
  EXPECT_EQ(again.status, 200) << again.body;
  ASSERT_EQ(devices_.list(acme_, "ada").size(), 1u);
  EXPECT_EQ(again.body.find("0123456789abcdef"), std::string::npos) << "the token is masked";
}

TEST_F(DeviceApiTest, TheAnswerSaysWhatMadeRoom) {
  const auto first = member(ada("PUT", "", phone("token-1")), "id");
  ada("PUT", "", phone("token-2"));
  EXPECT_NE(ada("PUT", "", phone("token-3")).body.find(R"("replaced":[")" + first + R"("])"), std::string::npos);
}

TEST_F(DeviceApiTest, WhatIsNoDeviceIs422) {
  for (const char* body :
       {R"({})", R"({"token":"t"})", R"({"token":"","platform":"ios"})", R"({"token":"two words","platform":"ios"})",
        R"({"token":"t","platform":"windows"})", R"({"token":"t","platform":"ios","topics":["a","a"]})",
        R"({"token":"t","platform":"ios","topics":"a"})", R"({"token":"t","platform":"ios","colour":"red"})"}) {
    EXPECT_EQ(ada("PUT", "", body).status, 422) << body;
  }
  EXPECT_TRUE(devices_.list(acme_, "ada").empty());
}

TEST_F(DeviceApiTest, AServiceRegistersForTheUserItNames) {
  EXPECT_EQ(service("PUT", "ada/devices", phone("token-1")).status, 201);
  EXPECT_EQ(devices_.list(acme_, "ada").size(), 1u);
  EXPECT_NE(ada("GET", "").body.find(R"("platform":"ios")"), std::string::npos);
  EXPECT_EQ(service("GET", "bob/devices").body, R"({"items":[],"nextCursor":null})");
  EXPECT_EQ(as("acme/notification-viewer", "PUT", "services/users/ada/devices", phone("x")).status, 403);
  EXPECT_EQ(service("GET", std::string(5000, 'u') + "/devices").status, 200);
  EXPECT_EQ(service("PUT", std::string(5000, 'u') + "/devices", phone("x")).status, 404);
}

TEST_F(DeviceApiTest, OnlyTheOwnDeviceIsRemoved) {
  const auto id = member(ada("PUT", "", phone("token-1")), "id");
  EXPECT_EQ(as("acme/notification-user/bob", "DELETE", "users/me/devices/" + id).status, 404);
  EXPECT_EQ(service("DELETE", "bob/devices/" + id).status, 404);
  EXPECT_EQ(ada("DELETE", "/" + id).status, 200);
  EXPECT_EQ(ada("DELETE", "/" + id).status, 404);
  EXPECT_EQ(ada("DELETE", "/nonsense").status, 404);
}

TEST_F(DeviceApiTest, AServiceHasNoDevicesOfItsOwn) {
  EXPECT_EQ(as("acme/notification-service", "GET", "users/me/devices").status, 403);
}

}  // namespace
}  // namespace belfry::test
