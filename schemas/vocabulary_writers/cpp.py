"""host/model/vocabulary.h and .cpp."""
import textwrap

from .model import NOTICE

UNFORMATTED = "// clang-format off\n"


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# ---- header -----------------------------------------------------------------------------------------------------------


def enum_class(enum):
    doc = textwrap.wrap(enum.doc, 116, initial_indent="/// ", subsequent_indent="/// ")
    lines = [*doc, f"enum class {enum.type} : std::uint8_t {{"]
    for name, attributes in enum.values.items():
        number = f" = {attributes['number']}" if enum.numbers else ""
        lines.append(f"  {enum.constant(name)}{number},  ///< {enum.describe(name)}")
    return "\n".join(lines) + "\n};\n"


def declarations(enum):
    text = f"""std::string_view toText({enum.type} value) noexcept;
/// A sentence about the value, for people.
std::string_view describe({enum.type} value) noexcept;
std::optional<{enum.type}> parse{enum.type}(std::string_view text) noexcept;
std::string_view allowed{enum.type}() noexcept;
std::span<const {enum.type}> all{enum.plural}() noexcept;
"""
    if enum.numbers:
        text += f"""constexpr int toNumber({enum.type} value) noexcept {{ return static_cast<int>(value); }}
std::optional<{enum.type}> {enum.type[0].lower()}{enum.type[1:]}FromNumber(std::int64_t number) noexcept;
"""
    return text


HEADER_TOP = """#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace belfry {

// For every type X below:
//   toText(X)     the word that is written everywhere
//   parseX(text)  the value of a word or of one of its aliases; nullopt for anything else (case matters)
//   allowedX()    "a, b, c": the words, for error messages
//   all…()        every value in the order of the vocabulary
// Plain functions of static tables: thread-safe, no allocation, views that live for ever.

"""

HEADER_RULES = """
// ---- rules ----------------------------------------------------------------------------------------------------------

/// The delivery has a row in `work`: the engine will still act on it.
bool isLive(DeliveryState state) noexcept;
/// Not live: only a receipt or an operator moves a delivery on from here.
bool isFinal(DeliveryState state) noexcept;
/// Intake may create a delivery in this state.
bool isInitial(DeliveryState state) noexcept;
/// A notification's status is the state of its deliveries with the lowest rank. Same numbers as belfry.state_rank() in SQL.
int rank(DeliveryState state) noexcept;
/// The one state machine; no state may follow itself. Same table as belfry.may_transition() in SQL.
bool mayTransition(DeliveryState from, DeliveryState to) noexcept;
/// What a delivery becomes by this event; nullopt when its state stays.
std::optional<DeliveryState> stateAfter(EventType event) noexcept;

/// Whether the role includes the scope.
bool grants(Role role, Scope scope) noexcept;

int httpStatus(ErrorCode code) noexcept;
/// The problem's `title`.
std::string_view title(ErrorCode code) noexcept;
/// The last part of the problem's `type` URI.
std::string_view typeSlug(ErrorCode code) noexcept;
/// The answer carries Retry-After.
bool wantsRetryAfter(ErrorCode code) noexcept;

}  // namespace belfry
"""


def header(vocabulary):
    enums = "\n".join(enum_class(enum) + declarations(enum) for enum in vocabulary.enums.values())
    return f"// {NOTICE}\n{UNFORMATTED}{HEADER_TOP}{enums}{HEADER_RULES}"


# ---- source -----------------------------------------------------------------------------------------------------------


def switch_function(signature, enum, expression, fallback):
    """A function of one enum value; `expression` gives the C++ text for a value's name."""
    lines = [f"{signature} noexcept {{", "  switch (value) {"]
    for name in enum.values:
        lines.append(f"    case {enum.type}::{enum.constant(name)}: return {expression(name)};")
    return "\n".join(lines) + f"\n  }}\n  return {fallback};\n}}\n"


def parse_function(enum):
    words = [(name, name) for name in enum.values] + list(enum.aliases.items())
    rows = "".join(f"  if (text == {quoted(word)}) return {enum.type}::{enum.constant(name)};\n" for word, name in words)
    return f"std::optional<{enum.type}> parse{enum.type}(std::string_view text) noexcept {{\n{rows}  return std::nullopt;\n}}\n"


