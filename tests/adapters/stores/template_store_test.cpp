#include <barrier>
#include <thread>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

TemplateVersion versionOf(const std::string& text, const std::string& language = "en") {
  TemplateVersion version;
  version.language = language;
  version.content[Channel::email] = {{"subject", "Subject " + text}, {"text", text}, {"html", "<p>" + text + "</p>"}};
  version.required = {"name", "order.id"};
  return version;
}

Template templateOf(const std::string& key, const TemplateVersion& version, Source source = Source::api) {
  Template made;
  made.key = key;
  made.engine = "mustache";
  made.description = "About " + key;
  made.default_language = "en";
  made.source = source;
  made.versions = {version};
  return made;
}

class TemplateStoreTest : public StoreSuite {
 protected:
  void SetUp() override { tenant_ = newTenant(); }

  std::string resolved(std::optional<int> version = {}, const std::string& language = "") {
    auto found = stores_->templates.resolve(tenant_, "hello", version, language);
    return found ? std::to_string(found->version.version) + " " + found->version.language : "none";
  }

  int versions() { return static_cast<int>(stores_->templates.get(tenant_, "hello")->versions.size()); }

  TenantId tenant_;
};

TEST_F(TemplateStoreTest, CreatesADraftOnce) {
  auto made = stores_->templates.create(tenant_, templateOf("hello", versionOf("one")));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->key, "hello");
  EXPECT_EQ(made->engine, "mustache");
  EXPECT_EQ(made->description, "About hello");
  EXPECT_EQ(made->source, Source::api);
  EXPECT_EQ(made->published_version, std::nullopt);
  ASSERT_THAT(made->versions, SizeIs(1));
  EXPECT_EQ(made->versions[0].version, 1);
  EXPECT_EQ(made->versions[0].state, TemplateVersionState::draft);
  EXPECT_THAT(made->versions[0].content.at(Channel::email),
              UnorderedElementsAre(std::pair("subject", "Subject one"), std::pair("text", "one"),
                                   std::pair("html", "<p>one</p>")));
  EXPECT_THAT(made->versions[0].required, ElementsAre("name", "order.id"));
  EXPECT_FALSE(stores_->templates.create(tenant_, templateOf("hello", versionOf("two"))));
  EXPECT_TRUE(stores_->templates.create(newTenant(), templateOf("hello", versionOf("another tenant's"))));
  EXPECT_EQ(versions(), 1);
}

TEST_F(TemplateStoreTest, VersionsAreNumberedAndPublished) {
  stores_->templates.create(tenant_, templateOf("hello", versionOf("one")));
  EXPECT_EQ(stores_->templates.addVersion(tenant_, "hello", versionOf("two", "")), 2);
  EXPECT_EQ(stores_->templates.addVersion(tenant_, "nothing", versionOf("x")), std::nullopt);
  EXPECT_EQ(stores_->templates.addVersion(newTenant(), "hello", versionOf("x")), std::nullopt);
  EXPECT_TRUE(stores_->templates.publish(tenant_, "hello", 1));
  auto first = stores_->templates.get(tenant_, "hello")->versions.at(1).published_at;
  ASSERT_TRUE(first);
  EXPECT_TRUE(stores_->templates.publish(tenant_, "hello", 1)) << "again";
  EXPECT_FALSE(stores_->templates.publish(tenant_, "hello", 9));
  EXPECT_FALSE(stores_->templates.publish(tenant_, "nothing", 1));
  auto found = stores_->templates.get(tenant_, "hello");
  EXPECT_EQ(found->published_version, 1);
  EXPECT_EQ(found->versions.at(0).version, 2) << "newest first";
  EXPECT_EQ(found->versions.at(0).language, "en") << "the template's default";
  EXPECT_EQ(found->versions.at(1).published_at, first);
}

TEST_F(TemplateStoreTest, ConcurrentWritersGetNumbersWithoutGaps) {
  stores_->templates.create(tenant_, templateOf("hello", versionOf("one")));
  std::barrier together(4);
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i)
      writers.emplace_back([&] {
        together.arrive_and_wait();
        for (int k = 0; k < 5; ++k) stores_->templates.addVersion(tenant_, "hello", versionOf("more"));
      });
  }
  auto found = stores_->templates.get(tenant_, "hello");
  ASSERT_THAT(found->versions, SizeIs(21));
  for (int i = 0; i < 21; ++i) EXPECT_EQ(found->versions[static_cast<std::size_t>(i)].version, 21 - i);
}

