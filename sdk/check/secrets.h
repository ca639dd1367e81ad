// Values of secrets for vectors: what cryptography is checked with, and what must never show up in the open.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "belfry/base.h"

namespace belfry::check {

/// By the names of the manifest.
using Secrets = std::map<std::string, std::string, std::less<>>;

/// What the reference of a secret segment means: "name", or "name#/pointer" into one that is a JSON document. nullopt
/// when it is not set.
std::optional<std::string> secretValue(const Secrets& secrets, std::string_view reference);

/// The bytes of a segment as the key of a MAC: a secret with its transform undone. nullopt when it is not set.
std::optional<std::string> macKey(const Secrets& secrets, const bf_seg& key);

/// The name of a secret whose value is in `text`, or "". Values under 6 bytes are too common to tell; of a JSON
/// document the members that are keys or passwords count.
std::string secretShownIn(const Secrets& secrets, std::string_view text);

}  // namespace belfry::check
