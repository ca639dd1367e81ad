// What one rendered e-mail costs: a 2 KB HTML page with ten variables and a loop over five lines, through the mustache
// plugin's C ABI as the worker calls it. Run:
//   BELFRY_BUILD_DIR=build/release build/release/bin/render_bench
#include <benchmark/benchmark.h>

#include <belfry/json.hpp>

#include <string>

#include "unit/mustache_plugin.h"

namespace {

using belfry::test::CompiledTemplate;
using belfry::test::TemplateInput;

const char kPage[] = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{subject}}</title>
<style>
  body { margin: 0; background: #eef1f5; color: #1d2733; font: 16px/1.5 Verdana, Geneva, sans-serif }
  main { max-width: 38em; margin: 2em auto; padding: 2em; background: #ffffff; border: 1px solid #d5dbe3 }
  .bell { font-size: 2.2em; color: #8a5a00 }
  .go { display: block; padding: .8em 1.2em; background: #00594f; color: #ffffff; text-align: center }
  table { width: 100%; border-spacing: 0 }
  td { padding: .4em .2em; border-top: 1px dotted #9aa7b5 }
  td.sum { text-align: right; white-space: nowrap }
  footer { margin-top: 2.5em; font-size: .75em; color: #5b6876 }
</style>
</head>
<body>
<main>
<p class="bell">&#128276;</p>
<h1>Good news, {{given_name}} {{family_name}}</h1>
<p>Your booking <b>{{booking}}</b> of {{booked_on}} is confirmed, and the house expects you. We have written down
what you asked for; please look it through, and tell us within two days if anything should be different. Changes
are free of charge until then, and we are glad to help with trains, tables and tickets as well.</p>
<table>
{{#services}}
<tr><td>{{label}}</td><td>{{nights}} &times;</td><td class="sum">{{amount}}</td></tr>
{{/services}}
</table>
<p>All in all this comes to <b>{{total}}</b>, payable when you leave. Nothing is charged before your stay.</p>
<p><a class="go" href="{{manage_url}}">See or change the booking</a></p>
<p>You can always reach the front desk: simply answer this message, or write to {{desk}}. Somebody is awake at
every hour of the day and of the night, and speaks at least three languages.</p>
<p>We look forward to your visit,<br>the people of {{house}}</p>
<footer>
This message went to {{address}} because a booking was made with this address. If that was not you, forget about
it: without a confirmation the booking ends by itself after two days, and the address is deleted with it.
</footer>
</main>
</body>
</html>
)";

const char kData[] =
    R"({"subject":"Your stay with us is confirmed","given_name":"Grace","family_name":"O'Neill & Sons",)"
    R"("booking":"BK-2026-004711","booked_on":"4 May 2026","services":[)"
    R"({"label":"Room with a view of the sea","nights":3,"amount":"357.00 EUR"},)"
    R"({"label":"Breakfast <early>","nights":3,"amount":"48.00 EUR"},)"
    R"({"label":"Bicycle, large","nights":2,"amount":"24.50 EUR"},)"
    R"({"label":"Late check-out","nights":1,"amount":"20.00 EUR"},)"
    R"({"label":"City tax","nights":3,"amount":"9.00 EUR"}],)"
    R"("total":"458.50 EUR","manage_url":"https://stay.example/b/BK-2026-004711?t=9f2c61aa0b",)"
    R"("desk":"desk@stay.example","house":"Harbour House","address":"grace@example.org"})";

bf_status count(void* ctx, const char*, size_t n) {
  *static_cast<std::size_t*>(ctx) += n;
  return BF_OK;
}

bf_status append(void* ctx, const char* p, size_t n) {
  static_cast<std::string*>(ctx)->append(p, n);
  return BF_OK;
}

void render(benchmark::State& state, const CompiledTemplate& compiled, const std::string& data) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    if (compiled.renderTo(data, append, &out) != BF_OK) state.SkipWithError("the template does not render");
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["bytes"] = static_cast<double>(out.size());
}

void renderPage(benchmark::State& state) { render(state, CompiledTemplate({kPage}), kData); }
BENCHMARK(renderPage)->Unit(benchmark::kMicrosecond);

// The same page as layout and content: one parent with two blocks.
void renderLayout(benchmark::State& state) {
  const std::string page = kPage;
  const std::size_t begin = page.find("<h1>");
  const std::size_t end = page.find("<footer>");
  const TemplateInput input{
      "{{<layout}}\n{{$title}}{{subject}}{{/title}}\n{{$content}}\n" + page.substr(begin, end - begin) +
          "{{/content}}\n{{/layout}}\n",
      {{"layout", page.substr(0, begin) + "{{$content}}\nnothing\n{{/content}}\n" + page.substr(end)}}};
  render(state, CompiledTemplate(input), kData);
}
BENCHMARK(renderLayout)->Unit(benchmark::kMicrosecond);

void compilePage(benchmark::State& state) {
  for (auto _ : state) {
    const CompiledTemplate compiled({kPage});
    benchmark::DoNotOptimize(&compiled);
  }
}
BENCHMARK(compilePage)->Unit(benchmark::kMicrosecond);

void readData(benchmark::State& state) {
  const std::string data = kData;
  for (auto _ : state) {
    belfry::JsonDom dom;
    benchmark::DoNotOptimize(dom.parse(data));
  }
  state.counters["bytes"] = static_cast<double>(data.size());
}
BENCHMARK(readData)->Unit(benchmark::kMicrosecond);

// The fixed part of crossing the boundary: an empty template over empty data.
void crossBoundary(benchmark::State& state) {
  const CompiledTemplate compiled({""});
  std::size_t bytes = 0;
  for (auto _ : state) benchmark::DoNotOptimize(compiled.renderTo("{}", count, &bytes));
}
BENCHMARK(crossBoundary)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
