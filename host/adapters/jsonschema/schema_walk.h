// Finding one's way in a schema document: which part of it speaks about which place of an instance.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kit/json.h"

namespace belfry::schema {

/// Member names and array indexes from the root of an instance to a place in it.
using Path = std::vector<std::string>;

/// Follows local `$ref`s (`#/…`); nullptr when one leads nowhere or in circles.
const JsonValue* resolveReference(const JsonValue& root, const JsonValue& schema);

/// The schema of one member or item of what `schema` describes; nullptr when nothing is said about it.
const JsonValue* childSchema(const JsonValue& root, const JsonValue& schema, const std::string& step);

/// The schema of the place that `path` leads to; nullptr when nothing is said about it.
const JsonValue* schemaAt(const JsonValue& root, const Path& path);

/// The value at `path`; nullptr when there is none.
const JsonValue* valueAt(const JsonValue& document, const Path& path);

/// Names under `properties`, those of `allOf` parts too, in order.
std::vector<std::string> propertyNames(const JsonValue& root, const JsonValue& schema);

/// RFC 6901 text of a path.
std::string pointerOf(const Path& path);

/// A keyword's value; nullptr when the schema has none.
const JsonValue* keyword(const JsonValue& schema, std::string_view name);

}  // namespace belfry::schema
