#include "adapters/curl/egress_guard.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <stdexcept>
#include <string>

namespace belfry::curl {
namespace {

sockaddr_storage address(const std::string& text) {
  sockaddr_storage storage{};
  if (text.find(':') != std::string::npos) {
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&storage);
    in6->sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &in6->sin6_addr), 1) << text;
  } else {
    auto* in = reinterpret_cast<sockaddr_in*>(&storage);
    in->sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text.c_str(), &in->sin_addr), 1) << text;
  }
  return storage;
}

AddressVerdict classify(const std::string& text) {
  const sockaddr_storage storage = address(text);
  return classifyAddress(reinterpret_cast<const sockaddr*>(&storage));
}

std::optional<std::string> refuseAddress(const EgressGuard& guard, const std::string& host, std::uint16_t port,
                                         const std::string& text) {
  const sockaddr_storage storage = address(text);
  return guard.refuseAddress(host, port, reinterpret_cast<const sockaddr*>(&storage));
}

TEST(AddressClass, PublicUnicastIsGlobal) {
  for (const char* text :
       {"1.1.1.1",          "9.255.255.255",   "11.0.0.0",           "100.63.255.255",       "100.128.0.0",
        "126.255.255.255",  "128.0.0.0",       "169.253.255.255",    "169.255.0.0",          "172.15.255.255",
        "172.32.0.0",       "192.167.255.255", "192.169.0.0",        "198.17.255.255",       "198.20.0.0",
        "223.255.255.255",  "2606:4700::1111", "2a00:1450:4001::1b", "2001:4860:4860::8888", "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1", "2002:101:101::1"}) {
    EXPECT_EQ(classify(text).address_class, AddressClass::global) << text << ' ' << classify(text).range;
  }
}

TEST(AddressClass, PrivateRangesAreInside) {
  for (const char* text : {"10.0.0.0",        "10.255.255.255",
                           "100.64.0.0",      "100.127.255.255",
                           "127.0.0.1",       "127.255.255.255",
                           "169.254.169.254", "172.16.0.0",
                           "172.31.255.255",  "192.168.0.0",
                           "192.168.255.255", "198.18.0.0",
                           "198.19.255.255",  "::1",
                           "fc00::1",         "fdff::1",
                           "fe80::1",         "febf::1",
                           "fec0::1",         "64:ff9b:1::1"}) {
    EXPECT_EQ(classify(text).address_class, AddressClass::inside) << text << ' ' << classify(text).range;
  }
}

TEST(AddressClass, SpecialAddressesAreNeverReached) {
  for (const char* text :
       {"0.0.0.0",   "0.255.255.255",   "192.0.0.1", "192.0.2.1",       "192.88.99.1", "198.51.100.1", "203.0.113.9",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::",          "ff02::1",      "2001:db8::1",
        "2001::1",   "2001:2::1",       "3fff::1",   "100::1",          "4000::1",     "::127.0.0.1"}) {
    EXPECT_EQ(classify(text).address_class, AddressClass::never) << text << ' ' << classify(text).range;
  }
}

TEST(AddressClass, IPv4InsideIPv6IsJudgedByTheInnerAddress) {
  EXPECT_EQ(classify("::ffff:10.0.0.1").address_class, AddressClass::inside);
  EXPECT_EQ(classify("::ffff:10.0.0.1").range, "10.0.0.0/8 (private) as IPv4-mapped");
  EXPECT_EQ(classify("::ffff:0.0.0.0").address_class, AddressClass::never);
  EXPECT_EQ(classify("64:ff9b::169.254.169.254").address_class, AddressClass::inside);
  EXPECT_EQ(classify("2002:7f00:1::").address_class, AddressClass::inside);
  EXPECT_EQ(classify("2002:e000:1::").address_class, AddressClass::never);
}

TEST(AddressClass, KnowsLoopback) {
  EXPECT_TRUE(classify("127.0.0.1").loopback);
  EXPECT_TRUE(classify("127.8.8.8").loopback);
  EXPECT_TRUE(classify("::1").loopback);
  EXPECT_TRUE(classify("::ffff:127.0.0.1").loopback);
  EXPECT_FALSE(classify("10.0.0.1").loopback);
  EXPECT_FALSE(classify("fe80::1").loopback);
  EXPECT_FALSE(classify("1.1.1.1").loopback);
}

TEST(AddressClass, OtherFamiliesAreNeverReached) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  const AddressVerdict verdict = classifyAddress(reinterpret_cast<const sockaddr*>(&local));
  EXPECT_EQ(verdict.address_class, AddressClass::never);
  EXPECT_EQ(verdict.range, "family 1");
}

TEST(HostPattern, MatchesNamesWithoutCaseAndTrailingDot) {
  const auto pattern = HostPattern::parse("SMTP.Example.test");
  ASSERT_TRUE(pattern);
  EXPECT_TRUE(pattern->matches("smtp.example.TEST.", 25));
  EXPECT_TRUE(pattern->matches("smtp.example.test", 587));
  EXPECT_FALSE(pattern->matches("xsmtp.example.test", 25));
  EXPECT_FALSE(pattern->matches("smtp.example.test.evil.test", 25));
}

