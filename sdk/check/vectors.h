// Golden vectors: a plugin is a function of its inputs, so a file can say what goes in and what must come out, to the
// byte.
//
// A vector file is one JSON object:
//   name, config {…}, now_ms, request {messages: […]} or {presented: {…}}
//   emits […], returns     what begin emits, and "done", "wait" or "error"
//   then […]               inputs one after the other: {input, emits, returns}
//   cases […]              inputs that each follow `then` on an operation of their own: {name, input, emits, returns}
//   create_error           instead of all that follows config: text that the reason of a failed create has in it
// Message bytes are written as lines; {"bytes": "…"} is a piece without CRLF at its end, {"blob": n, "xform":
// "base64_mime"} an attachment and {"secret": "name"} a secret. An input credential gives `hash_of`, the secret whose
// keyed hash is stored.
//
// Every vector runs twice, the second time with the operation's state moved to another address before each step: both
// runs must emit the same (determinism, position-independence).
#pragma once

#include <string>

#include "check/manifest.h"
#include "check/report.h"

namespace belfry::check {

/// Runs every *.json of a directory, each in a child of its own (`vectors/<file>`). With `accept`, the files' emits and
/// returns are rewritten with what the plugin does instead of being compared.
void checkVectors(const std::string& plugin, const Manifest& manifest, const std::string& directory, bool accept,
                  Report& report);

}  // namespace belfry::check
