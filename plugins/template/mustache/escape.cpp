#include "output.h"

namespace belfry::mustache {
namespace {

constexpr std::string_view kEntities[] = {"", "&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

struct EntityTable {
  constexpr EntityTable() {
    which['&'] = 1;
    which['<'] = 2;
    which['>'] = 3;
    which['"'] = 4;
    which['\''] = 5;
  }
  unsigned char which[256] = {};
};

constexpr EntityTable kTable;

}  // namespace

void appendHtml(Output& out, std::string_view text) noexcept {
  const char* run = text.data();
  const char* const end = run + text.size();
  for (const char* at = run; at != end; ++at) {
    const unsigned char which = kTable.which[static_cast<unsigned char>(*at)];
    if (which == 0) continue;
    out.append(run, static_cast<std::size_t>(at - run));
    out.append(kEntities[which]);
    run = at + 1;
  }
  out.append(run, static_cast<std::size_t>(end - run));
}

}  // namespace belfry::mustache
