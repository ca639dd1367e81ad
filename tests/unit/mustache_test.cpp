// What the specification does not say: errors with their place, limits, hostile input, threads, memory. Through the C
// ABI.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "unit/mustache_plugin.h"

namespace belfry::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// ---- errors
// ------------------------------------------------------------------------------------------------------------

struct BadTemplate {
  const char* text;
  std::uint32_t line;
  std::uint32_t column;
  const char* error;
};

class MustacheBadTemplate : public ::testing::TestWithParam<BadTemplate> {};

TEST_P(MustacheBadTemplate, IsRefusedWithPlaceAndReason) {
  const CompiledTemplate compiled({GetParam().text, {}, BF_ESCAPE_HTML, "welcome"});
  EXPECT_EQ(compiled.compile().status, BF_E_INVALID);
  EXPECT_EQ(compiled.compile().line, GetParam().line);
  EXPECT_EQ(compiled.compile().column, GetParam().column);
  EXPECT_EQ(compiled.compile().error, std::string("template 'welcome': ") + GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    All, MustacheBadTemplate,
    ::testing::Values(
        BadTemplate{"a\nbc{{#items}}\nx", 2, 3, "{{#items}} is not closed: expected {{/items}} before the end"},
        BadTemplate{"{{^a.b}}", 1, 1, "{{^a.b}} is not closed: expected {{/a.b}} before the end"},
        BadTemplate{"{{<p}}", 1, 1, "{{<p}} is not closed: expected {{/p}} before the end"},
        BadTemplate{"{{<*p}}", 1, 1, "{{<*p}} is not closed: expected {{/*p}} before the end"},
        BadTemplate{"{{$b}}", 1, 1, "{{$b}} is not closed: expected {{/b}} before the end"},
        BadTemplate{"{{<p}}{{$b}}", 1, 7, "{{$b}} is not closed: expected {{/b}} before the end"},
        BadTemplate{"\n {{/a}}", 2, 2, "{{/a}} closes nothing: no tag of that name is open"},
        BadTemplate{"{{#a}}\n{{#b}}\n{{/a}}", 3, 1, "expected {{/b}} for the tag opened in line 2, but found {{/a}}"},
        BadTemplate{"{{=<% %>=}}<%#a%><%/b%>", 1, 18, "expected <%/a%> for the tag opened in line 1, but found <%/b%>"},
        BadTemplate{"é {{name", 1, 4, "a tag that begins with '{{' is not closed: expected '}}'"},
        BadTemplate{"{{{name}}", 1, 1, "a tag that begins with '{{' is not closed: expected '}}}'"},
        BadTemplate{"{{=a b}}", 1, 1, "a tag that begins with '{{' is not closed: expected '=}}'"},
        BadTemplate{"{{", 1, 1, "a tag that begins with '{{' is not closed: expected '}}'"},
        BadTemplate{"x{{}}", 1, 2, "a tag has no name"}, BadTemplate{"x{{# }}", 1, 2, "a tag has no name"},
        BadTemplate{"{{>*}}", 1, 1, "a tag has no name"},
        BadTemplate{"{{#if user}}", 1, 1, "the name 'if user' contains white space, which names cannot have"},
        BadTemplate{"{{a..b}}", 1, 1, "the dotted name 'a..b' has an empty part"},
        BadTemplate{"{{.a}}", 1, 1, "the dotted name '.a' has an empty part"},
        BadTemplate{"{{>*a.}}", 1, 1, "the dotted name 'a.' has an empty part"},
        BadTemplate{"{{=<%=}}", 1, 1,
                    "expected two delimiters parted by white space and without '=', as in {{=<% %>=}}, but found '<%'"},
        BadTemplate{
            "{{=a b c=}}", 1, 1,
            "expected two delimiters parted by white space and without '=', as in {{=<% %>=}}, but found 'a b c'"},
        BadTemplate{"{{<p}}{{$b}}{{/b}}{{$b}}{{/b}}{{/p}}", 1, 1, "block 'b' is given twice to one parent"},
        BadTemplate{"ab\ncd\xff", 2, 3, "the text is not UTF-8"},
        BadTemplate{"\xc0\x80", 1, 1, "the text is not UTF-8"}));

TEST(Mustache, ErrorInAPartialNamesThePartial) {
  const CompiledTemplate compiled({"{{>foot}}", {{"foot", "x\n{{#a}}"}, {"unused", "{{#a}}"}}, BF_ESCAPE_HTML, "mail"});
  EXPECT_EQ(compiled.compile().status, BF_E_INVALID);
  EXPECT_EQ(compiled.compile().line, 2U);
  EXPECT_EQ(compiled.compile().error,
            "partial 'foot' of template 'mail': {{#a}} is not closed: expected {{/a}} before the end");
}

TEST(Mustache, UnusedPartialIsNotCompiledUnlessADynamicNameMayMeanIt) {
  const std::map<std::string, std::string> partials = {{"broken", "{{#a}}"}};
  EXPECT_EQ(renderOnce({"x", partials}, "{}").output, "x");
  EXPECT_EQ(renderOnce({"{{>*n}}", partials}, "{}").status, BF_E_INVALID);
}

TEST(Mustache, LongNamesAreCutInMessagesAndStayUtf8) {
  const std::string name = repeated("ü", 300);
  const CompiledTemplate compiled({"{{#" + name + " x}}"});
  EXPECT_LT(compiled.compile().error.size(), 244U);
  EXPECT_THAT(compiled.compile().error, HasSubstr("…' contains white space"));
}

// ---- data
// --------------------------------------------------------------------------------------------------------------

TEST(Mustache, DataThatIsNotJsonIsRefusedWithItsOffset) {
  const TemplateAnswer answer = renderOnce({"x", {}, BF_ESCAPE_HTML, "mail"}, "{\"a\":}");
  EXPECT_EQ(answer.status, BF_E_INVALID);
  EXPECT_EQ(answer.error, "data for template 'mail': not JSON at byte 5: expected a value");
  EXPECT_EQ(renderOnce({"x"}, "").status, BF_E_INVALID);
  EXPECT_EQ(renderOnce({"x"}, "{} {}").status, BF_E_INVALID);
  EXPECT_EQ(renderOnce({"x"}, "\"\xff\"").status, BF_E_INVALID);
  EXPECT_EQ(renderOnce({"x"}, repeated("[", 200) + repeated("]", 200)).status, BF_E_INVALID);
}

TEST(Mustache, NumbersPrintAsTheyWereWritten) {
  EXPECT_EQ(renderOnce({"{{#.}}{{.}} {{/.}}"}, "[1.0,1.10,1e2,-0,0.1,12345678901234567890123,1E+5]").output,
            "1.0 1.10 1e2 -0 0.1 12345678901234567890123 1E+5 ");
}

TEST(Mustache, ZeroIsFalsyHoweverItIsWritten) {
  EXPECT_EQ(renderOnce({"{{#.}}{{#.}}{{.}} {{/.}}{{^.}}no {{/.}}{{/.}}"}, "[0,-0,0.0,0e5,0E-2,0.01,1e-9]").output,
            "no no no no no 0.01 1e-9 ");
}

TEST(Mustache, EscapeModeNoneLeavesPlainTagsAsTheyAre) {
  const std::string data = R"({"v":"<&\"'>","l":["<"]})";
  EXPECT_EQ(renderOnce({"{{v}} {{{v}}} {{l}}", {}, BF_ESCAPE_NONE}, data).output, "<&\"'> <&\"'> [\"<\"]");
  EXPECT_EQ(renderOnce({"{{v}} {{l}}"}, data).output, "&lt;&amp;&quot;&#39;&gt; [&quot;&lt;&quot;]");
  EXPECT_EQ(CompiledTemplate({"x", {}, 7}).compile().status, BF_E_UNSUPPORTED);
}

