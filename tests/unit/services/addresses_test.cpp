#include "services/intake/addresses.h"

#include <gtest/gtest.h>

#include <string>

namespace belfry {
namespace {

TEST(Addresses, EmailAddressesAreKnown) {
  for (const std::string& good :
       {std::string("ada@example.test"), std::string("a@b.c"), std::string("first.last+tag@sub.example.co.uk"),
        std::string("o'neil!#$%&*/=?^_`{|}~-@example.test"), std::string("dotted.many.times@xn--bcher-kva.example"),
        std::string("grüße@bücher.example"), std::string("x@1.example"), std::string("root@[192.0.2.1]"),
        std::string("root@[IPv6:2001:db8::1]"), std::string(64, 'a') + "@example.test"})
    EXPECT_TRUE(isEmailAddress(good)) << good;
}

TEST(Addresses, WhatIsNoEmailAddressIsRefused) {
  for (const std::string& bad : {std::string(""),
                                 std::string("ada"),
                                 std::string("@example.test"),
                                 std::string("ada@"),
                                 std::string("ada@localhost"),
                                 std::string(".ada@example.test"),
                                 std::string("ada.@example.test"),
                                 std::string("a..b@example.test"),
                                 std::string("ada@example..test"),
                                 std::string("ada@.test"),
                                 std::string("ada@-a.test"),
                                 std::string("ada@a-.test"),
                                 std::string("ada@exa_mple.test"),
                                 std::string("ada @example.test"),
                                 std::string("ada@example.test "),
                                 std::string("ada@example.test\r\nBcc: x@y.z"),
                                 std::string("\"quoted\"@example.test"),
                                 std::string("ada@example.test, bob@example.test"),
                                 std::string("Ada <ada@example.test>"),
                                 std::string("a@b@example.test"),
                                 std::string("ada@192.0.2.1"),
                                 std::string("ada@[deadbeef]"),
                                 std::string("ada@[]"),
                                 std::string("ada@[999.0.2.1]"),
                                 std::string("ada@[:::]"),
                                 std::string("ada@[2001:db8::1]"),
                                 std::string("ada@example.test\0", 17),
                                 std::string(65, 'a') + "@example.test",
                                 "a@" + std::string(64, 'b') + ".test",
                                 "a@" + std::string(250, 'b') + ".test",
                                 std::string("ada@a\tb.test")})
    EXPECT_FALSE(isEmailAddress(bad)) << bad;
}

TEST(Addresses, PhoneNumbersAreE164) {
  for (const char* good : {"+34600000001", "+1234567", "+123456789012345"}) EXPECT_TRUE(isPhoneNumber(good)) << good;
  for (const char* bad : {"", "+", "34600000001", "+0600000001", "+123456", "+1234567890123456", "+34 600000001",
                          "+3460000000a", "++34600000001"})
    EXPECT_FALSE(isPhoneNumber(bad)) << bad;
}

TEST(Addresses, EachChannelHasItsForm) {
  EXPECT_TRUE(isAddress(Channel::email, "ada@example.test"));
  EXPECT_FALSE(isAddress(Channel::email, "+34600000001"));
  for (auto channel : {Channel::sms, Channel::whatsapp}) {
    EXPECT_TRUE(isAddress(channel, "+34600000001"));
    EXPECT_FALSE(isAddress(channel, "ada@example.test"));
  }
  for (auto channel : {Channel::push, Channel::inapp, Channel::slack, Channel::webhook}) {
    EXPECT_TRUE(isAddress(channel, "user-4711"));
    EXPECT_TRUE(isAddress(channel, std::string(4096, 'x')));
    EXPECT_FALSE(isAddress(channel, std::string(4097, 'x')));
    EXPECT_FALSE(isAddress(channel, ""));
    EXPECT_FALSE(isAddress(channel, "two\nlines"));
  }
  for (auto channel : allChannels()) EXPECT_FALSE(addressForm(channel).empty());
}

TEST(Addresses, ControlCharactersAreFound) {
  EXPECT_FALSE(hasControlCharacter("plain Ünicode \xF0\x9F\x94\x94"));
  for (char control : {'\r', '\n', '\0', '\t', '\x1B', '\x7F'})
    EXPECT_TRUE(hasControlCharacter(std::string("a") + control + "b"));
}

}  // namespace
}  // namespace belfry
