#include "adapters/curl/http_plan.h"

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

namespace belfry::curl {
namespace {

using Refusal = std::optional<std::string>;
using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

constexpr std::size_t kMaxUrl = 16 * 1024;
constexpr std::size_t kMaxHeaders = 64 * 1024;
constexpr std::string_view kLetterDigit = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::array<std::string_view, 5> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
// RFC 9110 §7.6.1 and RFC 9113 §8.2.2: they say how this one connection is used, which is the host's matter.
constexpr std::array<std::string_view, 9> kConnectionHeaders = {"connection",        "keep-alive", "proxy-connection",
                                                                "transfer-encoding", "te",         "trailer",
                                                                "upgrade",           "expect",     "http2-settings"};

bool only(std::string_view text, std::string_view extra) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return kLetterDigit.find(c) != std::string_view::npos || extra.find(c) != std::string_view::npos;
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

template <class Names>
bool isOneOf(std::string_view name, const Names& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string partOf(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return {};
  std::string out = text;
  curl_free(text);
  return out;
}

// RFC 3986 §2: what a URL may consist of at all.
Refusal refuseUrlBytes(const std::string& url) {
  if (url.empty() || url.size() > kMaxUrl) return "url is empty or longer than 16384 bytes";
  if (!only(url, "-._~:/?#[]@!$&'()*+,;=%"))
    return "url holds a space, a control character or another byte that RFC 3986 does not allow; write it as %XX";
  if (url.find('#') != std::string::npos) return "url has a fragment (#); a fragment is never sent";
  return std::nullopt;
}

Refusal readUrl(HttpPlan& plan) {
  if (auto refusal = refuseUrlBytes(plan.url)) return refusal;
  const Url url(curl_url(), &curl_url_cleanup);
  if (!url) throw std::bad_alloc();
  if (const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, plan.url.c_str(), CURLU_PATH_AS_IS))
    return std::string("url is not an absolute http or https URL: ") + curl_url_strerror(code);
  const std::string scheme = partOf(url, CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") return "url has the scheme '" + scheme + "'; allowed: https, http";
  if (!partOf(url, CURLUPART_USER).empty() || !partOf(url, CURLUPART_PASSWORD).empty() ||
      plan.url.substr(0, plan.url.find_first_of("/?", scheme.size() + 3)).find('@') != std::string::npos)
    return "url holds user or password; credentials go into headers";
  plan.tls = scheme == "https";
  plan.host = lower(partOf(url, CURLUPART_HOST));
  if (plan.host.starts_with('[')) plan.host = plan.host.substr(1, plan.host.size() - 2);
  if (plan.host.empty() || plan.host.size() > 253 || !only(plan.host, ".-_:"))
    return "url has a host that is neither an ASCII name (international ones as xn--) nor an address";
  plan.port = static_cast<std::uint16_t>(std::stoul(partOf(url, CURLUPART_PORT, CURLU_DEFAULT_PORT)));
  if (plan.port == 0) return "url has port 0; allowed: 1 to 65535";
  return std::nullopt;
}

// RFC 9110 §5.1 and §5.6.2.
bool isToken(std::string_view name) { return !name.empty() && only(name, "!#$%&'*+-.^_`|~"); }

// RFC 9110 §5.5.
bool isFieldValue(std::string_view value) {
  if (!value.empty() && (value.front() == ' ' || value.front() == '\t' || value.back() == ' ' || value.back() == '\t'))
    return false;
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

// Another Host than the URL's would reach another site behind the same address, past the allow-list.
bool namesHost(const HttpPlan& plan, std::string_view value) {
  const std::string host = plan.host.find(':') == std::string::npos ? plan.host : '[' + plan.host + ']';
  const std::string given = lower(value);
  if (given == host + ':' + std::to_string(plan.port)) return true;
  return given == host && plan.port == (plan.tls ? 443 : 80);
}

Refusal refuseHeader(const HttpPlan& plan, const std::string& name, const std::string& value) {
  if (!isToken(name)) return "a header name is no token (RFC 9110 §5.6.2)";
  if (!isFieldValue(value))
    return "header " + name + " has a value with CR, LF, NUL, another control character or space at an end";
  const std::string key = lower(name);
  if (isOneOf(key, kConnectionHeaders)) return "header " + name + " belongs to the connection; the host sets it";
  if (key == "host" && !namesHost(plan, value)) return "header " + name + " names another host or port than the url";
  if (key == "content-length" && value != std::to_string(plan.body.size()))
    return "header " + name + " differs from the length of the body, " + std::to_string(plan.body.size());
  return std::nullopt;
}

void append(HttpPlan& plan, const std::string& line) {
  curl_slist* longer = curl_slist_append(plan.headers.get(), line.c_str());
  if (!longer) throw std::bad_alloc();
  (void)plan.headers.release();
  plan.headers.reset(longer);
}

Refusal readHeaders(HttpPlan& plan, const HeaderFields& headers) {
  std::size_t size = 0;
  std::string seen = "\n";
  for (const auto& [name, value] : headers) {
    if (auto refusal = refuseHeader(plan, name, value)) return refusal;
    size += name.size() + value.size() + 4;
    if (size > kMaxHeaders) return "headers take more than 65536 bytes";
    const std::string key = lower(name) + '\n';
    if ((key == "host\n" || key == "content-length\n") && seen.find('\n' + key) != std::string::npos)
      return "header " + name + " stands more than once";
    seen += key;
    if (key != "content-length\n") append(plan, value.empty() ? name + ';' : name + ": " + value);
  }
  // libcurl would add these by itself; a name with a bare colon says not to.
  for (const char* added : {"Accept", "Content-Type", "Expect"}) {
    if (seen.find('\n' + lower(added) + '\n') == std::string::npos) append(plan, std::string(added) + ':');
  }
  return std::nullopt;
}

}  // namespace

Result<HttpPlan, std::string> planHttp(HttpExchange& request) {
  HttpPlan plan;
  plan.method = request.method;
  plan.url = request.url;
  if (!isOneOf(plan.method, kMethods)) return failure(std::string("method is none of GET, POST, PUT, PATCH, DELETE"));
  if (auto refusal = readUrl(plan)) return failure(std::move(*refusal));
  plan.body = std::move(request.body);
  if (auto refusal = readHeaders(plan, request.headers)) return failure(std::move(*refusal));
  return plan;
}

}  // namespace belfry::curl
