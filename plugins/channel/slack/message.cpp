#include "message.h"

#include <belfry/json_writer.hpp>

#include <cstddef>

namespace slack {
namespace {

using belfry::Send;

// docs.slack.dev/reference/methods/chat.postMessage: "no more than 40,000 characters", "up to 50 blocks".
constexpr std::size_t kMostCharacters = 40'000;
constexpr std::size_t kMostBlocks = 50;
constexpr std::size_t kMostBlockBytes = 512 * 1024;

/// docs.slack.dev/messaging/formatting-message-text, "Escaping text".
std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else out += c;
  }
  return out;
}

std::size_t characters(std::string_view utf8) {
  std::size_t n = 0;
  for (const char c : utf8) n += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return n;
}

enum class Flag { absent, no, yes, wrong };

Flag flag(const Send& send, std::string_view name) {
  if (!send.hasOption(name)) return Flag::absent;
  if (send.option(name) == "true") return Flag::yes;
  return send.option(name) == "false" ? Flag::no : Flag::wrong;
}

/// As Slack writes them: seconds, a dot, six digits.
bool isTimestamp(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot > 12 || text.size() != dot + 7) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i != dot && (text[i] < '0' || text[i] > '9')) return false;
  return true;
}

/// Writes one body; stops at the first fault.
class Writer {
 public:
  explicit Writer(const Send& send) : send_(send) { json_.beginObject(); }

  Message finish() {
    json_.endObject();
    return fault_.empty() ? Message{json_.take(), {}} : Message{{}, std::move(fault_)};
  }

  void channel(std::string_view target) {
    if (!target.empty()) json_.member("channel", target);
  }

  void text() {
    const bool raw = flag(send_, "mrkdwn") == Flag::yes;
    const std::string_view title = send_.content("title").empty() ? send_.content("subject") : send_.content("title");
    std::string out;
    if (!title.empty()) out = flag(send_, "mrkdwn") == Flag::no ? escaped(title) : "*" + escaped(title) + "*";
    if (!send_.text().empty()) {
      if (!out.empty()) out += "\n";
      out += raw ? std::string(send_.text()) : escaped(send_.text());
    }
    if (out.empty() && !send_.hasOption("blocks"))
      return refuse("content: there is nothing to say; a text (or body), a title or the option blocks is needed");
    if (characters(out) > kMostCharacters)
      return refuse("text has " + std::to_string(characters(out)) +
                    " characters with its escapes; allowed: at most 40000");
    if (!out.empty()) json_.member("text", out);
  }

  void blocks() {
    if (!send_.hasOption("blocks")) return;
    belfry::JsonDom dom;
    if (!dom.parse(send_.option("blocks")) || !dom.root().isArray())
      return refuse("options.blocks is no JSON array of Block Kit blocks");
    if (dom.root().size() == 0 || dom.root().size() > kMostBlocks)
      return refuse("options.blocks has " + std::to_string(dom.root().size()) + " blocks; allowed: 1 to 50");
    for (const belfry::Json block : dom.root().elements())
      if (block["type"].asString().empty()) return refuse("options.blocks holds a block without a type");
    if (send_.option("blocks").size() > kMostBlockBytes) return refuse("options.blocks is over 512 KiB");
    json_.member("blocks", dom.root());
  }

  void thread() {
    if (!send_.hasOption("thread_ts")) return;
    if (!isTimestamp(send_.option("thread_ts")))
      return refuse("options.thread_ts is no time stamp of a message such as 1503435956.000247");
    json_.member("thread_ts", send_.option("thread_ts"));
  }

  void flagOption(std::string_view name) {
    const Flag value = flag(send_, name);
    if (value == Flag::wrong) return refuse("options." + std::string(name) + " is neither true nor false");
    if (value != Flag::absent) json_.member(name, value == Flag::yes);
  }

 private:
  void refuse(std::string why) {
    if (fault_.empty()) fault_ = std::move(why);
  }

  const Send& send_;
  belfry::JsonText json_;
  std::string fault_;
};

}  // namespace

bool isTarget(std::string_view text) {
  const bool name = !text.empty() && text.front() == '#';
  if (text.size() < 2 || text.size() > 81) return false;
  for (const char c : text.substr(1)) {
    const bool upper = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool lower =
        static_cast<unsigned char>(c) > ' ' && c != '#' && c != '@' && c != 0x7f && !(c >= 'A' && c <= 'Z');
    if (name ? !lower : !upper) return false;
  }
  constexpr std::size_t kShortestId = 8;  // C1H9RESGL; a user id of the tenant's own such as U001 is none
  return name || (std::string_view("CDGUW").find(text.front()) != std::string_view::npos && text.size() >= kShortestId);
}

Message message(const Send& send, std::string_view channel) {
  Writer writer(send);
  writer.channel(channel);
  writer.text();
  writer.blocks();
  writer.thread();
  for (const auto name : {"reply_broadcast", "mrkdwn", "unfurl_links", "unfurl_media"}) writer.flagOption(name);
  return writer.finish();
}

}  // namespace slack