TEST(Mustache, EscapedJsonTextIsRead) {
  EXPECT_EQ(renderOnce({"{{a}}|{{b}}"}, R"({"\u0061":"x\u00e9\n\ud83d\ude00","b":"\/"})").output, "xé\n😀|/");
}

TEST(Mustache, LargeObjectsAreSearchedByIndex) {
  std::string data = "{";
  std::string text;
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    data += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
    text += "{{k" + std::to_string(499 - i) + "}} ";
    expected += std::to_string(499 - i) + " ";
  }
  EXPECT_EQ(renderOnce({text + "{{missing}}"}, data + "}").output, expected);
}

TEST(Mustache, BigSectionsComeOutWhole) {
  std::string data = "[0";
  for (int i = 1; i < 50000; ++i) data += ",1";
  EXPECT_EQ(renderOnce({"{{#.}}0123456789{{/.}}{{^.}}{{/.}}"}, data + "]").output, repeated("0123456789", 49999 + 1));
  const std::string big(1 << 20, 'x');
  EXPECT_EQ(renderOnce({"<" + big + "{{v}}>"}, "{\"v\":\"" + big + "\"}").output, "<" + big + big + ">");
}

// ---- limits
// ------------------------------------------------------------------------------------------------------------

TEST(Mustache, EndlessRecursionStopsAtTheDepthLimitAndSaysWhere) {
  const TemplateAnswer answer = renderOnce({"a\n{{>p}}", {{"p", "x {{>p}}"}}, BF_ESCAPE_HTML, "mail"}, "{}");
  EXPECT_EQ(answer.status, BF_E_LIMIT);
  EXPECT_EQ(answer.line, 1U);
  EXPECT_EQ(answer.column, 3U);
  EXPECT_EQ(answer.error, "partial 'p' of template 'mail': sections and partials are nested deeper than 100");
  EXPECT_EQ(renderOnce({"{{<p}}{{/p}}", {{"p", "{{<p}}{{$a}}1{{/a}}{{/p}}"}}}, "{}").status, BF_E_LIMIT);
  EXPECT_EQ(renderOnce({"  {{>p}}", {{"p", "\n  {{>p}}\n"}}}, "{}").status, BF_E_LIMIT);
  EXPECT_EQ(renderOnce({"{{#.}}{{>*n}}{{/.}}", {{"p", "{{#.}}{{>*n}}{{/.}}"}}}, R"({"n":"p"})").status, BF_E_LIMIT);
}

