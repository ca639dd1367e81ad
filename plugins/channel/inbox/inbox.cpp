// The inbox inside the product. There is no exchange: begin emits the item and says that it was delivered, and the host
// writes both together.
#include "link.h"

#include <belfry/belfry.hpp>
#include <belfry/json_writer.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kMostTitle = 1000;  // bytes, as all of these
constexpr std::size_t kMostBody = 16 * 1024;
constexpr std::size_t kMostCategory = 100;
constexpr std::size_t kMostLink = 2048;
constexpr std::size_t kMostData = 16 * 1024;

constexpr const char* kLinkForm = "an address that begins with https:// or http://, or a path that begins with one /";

std::string firstOf(std::string_view a, std::string_view b) { return std::string(a.empty() ? b : a); }

class Inbox : public belfry::Channel<Inbox> {
 public:
  struct Config {
    std::string category;
    std::string icon;
  };
  BF_FIELDS(Config, category, icon)

  struct State {};

  std::string check() const {
    if (!config.icon.empty() && !inbox::isIcon(config.icon))
      return "icon is \"" + config.icon + "\"; allowed: " + kLinkForm + ", or a name of letters, digits, '-', '_', '.'";
    return {};
  }

  int begin(Op& op, State&, const Send& send) const {
    if (send.userId().empty() && send.to().empty())
      return op.done(belfry::rejectedRequest("no_user", "recipient: a user id is needed, an inbox belongs to a user"));
    Item item(config, send);
    if (const std::string why = item.fault(); !why.empty())
      return op.done(belfry::rejectedRequest("invalid_item", why));
    op.item(0, item.shown());
    return op.done({BF_DELIVERED, {}, {}, std::string(send.deliveryId()), 0});
  }

  /// There is nobody to ask: the inbox is the host's own.
  int probe(Op& op, State&) const { return op.done({BF_ACCEPTED, {}, "the inbox needs no provider", {}, 0}); }

 private:
  /// The texts of one item, and what is wrong with them.
  class Item {
   public:
    Item(const Config& config, const Send& send)
        : title_(firstOf(send.content("title"), send.content("subject"))),
          body_(firstOf(send.content("body"), send.content("text"))),
          category_(firstOf(send.option("category"), config.category)),
          action_url_(send.option("action_url")),
          icon_(firstOf(send.option("icon"), config.icon)) {
      readData(send.option("data"));
    }

    belfry::InboxItem shown() const { return {title_, body_, category_, action_url_, icon_, data_}; }

    /// Empty: all is well.
    std::string fault() const {
      if (title_.empty() && body_.empty())
        return "content: there is nothing to show; a title (or subject) or a body (or text) is needed";
      if (title_.size() > kMostTitle) return tooLong("title", title_, kMostTitle);
      if (body_.size() > kMostBody) return tooLong("body", body_, kMostBody);
      if (category_.size() > kMostCategory) return tooLong("options.category", category_, kMostCategory);
      if (action_url_.size() > kMostLink) return tooLong("options.action_url", action_url_, kMostLink);
      if (icon_.size() > kMostLink) return tooLong("options.icon", icon_, kMostLink);
      if (data_.size() > kMostData) return tooLong("options.data", data_, kMostData);
      if (!action_url_.empty() && !inbox::isLink(action_url_))
        return "options.action_url is no link; allowed: " + std::string(kLinkForm);
      if (!icon_.empty() && !inbox::isIcon(icon_))
        return "options.icon is no picture; allowed: " + std::string(kLinkForm) +
               ", or a name of letters, digits, '-', '_', '.'";
      return data_fault_;
    }

   private:
    static std::string tooLong(std::string_view field, const std::string& text, std::size_t most) {
      return std::string(field) + " has " + std::to_string(text.size()) + " bytes; allowed: at most " +
             std::to_string(most);
    }

    void readData(std::string_view option) {
      if (option.empty()) return;
      belfry::JsonDom dom;
      if (!dom.parse(option) || !dom.root().isObject()) {
        data_fault_ = "options.data is not a JSON object";
        return;
      }
      belfry::writeJson(data_, dom.root());
    }

    std::string title_, body_, category_, action_url_, icon_, data_, data_fault_;
  };
};

}  // namespace

BELFRY_PLUGIN(Inbox, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