TEST_F(TemplateStoreTest, ResolvesTheNewestPublishedVersion) {
  stores_->templates.create(tenant_, templateOf("hello", versionOf("one")));
  EXPECT_EQ(resolved(), "none") << "a draft is used only when named";
  EXPECT_EQ(resolved(1), "1 en");
  stores_->templates.publish(tenant_, "hello", 1);
  stores_->templates.addVersion(tenant_, "hello", versionOf("two"));
  EXPECT_EQ(resolved(), "1 en");
  stores_->templates.publish(tenant_, "hello", 2);
  EXPECT_EQ(resolved(), "2 en");
  EXPECT_EQ(resolved(1), "1 en");
  EXPECT_EQ(resolved(3), "none");
  auto found = stores_->templates.resolve(tenant_, "hello", 2, "");
  EXPECT_EQ(found->engine, "mustache");
  EXPECT_EQ(found->key, "hello");
  EXPECT_EQ(*findField(found->version.content.at(Channel::email), "text"), "two");
  EXPECT_FALSE(stores_->templates.resolve(newTenant(), "hello", 1, ""));
}

TEST_F(TemplateStoreTest, ResolvesTheLanguageElseTheDefault) {
  stores_->templates.create(tenant_, templateOf("hello", versionOf("one")));
  stores_->templates.addVersion(tenant_, "hello", versionOf("dos", "es"));
  stores_->templates.addVersion(tenant_, "hello", versionOf("three"));
  for (int version : {1, 2, 3}) stores_->templates.publish(tenant_, "hello", version);
  EXPECT_EQ(resolved({}, "es"), "2 es");
  EXPECT_EQ(resolved({}, "en"), "3 en");
  EXPECT_EQ(resolved({}, "de"), "3 en");
  EXPECT_EQ(resolved({}, ""), "3 en");
  EXPECT_EQ(resolved(2), "2 es") << "a version that is named goes in the language that it has";
  EXPECT_EQ(resolved(1, "es"), "1 en");
}

TEST_F(TemplateStoreTest, ListsByKey) {
  for (const char* key : {"b", "a", "d", "c"}) stores_->templates.create(tenant_, templateOf(key, versionOf(key)));
  stores_->templates.publish(tenant_, "b", 1);
  auto first = stores_->templates.list(tenant_, "", 2);
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].key, "a");
  EXPECT_EQ(first[0].published_version, std::nullopt);
  EXPECT_EQ(first[1].published_version, 1);
  EXPECT_THAT(first[1].versions, IsEmpty());
  auto rest = stores_->templates.list(tenant_, "b", 10);
  ASSERT_THAT(rest, SizeIs(2));
  EXPECT_EQ(rest[0].key, "c");
}

TEST_F(TemplateStoreTest, AFileIsPublishedOnceUntilItChanges) {
  auto file = templateOf("hello", versionOf("one"), Source::file);
  for (int start = 0; start < 3; ++start) stores_->templates.reconcile(tenant_, file);
  EXPECT_EQ(versions(), 1);
  auto before = stores_->templates.get(tenant_, "hello");
  EXPECT_EQ(before->published_version, 1);
  EXPECT_EQ(before->source, Source::file);
  file.versions = {versionOf("changed")};
  stores_->templates.reconcile(tenant_, file);
  EXPECT_EQ(resolved(), "2 en");
  file.description = "Only the head changed";
  stores_->templates.reconcile(tenant_, file);
  EXPECT_EQ(versions(), 2);
  EXPECT_EQ(stores_->templates.get(tenant_, "hello")->description, "Only the head changed");
  EXPECT_EQ(stores_->templates.get(tenant_, "hello")->id, before->id);
  file.versions[0].required = {"name"};
  stores_->templates.reconcile(tenant_, file);
  EXPECT_EQ(versions(), 3);
}

TEST_F(TemplateStoreTest, FilesOfTwoLanguagesLiveSideBySide) {
  auto english = templateOf("hello", versionOf("one"), Source::file);
  auto spanish = templateOf("hello", versionOf("uno", "es"), Source::file);
  for (int start = 0; start < 3; ++start) {
    stores_->templates.reconcile(tenant_, english);
    stores_->templates.reconcile(tenant_, spanish);
  }
  EXPECT_EQ(versions(), 2);
  EXPECT_EQ(resolved({}, "en"), "1 en");
  EXPECT_EQ(resolved({}, "es"), "2 es");
  spanish.versions = {versionOf("otro", "es")};
  stores_->templates.reconcile(tenant_, spanish);
  EXPECT_EQ(resolved({}, "es"), "3 es");
  EXPECT_EQ(resolved({}, "en"), "1 en");
}

TEST_F(TemplateStoreTest, HostsThatReadTheSameFileTogetherPublishItOnce) {
  auto file = templateOf("hello", versionOf("one"), Source::file);
  std::barrier together(6);
  {
    std::vector<std::jthread> hosts;
    for (int i = 0; i < 6; ++i)
      hosts.emplace_back([&] {
        together.arrive_and_wait();
        stores_->templates.reconcile(tenant_, file);
      });
  }
  EXPECT_EQ(versions(), 1);
}

TEST_F(TemplateStoreTest, ADraftThatSaysTheSameDoesNotCountAsPublished) {
  stores_->templates.create(tenant_, templateOf("hello", versionOf("one")));
  stores_->templates.reconcile(tenant_, templateOf("hello", versionOf("one"), Source::file));
  EXPECT_EQ(resolved(), "2 en");
}

}  // namespace
}  // namespace belfry::pg::test
