#include "adapters/plugins/plugin_text.h"
#include "adapters/plugins/preview_operation.h"
#include "kit/json.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kMostBody = 256u << 10;

/// Text as it is, for what is not text its size; JSON bodies as JSON.
void writeBody(JsonWriter& writer, std::string_view body) {
  writer.member("bodyBytes", static_cast<std::int64_t>(body.size()));
  if (body.empty()) return;
  if (auto parsed = parseJson(body); parsed && body.size() <= kMostBody) {
    writer.rawMember("body", body);
  } else {
    writer.member("body", shown(body, kMostBody));
  }
}

}  // namespace

std::string toPreviewJson(const HttpExchange& request) {
  JsonWriter writer;
  writer.object([&] {
    writer.member("kind", "http");
    writer.member("method", request.method);
    writer.member("url", shown(request.url, kMostBody));
    writer.memberArray("headers", [&] {
      for (const auto& header : request.headers) {
        writer.object([&] {
          writer.member("name", shown(header.first, kMostBody));
          writer.member("value", shown(header.second, kMostBody));
        });
      }
    });
    writeBody(writer, request.body);
    writer.member("mayDeliver", request.commits);
  });
  return writer.take();
}

std::string toPreviewJson(const SmtpExchange& request) {
  JsonWriter writer;
  writer.object([&] {
    writer.member("kind", "smtp");
    writer.member("host", request.host);
    writer.member("port", static_cast<std::int64_t>(request.port));
    writer.member("tls", request.tls == SmtpTls::none ? "none" : request.tls == SmtpTls::tls ? "tls" : "starttls");
    if (!request.username.empty()) {
      writer.member("username", request.username);
      writer.member("password", "***");
    }
    writer.member("mailFrom", request.mail_from);
    writer.memberArray("recipients", [&] {
      for (const auto& recipient : request.recipients) writer.value(recipient);
    });
    writer.member("message", shown(request.message, kMostBody));
    writer.member("messageBytes", static_cast<std::int64_t>(request.message.size()));
    writer.member("mayDeliver", true);
  });
  return writer.take();
}

}  // namespace belfry::plugins