TEST(HostPattern, MatchesThePortWhenThereIsOne) {
  const auto pattern = HostPattern::parse("smtp.example.test:587");
  ASSERT_TRUE(pattern);
  EXPECT_TRUE(pattern->matches("smtp.example.test", 587));
  EXPECT_FALSE(pattern->matches("smtp.example.test", 25));
}

TEST(HostPattern, WildcardStandsForOneOrMoreLabels) {
  const auto pattern = HostPattern::parse("*.mail.test");
  ASSERT_TRUE(pattern);
  EXPECT_TRUE(pattern->matches("a.mail.test", 25));
  EXPECT_TRUE(pattern->matches("a.b.mail.test", 25));
  EXPECT_FALSE(pattern->matches("mail.test", 25));
  EXPECT_FALSE(pattern->matches(".mail.test", 25));
  EXPECT_FALSE(pattern->matches("evilmail.test", 25));
}

TEST(HostPattern, ReadsIPv6WithAndWithoutBrackets) {
  EXPECT_TRUE(HostPattern::parse("2606:4700::1111")->matches("2606:4700::1111", 25));
  EXPECT_TRUE(HostPattern::parse("[2606:4700::1111]")->matches("2606:4700::1111", 25));
  EXPECT_TRUE(HostPattern::parse("[2606:4700::1111]:587")->matches("2606:4700::1111", 587));
  EXPECT_FALSE(HostPattern::parse("[2606:4700::1111]:587")->matches("2606:4700::1111", 25));
}

TEST(HostPattern, RefusesWhatIsNoHost) {
  for (const char* text : {"", ":25", "a b", "host:0", "host:65536", "host:x", "host:", "http://host", "host/path", "*",
                           "a.*.test", "[::1", "[nothex]", "user@host", "[1.2.3.4]"}) {
    EXPECT_FALSE(HostPattern::parse(text)) << text;
  }
}

TEST(EgressGuard, RefusesHostsThatNobodyNamed) {
  EXPECT_FALSE(EgressGuard::refuseHost("smtp.example.test", 587, {"other.test", "smtp.example.test:587"}));
  EXPECT_EQ(EgressGuard::refuseHost("evil.test", 25, {"a.test", "b.test:25"}),
            "evil.test:25 is not on the egress allow-list (a.test, b.test:25)");
  EXPECT_EQ(EgressGuard::refuseHost("evil.test", 25, {}), "evil.test:25 is not on the egress allow-list (it is empty)");
}

TEST(EgressGuard, RefusesPrivateAddressesByDefaultNamingHostAndAddress) {
  const EgressGuard guard({});
  EXPECT_FALSE(refuseAddress(guard, "smtp.test", 25, "1.1.1.1"));
  EXPECT_EQ(refuseAddress(guard, "smtp.test", 25, "10.1.2.3"),
            "smtp.test:25 resolved to 10.1.2.3, which is in 10.0.0.0/8 (private); list smtp.test:25 in "
            "exchange.allow_private_hosts to allow it");
}

TEST(EgressGuard, AllowsPrivateAddressesForListedHostAndPortOnly) {
  const EgressGuard guard({"relay.corp:25", "127.0.0.1:2525", "[::1]:2525"});
  EXPECT_FALSE(refuseAddress(guard, "Relay.Corp", 25, "10.1.2.3"));
  EXPECT_FALSE(refuseAddress(guard, "127.0.0.1", 2525, "127.0.0.1"));
  EXPECT_FALSE(refuseAddress(guard, "::1", 2525, "::1"));
  EXPECT_TRUE(refuseAddress(guard, "relay.corp", 26, "10.1.2.3"));
  EXPECT_TRUE(refuseAddress(guard, "other.corp", 25, "10.1.2.3"));
}

TEST(EgressGuard, NothingOpensMulticastOrUnspecifiedAddresses) {
  const EgressGuard guard({"relay.corp:25"});
  for (const char* text : {"0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "::ffff:0.0.0.0"}) {
    EXPECT_TRUE(refuseAddress(guard, "relay.corp", 25, text)) << text;
  }
}

TEST(EgressGuard, RefusesBadEntriesOfTheSetting) {
  for (const char* entry : {"relay.corp", "", "relay.corp:0", "*.corp:25", "10.0.0.0/8:25"}) {
    try {
      const EgressGuard guard({entry});
      ADD_FAILURE() << entry << " was accepted";
    } catch (const std::invalid_argument& refused) {
      EXPECT_NE(std::string(refused.what()).find("exchange.allow_private_hosts: '" + std::string(entry)),
                std::string::npos)
          << refused.what();
    }
  }
}

}  // namespace
}  // namespace belfry::curl
