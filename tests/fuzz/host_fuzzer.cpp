// Parsers of the host that read what strangers write: a provider as the API takes it, Retry-After, texts of short
// messages.
#include <fstream>

#include "adapters/plugins/retry_after.h"
#include "api/rest/provider_wish_json.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/promises.h"
#include "kit/utf8.h"
#include "model/sms_segments.h"

namespace belfry::fuzz {
namespace {

void wish(std::string_view body) {
  const auto made = parseProviderWish(body);
  if (!made && made.error().detail.empty()) broken("a provider is refused without a reason");
  const auto changed = parseProviderChange(body);
  if (!changed && changed.error().detail.empty()) broken("a change is refused without a reason");
}

void retryAfterValue(std::string_view value) {
  const auto wait = plugins::retryAfter(value, std::chrono::system_clock::time_point(std::chrono::hours(500000)));
  if (wait < std::chrono::milliseconds(0) || wait > std::chrono::hours(24)) broken("Retry-After beyond a day");
}

void shortMessage(std::string_view text) {
  const auto cut = splitSms(text);
  const auto most = cut.parts.size() == 1 ? smsUnitsAlone(cut.encoding) : smsUnitsJoined(cut.encoding);
  std::string joined;
  std::size_t units = 0;
  for (const auto& part : cut.parts) {
    if (part.units > most) broken("a part is larger than a message");
    if (part.text.empty()) broken("a part is empty");
    joined += part.text;
    units += part.units;
  }
  if (units != cut.units) broken("the parts have other units than the text");
  if (isValidUtf8(text) && joined != text) broken("the parts joined are not the text");
}

}  // namespace
}  // namespace belfry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  switch (bytes[0]) {
    case 'r': belfry::fuzz::retryAfterValue(bytes.substr(1)); break;
    case 's': belfry::fuzz::shortMessage(bytes.substr(1)); break;
    default: belfry::fuzz::wish(bytes.substr(bytes[0] == 'w' ? 1 : 0));
  }
  return 0;
}

/// `PROGRAM --seeds DIRECTORY` writes what the fuzzing begins with, and ends.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc != 3 || std::string((*argv)[1]) != "--seeds") return 0;
  int n = 0;
  for (
      const char* text :
      {R"(w{"slug":"mail","plugin":"smtp","channel":"email","priority":1,"weight":2,"enabled":true,"simulate":false,"config":{"host":"x","port":25},"secrets":{"password":"p"}})",
       R"(w{"enabled":false})", R"(w{"secrets":{"password":null},"weight":-1})", "r120",
       "rWed, 21 Oct 2026 07:28:00 GMT", "r-1", "sHello {}[]~\\ €", "sПривет 👋🏽", "s\xff\xc3"})
    std::ofstream((*argv)[2] + std::string("/seed") + std::to_string(n++), std::ios::binary) << text;
  std::exit(0);
}
