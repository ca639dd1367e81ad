#include <gtest/gtest.h>

#include "api/rest/name_form.h"
#include "api/rest/nearest_name.h"

namespace belfry {
namespace {

TEST(NameForm, Slugs) {
  for (const auto* good : {"a", "acme", "acme-2", "0"}) EXPECT_TRUE(isSlug(good)) << good;
  for (const auto* bad : {"", "-a", "Acme", "a_b", "a.b", "ä"}) EXPECT_FALSE(isSlug(bad)) << bad;
  EXPECT_TRUE(isSlug(std::string(63, 'a')));
  EXPECT_FALSE(isSlug(std::string(64, 'a')));
}

TEST(NameForm, TemplateKeys) {
  for (const auto* good : {"order-confirmed", "a.b_c", "1"}) EXPECT_TRUE(isTemplateKey(good)) << good;
  for (const auto* bad : {"", ".a", "A", "a b", "a/b"}) EXPECT_FALSE(isTemplateKey(bad)) << bad;
  EXPECT_FALSE(isTemplateKey(std::string(128, 'a')));
}

TEST(NameForm, Languages) {
  for (const auto* good : {"en", "pt-BR", "zh-Hant-TW"}) EXPECT_TRUE(isLanguage(good)) << good;
  for (const auto* bad : {"", "e", "en_US", "en-", "-en", "12", "en--US"}) EXPECT_FALSE(isLanguage(bad)) << bad;
}

TEST(NameForm, TimeZones) {
  for (const auto* good : {"UTC", "Europe/Madrid", "America/Argentina/Buenos_Aires", "Etc/GMT+5"})
    EXPECT_TRUE(isTimeZone(good)) << good;
  for (const auto* bad : {"", "/", "Europe/", "Europe Madrid", "../etc"}) EXPECT_FALSE(isTimeZone(bad)) << bad;
}

TEST(NameForm, MediaTypes) {
  for (const auto* good : {"text/plain", "application/vnd.ms-excel", "text/plain; charset=utf-8"})
    EXPECT_TRUE(isMediaType(good)) << good;
  for (const auto* bad : {"", "pdf", "a/b/c", "a/", "text/plain\r\nX: 1"}) EXPECT_FALSE(isMediaType(bad)) << bad;
}

TEST(NearestName, IsWhatATypistMeant) {
  const std::vector<std::string_view> known = {"subject", "text", "html", "sendAt"};
  EXPECT_EQ(nearestName("subjct", known), "subject");
  EXPECT_EQ(nearestName("sendat", known), "sendAt");
  EXPECT_EQ(nearestName("whatever", known), "");
  EXPECT_EQ(nearestName(std::string(10000, 's'), known), "");
}

}  // namespace
}  // namespace belfry
