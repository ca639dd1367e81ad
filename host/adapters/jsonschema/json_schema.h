// JSON Schema (draft 7) with violations that a person can act on: where, what stood there, what is allowed.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kit/result.h"
#include "model/vocabulary.h"

namespace belfry {

/// One thing that is wrong with a document.
struct SchemaViolation {
  std::string
      pointer;        ///< RFC 6901; "" is the whole document. A missing or unknown member is named as if it were there.
  std::string value;  ///< compact JSON of what stands there, cut at 200 bytes; empty when it is missing
  std::string allowed;  ///< what may stand there, e.g. `integer from 1 to 65535`
  std::string message;  ///< one clause without the pointer, e.g. `unknown key "prot"; did you mean "port"?`
  FieldErrorCode code = FieldErrorCode::malformed;
};

/// A compiled schema. Immutable: any number of threads may check at once.
///
/// valijson decides what is valid; the wording of its findings is ours (finding_wording.h), since its own text names
/// neither the value nor what is allowed. Beside the standard keywords a schema may carry `x-allowed`: a phrase for
/// `allowed` where the keywords would only yield a regular expression.
class JsonSchema {
 public:
  /// Refused with a reason: text that is not JSON, a keyword with a wrong type, a `$ref` that leads nowhere or out of
  /// the document, a pattern that is not a regular expression.
  static Result<JsonSchema, std::string> compile(std::string_view schema_json);

  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;
  ~JsonSchema();

  /// Every violation in the document's order of checking; empty means valid. Text that is not JSON is one violation of
  /// "".
  std::vector<SchemaViolation> check(std::string_view json) const;

 private:
  struct Compiled;
  explicit JsonSchema(std::unique_ptr<Compiled> compiled);

  std::unique_ptr<Compiled> compiled_;
};

}  // namespace belfry
