// Turns what the validator found into what a person needs to know.
#pragma once

#include <string>
#include <vector>

#include "adapters/jsonschema/json_schema.h"
#include "adapters/jsonschema/schema_walk.h"

namespace belfry::schema {

/// One message of the validator.
struct Finding {
  Path path;
  std::string description;  ///< valijson's text; its start tells which keyword failed
};

/// The violations behind the findings, one per place. Findings that only repeat that something inside is wrong
/// are left out; so are those of the branches of a failed `anyOf` or `oneOf`, where one sentence about the whole says
/// more.
std::vector<SchemaViolation> describe(const JsonValue& schema_root, const JsonValue& document,
                                      const std::vector<Finding>& findings);

}  // namespace belfry::schema