TEST(Mustache, DepthCountsSectionsPartialsAndBlocks) {
  EXPECT_EQ(renderOnce({"{{#.}}{{#.}}{{#.}}x{{/.}}{{/.}}{{/.}}"}, "{}", {3}).output, "x");
  EXPECT_EQ(renderOnce({"{{#.}}{{#.}}{{#.}}x{{/.}}{{/.}}{{/.}}"}, "{}", {2}).status, BF_E_LIMIT);
  EXPECT_EQ(renderOnce({"{{#.}}{{>p}}{{/.}}", {{"p", "{{$b}}x{{/b}}"}}}, "{}", {3}).output, "x");
  EXPECT_EQ(renderOnce({"{{#.}}{{>p}}{{/.}}", {{"p", "{{$b}}x{{/b}}"}}}, "{}", {2}).status, BF_E_LIMIT);
}

TEST(Mustache, DepthMayBeRaisedFarBeyondTheDefault) {
  const std::string text = repeated("{{#.}}", 900) + "x" + repeated("{{/.}}", 900);
  EXPECT_EQ(renderOnce({text}, "{}").status, BF_E_LIMIT);
  EXPECT_EQ(renderOnce({text}, "{}", {900}).output, "x");
  EXPECT_EQ(renderOnce({"{{>p}}", {{"p", "{{>p}}"}}}, "{}", {100000}).status, BF_E_LIMIT);
}

TEST(Mustache, OutputLimitIsExact) {
  const TemplateInput input{"12345{{v}}"};
  EXPECT_EQ(renderOnce(input, R"({"v":"678"})", {0, 8}).output, "12345678");
  const TemplateAnswer answer = renderOnce(input, R"({"v":"678"})", {0, 7});
  EXPECT_EQ(answer.status, BF_E_LIMIT);
  EXPECT_THAT(answer.error, HasSubstr("the output has more than 7 bytes"));
  EXPECT_EQ(answer.column, 6U);
  for (std::uint64_t limit : {8191, 8192, 8193, 20000}) {
    const std::string text(limit, 'x');
    EXPECT_EQ(renderOnce({text}, "{}", {0, limit}).output, text);
    EXPECT_EQ(renderOnce({"{{a}}" + text}, "{\"a\":1}", {0, limit}).status, BF_E_LIMIT);
    EXPECT_EQ(renderOnce({"{{a}}" + text}, "{\"a\":1}", {0, limit + 1}).output, "1" + text);
  }
}

TEST(Mustache, StepLimitStopsNestedLoops) {
  std::string list = "[0";
  for (int i = 1; i < 1000; ++i) list += ",0";
  const std::string text = repeated("{{#l}}", 5) + repeated("{{/l}}", 5);
  const TemplateAnswer answer = renderOnce({text}, "{\"l\":" + list + "]}");
  EXPECT_EQ(answer.status, BF_E_LIMIT);
  EXPECT_THAT(answer.error, HasSubstr("rendering takes more than 10000000 steps"));
  EXPECT_EQ(renderOnce({"ab{{c}}"}, "{}", {0, 0, 3}).status, BF_OK);
  EXPECT_EQ(renderOnce({"ab{{c}}"}, "{}", {0, 0, 2}).status, BF_E_LIMIT);
}

