// The port is bound before anything else starts; the handler exists only when everything behind it does. serve() comes
// after set(), so no request meets an unset handler.
#pragma once

#include "api/http/handler.h"

namespace belfry {

class LateHandler final : public HttpHandler {
 public:
  void set(HttpHandler& handler) { handler_ = &handler; }
  Preview preview(const HttpRequest& head) override { return handler_->preview(head); }
  void handle(HttpRequest request, std::shared_ptr<Responder> responder) override {
    handler_->handle(std::move(request), std::move(responder));
  }

 private:
  HttpHandler* handler_ = nullptr;
};

}  // namespace belfry
