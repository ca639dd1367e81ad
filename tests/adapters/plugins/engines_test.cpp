// Template engines: the bundled mustache, and a puppet that breaks the rules.
#include "adapters/plugins/plugin_engines.h"
#include "send_fixture.h"

namespace belfry::test {
namespace {

using plugins::PluginEngines;
using plugins::PluginRegistry;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Engines : public ::testing::Test {
 protected:
  static const PluginRegistry& registry() {
    static const Log quiet(2, LogLevel::error);
    static const LockFile own({"puppet-engine", "puppet-engine-twin", "engine-without-create"});
    static const PluginRegistry made({{bundledLock(), own.path()}, ""}, quiet);
    return made;
  }
  Result<std::shared_ptr<const CompiledTemplate>, TemplateError> compile(
      const std::string& engine, std::string_view text, Escape escape = Escape::html,
      const std::vector<std::pair<std::string, std::string>>& partials = {}) {
    return engines_.compile(engine, "mail", text, escape, partials);
  }
  std::shared_ptr<const CompiledTemplate> puppet(const std::string& text) {
    auto compiled = compile("puppet", text);
    EXPECT_TRUE(compiled) << compiled.error().message;
    return compiled ? *compiled : nullptr;
  }
  TemplateError compileError(const std::string& text) {
    auto compiled = compile("puppet", text);
    EXPECT_FALSE(compiled);
    return compiled ? TemplateError{} : compiled.error();
  }
  TemplateError renderError(const std::string& text) {
    auto output = puppet(text)->render("{}");
    EXPECT_FALSE(output);
    return output ? TemplateError{} : output.error();
  }

  KeptLog log_;
  PluginEngines engines_{registry(), log_.log()};
};

TEST_F(Engines, EnginesAreNamedAndTheFirstOfANameServes) {
  EXPECT_THAT(engines_.names(), ElementsAre("mustache", "puppet"));
  EXPECT_TRUE(engines_.has("mustache"));
  EXPECT_FALSE(engines_.has("handlebars"));
  EXPECT_THAT(log_.text(), AllOf(HasSubstr("template engine stands twice"), HasSubstr("puppet-engine-twin")));
  EXPECT_THAT(log_.text(),
              AllOf(HasSubstr("template engine cannot be created"), HasSubstr("this engine never starts")));
}

TEST_F(Engines, MustacheRenders) {
  auto compiled = compile("mustache", "Hello {{name}} {{{name}}}{{> foot}}", Escape::html, {{"foot", "-- {{shop}}"}});
  ASSERT_TRUE(compiled) << compiled.error().message;
  auto output = (*compiled)->render(R"({"name":"<Ada>","shop":"S"})");
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(*output, "Hello &lt;Ada&gt; <Ada>-- S");
  EXPECT_THAT((*compiled)->variables(), ::testing::Contains("name"));
  auto plain = compile("mustache", "{{name}}", Escape::none);
  ASSERT_TRUE(plain);
  EXPECT_EQ(*(*plain)->render(R"({"name":"<Ada>"})"), "<Ada>");
}

TEST_F(Engines, MustacheErrorsHaveAPlace) {
  auto compiled = compile("mustache", "one\n{{#open}}");
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().line, 2);
  EXPECT_THAT(compiled.error().message, HasSubstr("open"));
  auto fine = compile("mustache", "{{a}}");
  ASSERT_TRUE(fine);
  EXPECT_FALSE((*fine)->render("{no json"));
}

TEST_F(Engines, AnUnknownEngineIsAnError) {
  auto compiled = compile("handlebars", "x");
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().message, "there is no template engine 'handlebars'");
}

TEST_F(Engines, APuppetsTextArrives) {
  EXPECT_EQ(*puppet("plain")->render("{}"), "plain");
  EXPECT_THAT(puppet("plain")->variables(), ElementsAre("plain"));
}

TEST_F(Engines, CompileFaultsAreErrors) {
  auto endless = compileError("error without end");
  EXPECT_EQ(endless.message, std::string(244, 'e'));
  EXPECT_EQ(endless.line, 3);
  EXPECT_EQ(endless.column, 7);
  EXPECT_EQ(compileError("error without text").message,
            "the engine failed with status " + std::to_string(BF_E_INVALID));
  EXPECT_EQ(compileError("compile throws").message, "the engine threw an exception: no compiler");
  EXPECT_EQ(compileError("compile makes nothing").message, "the engine made no template");
}

TEST_F(Engines, RenderFaultsAreErrors) {
  EXPECT_EQ(renderError("render throws").message, "the engine threw an exception of an unknown type");
  EXPECT_TRUE(renderError("half").limit);
  EXPECT_FALSE(renderError("writes nowhere").limit)
      << "a refused piece spoils the output though the engine says all is well";
  EXPECT_TRUE(renderError("never stops writing").limit);
}

TEST_F(Engines, VariablesThatFailAreNoEmptyList) {
  EXPECT_THROW(puppet("variables fail")->variables(), std::runtime_error);
}

TEST_F(Engines, AReleaseThatThrowsIsLogged) {
  puppet("release throws").reset();
  EXPECT_THAT(log_.text(),
              AllOf(HasSubstr("plugin broke a rule"), HasSubstr("\"call\":\"release\""), HasSubstr("cannot let go")));
}

TEST_F(Engines, ATemplateOutlivesItsEngines) {
  auto engines = std::make_unique<PluginEngines>(registry(), log_.log());
  auto compiled = engines->compile("mustache", "t", "{{a}}", Escape::html, {});
  ASSERT_TRUE(compiled);
  engines.reset();
  EXPECT_EQ(*(*compiled)->render(R"({"a":1})"), "1");
}

}  // namespace
}  // namespace belfry::test