TEST(Mustache, StepLimitCountsThePartsOfLongNames) {
  const std::string name = "a" + repeated(".a", 1000);
  EXPECT_EQ(renderOnce({"{{" + name + "}}x"}, "{}", {0, 0, 1100}).status, BF_OK);
  EXPECT_EQ(renderOnce({"{{" + name + "}}x"}, "{}", {0, 0, 900}).status, BF_E_LIMIT);
}

TEST(Mustache, StepLimitCountsLooksAtOuterContexts) {
  const std::string text = repeated("{{#.}}", 50) + repeated("{{missing}}", 10) + repeated("{{/.}}", 50);
  EXPECT_EQ(renderOnce({text}, "{}", {0, 0, 700}).status, BF_OK);
  EXPECT_EQ(renderOnce({text}, "{}", {0, 0, 500}).status, BF_E_LIMIT);
}

TEST(Mustache, TemplatesThatAreTooLargeOrTooDeepAreRefused) {
  EXPECT_EQ(CompiledTemplate({std::string((4U << 20) + 1, 'x')}).compile().status, BF_E_LIMIT);
  const CompiledTemplate deep({repeated("{{#a}}", 1001)});
  EXPECT_EQ(deep.compile().status, BF_E_LIMIT);
  EXPECT_THAT(deep.compile().error, HasSubstr("more than 1000 tags are open within each other"));
}

struct HostileTemplate {
  const char* unit;
  std::size_t times;
};

class MustacheHostile : public ::testing::TestWithParam<HostileTemplate> {};

// Quadratic work on these would take minutes: ctest's time limit is the bound.
TEST_P(MustacheHostile, IsReadInLinearTime) {
  const CompiledTemplate compiled({repeated(GetParam().unit, GetParam().times)});
  EXPECT_NE(compiled.compile().status, BF_E_INTERNAL);
  compiled.render("{}");
}

INSTANTIATE_TEST_SUITE_P(All, MustacheHostile,
                         ::testing::Values(HostileTemplate{"{{a}}", 800000}, HostileTemplate{"{{! ", 1000000},
                                           HostileTemplate{" \t", 2000000}, HostileTemplate{"{{!}}\n   ", 400000},
                                           HostileTemplate{"{{=a b=}}", 400000}, HostileTemplate{"\n", 4000000},
                                           HostileTemplate{"  {{$a}}{{/a}}\n", 250000},
                                           HostileTemplate{"{{$a}}\n   \n{{/a}}\n", 200000},
                                           HostileTemplate{"{{<a}}{{$b}}{{/b}}{{/a}}", 150000},
                                           HostileTemplate{"{{a.a.a.a.a.a.a.a.a.a}}", 180000}));

TEST(Mustache, ManyBlocksOfOneParentAreReadInLinearTime) {
  std::string text = "{{<p}}";
  for (int i = 0; i < 200000; ++i) text += "{{$" + std::to_string(i) + "}}{{/" + std::to_string(i) + "}}";
  EXPECT_EQ(renderOnce({text + "{{/p}}", {{"p", "{{$7}}{{/7}}x"}}}, "{}").output, "x");
}

// ---- the ABI
// -----------------------------------------------------------------------------------------------------------

TEST(Mustache, VariablesAreTheNamesReadOutsideOfSections) {
  const CompiledTemplate compiled(
      {"{{a}} {{b.c}} {{#items}}{{inner}}{{>q}}{{/items}}{{^none}}{{d}}{{/none}}{{>p}}{{{a}}}{{.}}{{>*dyn.n}}"
       "{{<p}}{{$x}}{{arg}}{{/x}}{{ignored}}{{/p}}{{$s}}{{def}}{{/s}}{{last}}",
       {{"p", "{{from_p}}{{>p}}{{b}}"}, {"q", "{{from_q}}"}}});
  EXPECT_THAT(compiled.variables(), ElementsAre("a", "b", "items", "none", "d", "from_p", "dyn", "arg", "def", "last"));
  EXPECT_TRUE(CompiledTemplate({"no tags"}).variables().empty());
}