def from_number_function(enum):
    name = f"{enum.type[0].lower()}{enum.type[1:]}FromNumber"
    rows = "".join(
        f"    case {attributes['number']}: return {enum.type}::{enum.constant(value)};\n" for value, attributes in enum.values.items()
    )
    return (
        f"std::optional<{enum.type}> {name}(std::int64_t number) noexcept {{\n  switch (number) {{\n{rows}"
        "    default: return std::nullopt;\n  }\n}\n"
    )


def definitions(enum):
    everything = ", ".join(f"{enum.type}::{enum.constant(name)}" for name in enum.values)
    parts = [
        f"// ---- {enum.type}\n",
        switch_function(f"std::string_view toText({enum.type} value)", enum, quoted, "{}"),
        switch_function(f"std::string_view describe({enum.type} value)", enum, lambda n: quoted(enum.describe(n)), "{}"),
        parse_function(enum),
        f"std::string_view allowed{enum.type}() noexcept {{ return {quoted(', '.join(enum.values))}; }}\n",
        f"std::span<const {enum.type}> all{enum.plural}() noexcept {{\n"
        f"  static constexpr {enum.type} kAll[] = {{{everything}}};\n  return kAll;\n}}\n",
    ]
    if enum.numbers:
        parts.append(from_number_function(enum))
    return "".join(parts)


SET_OF = """
// The bit of a value in a set of up to 64.
template <class E>
constexpr std::uint64_t bit(E value) noexcept {
  return std::uint64_t{1} << static_cast<unsigned>(value);
}

"""


def set_of(enum, names):
    return " | ".join(f"bit({enum.type}::{enum.constant(name)})" for name in names) or "0"


def state_rules(vocabulary):
    states, events = vocabulary.delivery_states, vocabulary.event_types

    def flag(key):
        return lambda name: "true" if states.values[name][key] else "false"

    def after(name):
        state = events.values[name].get("state")
        return f"DeliveryState::{states.constant(state)}" if state else "std::nullopt"

    return (
        switch_function("bool isLive(DeliveryState value)", states, flag("live"), "false")
        + "bool isFinal(DeliveryState value) noexcept { return !isLive(value); }\n"
        + switch_function("bool isInitial(DeliveryState value)", states, flag("initial"), "false")
        + switch_function("int rank(DeliveryState value)", states, lambda n: str(states.values[n]["rank"]), "0")
        + switch_function("static std::uint64_t statesAfter(DeliveryState value)", states, lambda n: set_of(states, states.transitions[n]), "0")
        + "bool mayTransition(DeliveryState from, DeliveryState to) noexcept { return (statesAfter(from) & bit(to)) != 0; }\n"
        + switch_function("std::optional<DeliveryState> stateAfter(EventType value)", events, after, "std::nullopt")
    )


def role_rules(vocabulary):
    roles, scopes = vocabulary.roles, vocabulary.scopes
    return (
        switch_function("static std::uint64_t scopesOf(Role value)", roles, lambda n: set_of(scopes, vocabulary.grants(n)), "0")
        + "bool grants(Role role, Scope scope) noexcept { return (scopesOf(role) & bit(scope)) != 0; }\n"
    )


def error_rules(vocabulary):
    errors = vocabulary.error_codes

    def slug(name):
        return errors.values[name].get("slug", name.replace("_", "-"))

    def retry_after(name):
        return "true" if errors.values[name].get("retry_after") else "false"

    return (
        switch_function("int httpStatus(ErrorCode value)", errors, lambda n: str(errors.values[n]["status"]), "500")
        + switch_function("std::string_view title(ErrorCode value)", errors, lambda n: quoted(errors.values[n]["title"]), "{}")
        + switch_function("std::string_view typeSlug(ErrorCode value)", errors, lambda n: quoted(slug(n)), "{}")
        + switch_function("bool wantsRetryAfter(ErrorCode value)", errors, retry_after, "false")
    )


def source(vocabulary):
    enums = "\n".join(definitions(enum) for enum in vocabulary.enums.values())
    rules = "\n".join([state_rules(vocabulary), role_rules(vocabulary), error_rules(vocabulary)])
    return (
        f'// {NOTICE}\n{UNFORMATTED}#include "model/vocabulary.h"\n\nnamespace belfry {{\n\n{enums}'
        f"\n// ---- rules\n{SET_OF}{rules}\n}}  // namespace belfry\n"
    )
