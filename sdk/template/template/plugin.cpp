// @TITLE@: templates in which {name} stands for the variable of that name. Braces that hold no name stay as they are.
#include <belfry/belfry.hpp>
#include <belfry/template_plugin.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// A piece of text, or the name of a variable.
struct Piece {
  std::string text;
  bool variable;
};

bool isName(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text)
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_') return false;
  return true;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

class @CLASS@ {
 public:
  struct Template {
    std::vector<Piece> pieces;
    bool html;
  };

  explicit @CLASS@(belfry::Json config) {
    if (!config.isObject() || config.size() != 0) throw std::runtime_error("there is nothing to configure; allowed: {}");
  }

  bf_status compile(const bf_source& source, std::unique_ptr<Template>& out, bf_template_error&) const {
    out = std::make_unique<Template>();
    out->html = source.escape == BF_ESCAPE_HTML;
    std::string_view text = belfry::viewOf(source.text);
    while (!text.empty()) {
      const auto open = text.find('{');
      const auto close = open == std::string_view::npos ? open : text.find('}', open);
      const bool named = close != std::string_view::npos && isName(text.substr(open + 1, close - open - 1));
      const auto end = named ? open : open == std::string_view::npos ? text.size() : open + 1;
      if (end != 0) out->pieces.push_back({std::string(text.substr(0, end)), false});
      if (named) out->pieces.push_back({std::string(text.substr(open + 1, close - open - 1)), true});
      text.remove_prefix(named ? close + 1 : end);
    }
    return BF_OK;
  }

  bf_status render(const Template& made, const bf_render& request, bf_template_error&) const {
    constexpr std::uint64_t kMost = 16u << 20;
    belfry::JsonDom data;
    if (!data.parse(belfry::viewOf(request.data_json))) return BF_E_INVALID;
    std::uint64_t left = request.max_output != 0 ? request.max_output : kMost;
    for (const auto& piece : made.pieces) {
      const auto value = piece.variable ? valueOf(data.root()[piece.text], made.html) : piece.text;
      if (value.size() > left) return BF_E_LIMIT;
      left -= value.size();
      if (const auto status = request.write(request.ctx, value.data(), value.size()); status != BF_OK) return status;
    }
    return BF_OK;
  }

  bf_status variables(const Template& made, bf_write write, void* ctx) const {
    std::vector<std::string_view> seen;
    for (const auto& piece : made.pieces) {
      bool known = !piece.variable;
      for (const auto name : seen) known = known || name == piece.text;
      if (known) continue;
      seen.push_back(piece.text);
      if (const auto status = write(ctx, piece.text.data(), piece.text.size()); status != BF_OK) return status;
    }
    return BF_OK;
  }

 private:
  static std::string valueOf(belfry::Json value, bool html) {
    const std::string text(value.isNumber() ? value.numberText() : value.asString());
    return html ? escaped(text) : text;
  }
};

}  // namespace

BELFRY_TEMPLATE_PLUGIN(@CLASS@, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