TEST(Mustache, ConfigHasNoSettings) {
  const bf_template_v1& table = MustachePlugin::instance().table();
  bf_engine* engine = nullptr;
  char reason[64] = "";
  EXPECT_EQ(table.create(nullptr, bfStr(R"({"speed":1})"), &engine, reason, sizeof reason), BF_E_INVALID);
  EXPECT_STREQ(reason, "unknown setting 'speed': mustache has no settings");
  EXPECT_EQ(table.create(nullptr, bfStr("[]"), &engine, reason, sizeof reason), BF_E_INVALID);
  EXPECT_EQ(table.create(nullptr, bfStr("{"), &engine, reason, 8), BF_E_INVALID);
  EXPECT_EQ(std::strlen(reason), 7U);
  ASSERT_EQ(table.create(nullptr, bfStr(""), &engine, nullptr, 0), BF_OK);
  table.destroy(engine);
}

TEST(Mustache, UnknownInterfacesAreNotThere) {
  const bf_plugin& plugin = MustachePlugin::instance().plugin();
  EXPECT_STREQ(plugin.id, "mustache");
  EXPECT_EQ(plugin.get("belfry.template/2"), nullptr);
  EXPECT_EQ(plugin.get("belfry.channel/1"), nullptr);
  EXPECT_EQ(plugin.get(nullptr), nullptr);
}

TEST(Mustache, StructsOfAnOlderHostAreEnough) {
  const MustachePlugin& plugin = MustachePlugin::instance();
  bf_source source{};
  source.size = offsetof(bf_source, partials);  // knew no partials; what lies behind is not for the plugin
  source.text = bfStr("[{{>p}}]");
  source.n_partials = 1U << 30;
  bf_template* compiled = nullptr;
  ASSERT_EQ(plugin.table().compile(plugin.engine(), &source, &compiled, nullptr), BF_OK);
  bf_render request{};
  request.size = sizeof request;
  request.data_json = bfStr("{}");
  EXPECT_EQ(plugin.table().render(plugin.engine(), compiled, &request, nullptr), BF_E_INVALID);  // no write function
  plugin.table().release(plugin.engine(), compiled);
}

TEST(Mustache, TheHostMayStopARendering) {
  const MustachePlugin& plugin = MustachePlugin::instance();
  bf_source source{};
  source.size = sizeof source;
  source.text = bfStr("{{#.}}0123456789{{/.}}");
  bf_template* compiled = nullptr;
  ASSERT_EQ(plugin.table().compile(plugin.engine(), &source, &compiled, nullptr), BF_OK);
  std::string list = "[1";
  for (int i = 0; i < 10000; ++i) list += ",1";
  list += "]";
  int calls = 0;
  bf_render request{};
  request.size = sizeof request;
  request.data_json = bfStr(list);
  request.write = [](void* ctx, const char*, size_t) -> bf_status {
    return ++*static_cast<int*>(ctx) == 2 ? BF_E_NOMEM : BF_OK;
  };
  request.ctx = &calls;
  EXPECT_EQ(plugin.table().render(plugin.engine(), compiled, &request, nullptr), BF_E_NOMEM);
  EXPECT_EQ(calls, 2);
  plugin.table().release(plugin.engine(), compiled);
}

TEST(Mustache, OneTemplateRendersInManyThreads) {
  const CompiledTemplate compiled({"  {{>p}}\n", {{"p", "{{#l}}{{.}}\n{{/l}}{{v}}"}}});
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      const std::string id = std::to_string(t);
      const std::string data = "{\"l\":[1,2],\"v\":" + id + "}";
      for (int i = 0; i < 5000; ++i) wrong[t] += compiled.render(data).output != "  1\n  2\n  " + id;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, ElementsAre(0, 0, 0, 0));
}

// 10^5 renders and compilations after a warm-up may not raise what malloc has handed out.
TEST(Mustache, MemoryStaysFlat) {
  const auto round = [] {
    for (int i = 0; i < 100; ++i) {
      const CompiledTemplate compiled(
          {"{{#a}}{{b}}{{/a}}{{>p}}{{<q}}{{$x}}1{{/x}}{{/q}}", {{"p", "{{c.d}}\n"}, {"q", "  {{$x}}{{/x}}\n"}}});
      const CompiledTemplate broken({"{{#a}}{{b}}"});
      for (int j = 0; j < 100; ++j) compiled.render(R"({"a":[{"b":"\u00e9<"},{"b":2}],"c":{"d":"x"}})");
      compiled.render("{");
      compiled.render("{}", {1, 2, 3});
    }
  };
  round();
  const auto before = mallinfo2().uordblks;
  for (int i = 0; i < 10; ++i) round();
  EXPECT_LE(mallinfo2().uordblks, before + 4096);
}

}  // namespace
}  // namespace belfry::test
