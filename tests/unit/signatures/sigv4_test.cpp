// SigV4 on requests as Belfry makes them. The expected values were computed with botocore 1.x's SigV4Auth.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/openssl/openssl_signatures.h"
#include "adapters/openssl/sigv4_canonical.h"

namespace belfry::openssl {
namespace {

using testing::HasSubstr;
using testing::Not;

const TimePoint kAt = *parseRfc3339("2027-02-03T04:05:06.789Z");

SigV4Keys keysFor(const std::string& service) {
  return {"eu-west-3", service, "BELLKEY0000000000001", "ringing/the+bell/at-noon/every-day-00001", ""};
}

HttpExchange request(const std::string& method, const std::string& url, HeaderFields headers = {},
                     const std::string& body = "") {
  HttpExchange exchange;
  exchange.method = method;
  exchange.url = url;
  exchange.headers = std::move(headers);
  exchange.body = body;
  return exchange;
}

std::string authorization(const std::string& service, const std::string& names, const std::string& signature) {
  return "AWS4-HMAC-SHA256 Credential=BELLKEY0000000000001/20270203/eu-west-3/" + service +
         "/aws4_request, SignedHeaders=" + names + ", Signature=" + signature;
}

HeaderFields signedWith(const HttpExchange& exchange, const SigV4Keys& keys) {
  auto headers = OpenSslSignatures().sigv4(exchange, keys, kAt);
  EXPECT_TRUE(headers.ok()) << headers.error();
  return headers.ok() ? *headers : HeaderFields{};
}

std::string refusal(const HttpExchange& exchange, const SigV4Keys& keys = keysFor("ses")) {
  const auto headers = OpenSslSignatures().sigv4(exchange, keys, kAt);
  return headers.ok() ? "was signed" : headers.error();
}

constexpr const char* kSes = "https://email.eu-west-3.amazonaws.com";

TEST(SigV4, SignsAnSesRequest) {
  const auto headers = signedWith(request("POST", std::string(kSes) + "/v2/email/outbound-emails",
                                          {{"Content-Type", "application/json"}}, R"({"Content":{}})"),
                                  keysFor("ses"));
  const HeaderFields expected = {
      {"X-Amz-Date", "20270203T040506Z"},
      {"Authorization", authorization("ses", "content-type;host;x-amz-date",
                                      "937a83087d957fcdb974afe64122971d4c1014365fd887d7a9e8d8e9f3ea4ce0")}};
  EXPECT_EQ(headers, expected);
}

TEST(SigV4, SignsTheSessionToken) {
  auto keys = keysFor("sns");
  keys.session_token = "token+of/a==session";
  const auto headers = signedWith(request("POST", "https://sns.eu-west-3.amazonaws.com",
                                          {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                                          "Action=Publish&Message=Ding%20dong&Version=2010-03-31"),
                                  keys);
  const HeaderFields expected = {
      {"X-Amz-Date", "20270203T040506Z"},
      {"X-Amz-Security-Token", "token+of/a==session"},
      {"Authorization", authorization("sns", "content-type;host;x-amz-date;x-amz-security-token",
                                      "62c1da6b8f08800c429e94386b641ecac0efbf8dfe6ba50ab049a2ec5f095816")}};
  EXPECT_EQ(headers, expected);
}

TEST(SigV4, EncodesAnEncodedPathOnceMore) {
  const auto headers =
      signedWith(request("GET", std::string(kSes) + "/v2/email/identities/bell%40tower.example/x"), keysFor("ses"));
  EXPECT_EQ(headers.back().second, authorization("ses", "host;x-amz-date",
                                                 "330d88e4bb682939a26cad1f916a510ad22209cbc2c3595ebade660a1cf04a57"));
}

TEST(SigV4, SortsTheQueryAndKeepsAnUnusualPort) {
  const auto headers =
      signedWith(request("GET", "https://localhost:4566/v2/email/contact-lists?PageSize=10&NextToken=a%2Fb%3D&flag",
                         {{"X-Note", "  two   spaces\t here  "}}),
                 keysFor("ses"));
  EXPECT_EQ(headers.back().second, authorization("ses", "host;x-amz-date;x-note",
                                                 "556a304a4e8abc762971dea526d217cd8ed51f5664246b6cee439d4542c7e45c"));
}

TEST(SigV4, LeavesOutTheUsualPortAndTheUserAgent) {
  const auto headers = signedWith(
      request("DELETE", std::string(kSes) + ":443/v2/email/suppression/addresses/a%2Bb%20c%40x.example#fragment",
              {{"User-Agent", "belfry/1"}}),
      keysFor("ses"));
  EXPECT_EQ(headers.back().second, authorization("ses", "host;x-amz-date",
                                                 "18bad00332e0d70a8cb329cc69043d885f22517559cd299e9534ceda3825cd11"));
}

TEST(SigV4, SignsAHostHeaderThatIsGiven) {
  const auto with_header =
      signedWith(request("GET", "https://127.0.0.1:8443/", {{"HOST", "email.example"}}), keysFor("ses"));
  const auto with_url = signedWith(request("GET", "https://email.example/"), keysFor("ses"));
  EXPECT_EQ(with_header.back(), with_url.back());
}

TEST(SigV4, AddsThePayloadHashThatS3Requires) {
  const auto headers = signedWith(request("GET", "https://bucket.s3.eu-west-3.amazonaws.com/a%20b//c"), keysFor("s3"));
  ASSERT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers[1].first, "X-Amz-Content-SHA256");
  EXPECT_EQ(headers[1].second, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_THAT(headers[2].second, HasSubstr("SignedHeaders=host;x-amz-content-sha256;x-amz-date,"));
}

TEST(SigV4, RefusesUrlsThatCannotBeSigned) {
  EXPECT_EQ(refusal(request("GET", "email.example/x")), "url: must start with https:// or http://");
  EXPECT_EQ(refusal(request("GET", "")), "url: must start with https:// or http://");
  EXPECT_EQ(refusal(request("GET", "https:///x")), "url: has no host");
  EXPECT_EQ(refusal(request("GET", "https://a:b@email.example/")), "url: must not hold a user name");
  EXPECT_THAT(refusal(request("GET", "https://email.example/?a=1+2")), HasSubstr("\"+\""));
  for (const auto* query : {"a=%", "a=%2", "a=%zz", "%4=x"})
    EXPECT_THAT(refusal(request("GET", std::string("https://email.example/?") + query)), HasSubstr("hexadecimal"))
        << query;
}

TEST(SigV4, RefusesHeadersThatCannotBeSigned) {
  const auto with = [](const std::string& name, const std::string& value) {
    return refusal(request("GET", "https://email.example/", {{name, value}}));
  };
  EXPECT_EQ(with("authorization", "x"), "header authorization: is added by the signature and must not be given");
  EXPECT_EQ(with("X-Amz-Date", "x"), "header X-Amz-Date: is added by the signature and must not be given");
  EXPECT_THAT(with("X-Amz-Security-Token", "secret"), Not(HasSubstr("secret")));
  EXPECT_THAT(with("X-Note", "folded\r\n value"), HasSubstr("header X-Note: holds a line break"));
  EXPECT_THAT(with("X Note", "x"), HasSubstr("a name holds"));
  EXPECT_THAT(refusal(request("GET", "https://email.example/", {{"Host", "a"}, {"host", "b"}})),
              HasSubstr("stands twice"));
}

TEST(SigV4, RefusesKeysWithoutShowingThem) {
  const auto with = [](auto change) {
    auto keys = keysFor("ses");
    change(keys);
    return refusal(request("GET", "https://email.example/"), keys);
  };
  const std::string secret = "hush hush";
  EXPECT_THAT(with([&](auto& keys) { keys.region = secret; }),
              testing::AllOf(HasSubstr("region"), Not(HasSubstr(secret))));
  EXPECT_THAT(with([&](auto& keys) { keys.service = secret; }),
              testing::AllOf(HasSubstr("service"), Not(HasSubstr(secret))));
  EXPECT_THAT(with([&](auto& keys) { keys.access_key_id = secret; }),
              testing::AllOf(HasSubstr("access_key_id"), Not(HasSubstr(secret))));
  EXPECT_THAT(with([&](auto& keys) { keys.session_token = secret; }),
              testing::AllOf(HasSubstr("session_token"), Not(HasSubstr(secret))));
  EXPECT_EQ(with([](auto& keys) { keys.secret_access_key = ""; }), "secret_access_key: is empty");
}

TEST(SigV4, NormalisesPathsAsRfc3986Does) {
  EXPECT_EQ(canonicalPath("/"), "/");
  EXPECT_EQ(canonicalPath("/a/b/../c/./d"), "/a/c/d");
  EXPECT_EQ(canonicalPath("/a/.."), "/");
  EXPECT_EQ(canonicalPath("/a/b/.."), "/a/");
  EXPECT_EQ(canonicalPath("/a/."), "/a/");
  EXPECT_EQ(canonicalPath("/../../a"), "/a");
  EXPECT_EQ(canonicalPath("//a///b//"), "/a/b/");
  EXPECT_EQ(canonicalPath("/...~/%2e"), "/...~/%252e");
}

TEST(SigV4, SortsQueriesByNameThenValue) {
  EXPECT_EQ(*canonicalQuery("a-b=1&a=2&a=1&A=3&&=x"), "=x&A=3&a=1&a=2&a-b=1");
  EXPECT_EQ(*canonicalQuery("%61=%7e%2f&b"), "a=~%2F&b=");
  EXPECT_EQ(*canonicalQuery("a=b=c"), "a=b%3Dc");
  EXPECT_EQ(*canonicalQuery(""), "");
}

}  // namespace
}  // namespace belfry::openssl
