// For tests alone: puts title and body into the inbox, under category `orders`.
#include <belfry/belfry.hpp>

#include <string>

namespace {

class TestInbox : public belfry::Channel<TestInbox> {
 public:
  struct Config {};
  Config config;
  static void bindConfig(belfry::ConfigBinder&, Config&) {}
  struct State {};

  int begin(Op& op, State&, const Send& send) const {
    const std::string title(send.content("title")), body(send.content("body"));
    op.item(0, {title, body, "orders", "/orders/1042", "bell", "{\"order\":1042}"});
    return op.done({BF_DELIVERED, {}, {}, std::string(send.deliveryId()), 0});
  }
};

}  // namespace

BELFRY_PLUGIN(TestInbox, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
