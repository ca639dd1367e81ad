#include "kit/utf8.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace belfry {
namespace {

using namespace std::string_view_literals;

/// The straight way to decode one character, kept apart from the code under test. nullopt when ill-formed.
std::optional<std::size_t> decodedSize(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  const std::size_t size = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
  if (size == 0 || text.size() < size) return std::nullopt;
  std::uint32_t code = size == 1 ? lead : lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (byte(i) >> 6 != 2) return std::nullopt;
    code = code << 6 | (byte(i) & 0x3F);
  }
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return std::nullopt;
  return size;
}

bool decodes(std::string_view text) {
  while (!text.empty()) {
    const auto size = decodedSize(text);
    if (!size) return false;
    text.remove_prefix(*size);
  }
  return true;
}

/// How many texts of `size` bytes are judged otherwise than the decoder judges them.
std::size_t differencesAmongAll(std::size_t size) {
  std::size_t differing = 0;
  std::string text(size, '\0');
  for (std::uint32_t bits = 0; bits < (1U << (8 * size)); ++bits) {
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(bits >> (8 * i));
    if (isValidUtf8(text) != decodes(text)) ++differing;
  }
  return differing;
}

TEST(Utf8, AgreesWithADecoderOnEveryTextOfUpToThreeBytes) {
  EXPECT_EQ(differencesAmongAll(1), 0U);
  EXPECT_EQ(differencesAmongAll(2), 0U);
  EXPECT_EQ(differencesAmongAll(3), 0U);
}

TEST(Utf8, AgreesWithADecoderOnFourBytesAtEveryBoundary) {
  const std::vector<unsigned char> edges{0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                                         0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0,
                                         0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFE, 0xFF};
  std::size_t differing = 0;
  for (const auto a : edges) {
    for (const auto b : edges) {
      for (const auto c : edges) {
        for (const auto d : edges) {
          const std::array<char, 4> bytes{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c),
                                          static_cast<char>(d)};
          const std::string_view text(bytes.data(), bytes.size());
          if (isValidUtf8(text) != decodes(text)) ++differing;
        }
      }
    }
  }
  EXPECT_EQ(differing, 0U);
}

TEST(Utf8, FindsTheFirstBadByteAfterAnyLengthOfAscii) {
  for (std::size_t length = 0; length < 40; ++length) {
    const std::string ascii(length, 'a');
    EXPECT_EQ(validUtf8Prefix(ascii), length);
    EXPECT_EQ(validUtf8Prefix(ascii + "\xFF" + "more"), length);
    EXPECT_EQ(validUtf8Prefix(ascii + "€" + ascii + "\xE2\x82"), 2 * length + 3);
  }
}

TEST(Utf8, CountsNulAsACharacter) { EXPECT_TRUE(isValidUtf8("a\0b"sv)); }

TEST(Utf8, ReplacesMaximalSubparts) {
  // Unicode 15 §3.9, table 3-8.
  EXPECT_EQ(replaceInvalidUtf8("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"),
            "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd");
  // Tables 3-9 (overlong), 3-10 (surrogates) and 3-11 (truncated).
  EXPECT_EQ(replaceInvalidUtf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA");
  EXPECT_EQ(replaceInvalidUtf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
            "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA");
  EXPECT_EQ(replaceInvalidUtf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), "\uFFFD\uFFFD\uFFFD\uFFFDA");
}

TEST(Utf8, LeavesValidTextAlone) {
  for (const auto text : {""sv, "plain"sv, "Ünïcødé €"sv, "\U0001F514 bell"sv, "\U0010FFFF"sv}) {
    EXPECT_EQ(replaceInvalidUtf8(text), text);
  }
}

TEST(Utf8, WhatWasReplacedIsValid) {
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 1664525U + 1013904223U;
    noise.push_back(static_cast<char>(state >> 24));
  }
  EXPECT_FALSE(isValidUtf8(noise));
  EXPECT_TRUE(decodes(replaceInvalidUtf8(noise)));
}

}  // namespace
}  // namespace belfry
