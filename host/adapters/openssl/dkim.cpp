#include "adapters/openssl/dkim.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "adapters/openssl/dkim_canonical.h"
#include "adapters/openssl/folded_field.h"
#include "adapters/openssl/mac.h"
#include "adapters/openssl/mail_message.h"
#include "kit/crypto.h"

namespace belfry::openssl {
namespace {

constexpr std::array<std::string_view, 11> kSigned = {"from",
                                                      "reply-to",
                                                      "subject",
                                                      "date",
                                                      "to",
                                                      "cc",
                                                      "message-id",
                                                      "mime-version",
                                                      "content-type",
                                                      "list-unsubscribe",
                                                      "list-unsubscribe-post"};

bool isLabelChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/// RFC 6376 §3.1: sub-domains of letters, digits and "-"; "_" is seen in selectors.
bool isDomain(std::string_view name) {
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.' ? label == 0 : !isLabelChar(c)) return false;
    label = c == '.' ? 0 : label + 1;
    if (label > 63) return false;
  }
  return label > 0 && name.size() <= 253;
}

std::string whyUnusable(const DkimKey& key, const MailMessage& message) {
  constexpr std::string_view kRule = ": must be a domain name of letters, digits, \"-\", \"_\" and \".\"; is \"";
  if (!isDomain(key.domain)) return "domain" + std::string(kRule) + key.domain + "\"";
  if (!isDomain(key.selector)) return "selector" + std::string(kRule) + key.selector + "\"";
  const auto from = std::count_if(message.fields.begin(), message.fields.end(),
                                  [](const MailField& field) { return field.name == "from"; });
  return from == 1 ? "" : "message: must have one From field, has " + std::to_string(from);
}

/// The tag h=: every field of the names above that is there, and From once more, so that no second one can be added.
std::vector<std::string> signedNames(const std::vector<MailField>& fields) {
  std::vector<std::string> names;
  for (const auto name : kSigned)
    for (const auto& field : fields)
      if (field.name == name) names.emplace_back(name);
  names.emplace_back("from");
  return names;
}

void appendNames(FoldedField& field, const std::vector<std::string>& names) {
  field.appendWord("h=" + names.front());
  for (std::size_t i = 1; i < names.size(); ++i) {
    field.append(":");
    field.append(names[i] + (i + 1 == names.size() ? ";" : ""));
  }
}

/// The whole field up to `b=`.
FoldedField unsignedField(const DkimKey& key, std::string_view algorithm, const std::vector<std::string>& names,
                          std::string_view body, TimePoint at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  FoldedField field("DKIM-Signature");
  field.appendWord("v=1;");
  field.appendWord("a=" + std::string(algorithm) + ";");
  field.appendWord("c=relaxed/relaxed;");
  field.appendWord("d=" + key.domain + ";");
  field.appendWord("s=" + key.selector + ";");
  field.appendWord("t=" + std::to_string(seconds) + ";");
  appendNames(field, names);
  field.appendWord("bh=" + toBase64(digestOf(DigestAlgorithm::sha256, relaxedBody(body))) + ";");
  field.appendWord("b=");
  return field;
}

}  // namespace

Result<std::string, std::string> dkimSignature(const DkimKey& key, const DkimSigner& signer, std::string_view text,
                                               TimePoint at) {
  const auto message = splitMessage(text);
  if (!message.ok()) return failure(message.error());
  if (auto why = whyUnusable(key, *message); !why.empty()) return failure(std::move(why));

  const auto names = signedNames(message->fields);
  auto field = unsignedField(key, signer.algorithm, names, message->body, at);
  const auto input = dkimSigningInput(message->fields, names, {"dkim-signature", field.value()});
  field.appendCut(toBase64(signer.sign(input)));
  return field.text() + "\r\n";
}

}  // namespace belfry::openssl
