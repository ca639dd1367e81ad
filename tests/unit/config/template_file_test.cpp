// Template files.
#include "app/template_files/template_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch_directory.h"

namespace belfry {
namespace {

using testing::HasSubstr;

std::vector<ConfigError> errorsOf(std::string_view yaml) {
  const ScratchDirectory scratch;
  const auto result = parseTemplateFile(scratch.write("t.yaml", yaml));
  return result ? std::vector<ConfigError>{} : result.error();
}

TEST(TemplateFile, TheExampleIsGood) {
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  ASSERT_NE(source, nullptr) << "run by ctest, which sets BELFRY_SOURCE_DIR";
  const TemplateFiles files = readTemplateFiles(std::filesystem::path(source) / "config/templates");
  EXPECT_TRUE(files.errors.empty()) << toText(files.errors);
  ASSERT_FALSE(files.templates.empty());
  const TemplateFile& order = files.templates[0];
  EXPECT_EQ(order.tenant, "default");
  EXPECT_EQ(order.key, "order-confirmed");
  EXPECT_EQ(order.engine, "mustache");
  EXPECT_EQ(order.language, "en");
  EXPECT_EQ(order.required, std::vector<std::string>{"orderId"});
  EXPECT_EQ(order.content.at(Channel::email).at("subject"), "Your order {{orderId}} is confirmed");
  EXPECT_EQ(order.content.at(Channel::email).size(), 3u);
}

TEST(TemplateFile, HasDefaults) {
  const ScratchDirectory scratch;
  const auto parsed = parseTemplateFile(scratch.write("t.yaml", "key: k\ncontent: { sms: { text: hi } }\n"), "acme");
  ASSERT_TRUE(parsed) << toText(parsed.error());
  EXPECT_EQ(parsed->tenant, "acme");
  EXPECT_EQ(parsed->engine, "mustache");
  EXPECT_EQ(parsed->language, "en");
  EXPECT_EQ(parsed->type, TemplateType::transactional);
  EXPECT_TRUE(parsed->required.empty());
}

TEST(TemplateFile, EmailNeedsASubjectAndABody) {
  const auto errors = errorsOf("key: k\ncontent:\n  email: { title: t }\n");
  ASSERT_EQ(errors.size(), 2u) << toText(errors);
  EXPECT_EQ(errors[0].key, "content.email.subject");
  EXPECT_THAT(errors[0].source, HasSubstr("t.yaml:3"));
  EXPECT_EQ(errors[1].key, "content.email.text");
}

TEST(TemplateFile, NamesWhatIsWrong) {
  const auto key_of = [](const char* yaml) {
    const auto errors = errorsOf(yaml);
    return errors.size() == 1 ? errors[0].key : "errors: " + toText(errors);
  };
  EXPECT_EQ(key_of("content: { sms: { text: hi } }"), "key");
  EXPECT_EQ(key_of("key: k"), "content");
  EXPECT_EQ(key_of("key: k\ncontent: {}"), "content");
  EXPECT_EQ(key_of("key: k\ncontent: { fax: { text: hi } }"), "content.fax");
  EXPECT_EQ(key_of("key: k\ncontent: { sms: { txt: hi } }"), "content.sms.txt");
  EXPECT_EQ(key_of("key: k\ncontent: { push: { title: a }, fcm: { title: b } }"), "content.fcm");
  EXPECT_EQ(key_of("key: k\ntype: spam\ncontent: { sms: { text: hi } }"), "type");
  EXPECT_EQ(key_of("key: k\nlanguage: english language\ncontent: { sms: { text: hi } }"), "language");
  EXPECT_EQ(key_of("key: k\nvariables: { required: [\"a b\"] }\ncontent: { sms: { text: hi } }"),
            "variables.required[0]");
}

TEST(TemplateDirectory, SubdirectoriesAreTenants) {
  const ScratchDirectory scratch;
  const char* text = "key: k\ncontent: { sms: { text: hi } }\n";
  scratch.write("a.yaml", text);
  scratch.write("acme/a.yaml", text);
  scratch.write("acme/b.yaml", text);
  scratch.write("acme/c.yaml", "key: [");
  const TemplateFiles files = readTemplateFiles(scratch.path());
  ASSERT_EQ(files.templates.size(), 2u) << toText(files.errors);
  EXPECT_EQ(files.templates[0].tenant, "default");
  EXPECT_EQ(files.templates[1].tenant, "acme");
  EXPECT_EQ(files.broken.size(), 2u);
}

}  // namespace
TEST(TemplateFile, SaysWhatIsDoneAboutDoubles) {
  const ScratchDirectory scratch;
  const auto parsed = parseTemplateFile(
      scratch.write("t.yaml", "key: k\ncontent: { sms: { text: hi } }\ndedup: { strategy: replace, ttl: PT2H }\n"));
  ASSERT_TRUE(parsed) << toText(parsed.error());
  EXPECT_EQ(parsed->dedup, (DedupPolicy{true, DedupStrategy::replace, std::chrono::hours(2), {}, {}}));
  const auto never =
      parseTemplateFile(scratch.write("n.yaml", "key: k\ncontent: { sms: { text: hi } }\ndedup: { enabled: false }\n"));
  ASSERT_TRUE(never) << toText(never.error());
  EXPECT_EQ(never->dedup.enabled, false);
  EXPECT_EQ(errorsOf("key: k\ncontent: { sms: { text: hi } }\ndedup: { ttl: never }\n").at(0).key, "dedup.ttl");
}

}  // namespace belfry
