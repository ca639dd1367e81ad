// Parameters there, rows back: every type, on the real server.
#include <limits>

#include "pg_fixture.h"

namespace belfry::pg::test {
namespace {

using Values = SharedDatabase;

Uuid uuidOf(const char* text) { return Uuid::parse(text).value(); }
const Uuid kId = uuidOf("01890a5d-ac96-774b-bcce-b302099a8057");
const Uuid kOther = uuidOf("ffffffff-ffff-7fff-bfff-ffffffffffff");

TimePoint at(const char* text) { return parseRfc3339(text).value(); }

TEST_F(Values, ScalarsComeBackAsTheyWent) {
  const auto rows = run("SELECT $1, $2, $3, $4, $5, $6",
                        params(kId, std::string_view("Grüße 🔔 'x' \\"), std::numeric_limits<std::int64_t>::min(),
                               std::int32_t{-7}, true, false));
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].uuid(0), kId);
  EXPECT_EQ(rows[0].text(1), "Grüße 🔔 'x' \\");
  EXPECT_EQ(rows[0].int64(2), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(rows[0].int64(3), -7);
  EXPECT_TRUE(rows[0].boolean(4));
  EXPECT_FALSE(rows[0].boolean(5));
}

TEST_F(Values, TheServerReadsThemAsTheirTypes) {
  const auto rows =
      run("SELECT pg_typeof($1)::text, $1::text, pg_typeof($2)::text, pg_typeof($3)::text, $3::text, "
          "pg_typeof($4)::text, $4::text,"
          " pg_typeof($5)::text, $5::text",
          params(kId, "x", std::int64_t{1} << 40, std::int32_t{42}, true));
  const char* expected[] = {
      "uuid", "01890a5d-ac96-774b-bcce-b302099a8057", "text", "bigint", "1099511627776", "integer", "42", "boolean",
      "true"};
  for (int column = 0; column < 9; ++column) EXPECT_EQ(rows[0].text(column), expected[column]) << column;
}

TEST_F(Values, BytesHoldEveryByte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  Params p;
  p.addBytes(all);
  p.addBytes("");
  p.addNullableBytes(std::optional<std::string>());
  p.addNullableBytes(std::optional<std::string_view>("\x01"));
  const auto rows = run("SELECT $1, $2, $3, $4, encode($1, 'hex')", p);
  EXPECT_EQ(rows[0].bytes(0), all);
  EXPECT_EQ(rows[0].bytes(1), "");
  EXPECT_EQ(rows[0].maybeBytes(2), std::nullopt);
  EXPECT_EQ(rows[0].maybeBytes(3), "\x01");
  EXPECT_EQ(rows[0].text(4).substr(0, 8), "00010203");
}

TEST_F(Values, InstantsKeepMicrosecondsOnBothSidesOf2000) {
  for (const char* text :
       {"1970-01-01T00:00:00.000001Z", "1999-12-31T23:59:59.999999Z", "2000-01-01T00:00:00.000000Z",
        "2000-01-01T00:00:00.000001Z", "2026-12-01T09:00:00.123456Z", "9999-12-31T23:59:59.999999Z"}) {
    const auto rows =
        run("SELECT $1, to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')", params(at(text)));
    EXPECT_EQ(rows[0].time(0), at(text)) << text;
    EXPECT_EQ(rows[0].text(1), text);
  }
  const TimePoint before_1970{Duration(-1)};
  EXPECT_EQ(run("SELECT $1", params(before_1970))[0].time(0), before_1970);
}

TEST_F(Values, TheServersOwnInstantsAreReadInUtc) {
  const auto rows = run("SELECT timestamptz '2024-07-01 12:00:00.000007+02', current_setting('TimeZone')");
  EXPECT_EQ(rows[0].time(0), at("2024-07-01T10:00:00.000007Z"));
  EXPECT_EQ(rows[0].text(1), "UTC");
}

TEST_F(Values, InfiniteInstantsAreRefused) {
  const auto rows = run("SELECT 'infinity'::timestamptz AS forever, '-infinity'::timestamptz");
  EXPECT_THAT(logicErrorOf([&] { rows[0].time(0); }), ::testing::HasSubstr("forever"));
  EXPECT_THROW(rows[0].time(1), std::logic_error);
  EXPECT_THROW(params(TimePoint::min()), std::out_of_range);
}

TEST_F(Values, EmptyOptionalsAreNullsOfTheirType) {
  const auto rows = run("SELECT $1, $2, $3, $4, $5, $6, pg_typeof($1)::text, pg_typeof($5)::text",
                        params(std::optional<Uuid>(), std::optional<std::string>(), std::optional<std::int64_t>(),
                               std::optional<bool>(), std::optional<TimePoint>(), std::optional<std::int32_t>()));
  EXPECT_EQ(rows[0].maybeUuid(0), std::nullopt);
  EXPECT_EQ(rows[0].maybeText(1), std::nullopt);
  EXPECT_EQ(rows[0].maybeInt64(2), std::nullopt);
  EXPECT_EQ(rows[0].maybeBoolean(3), std::nullopt);
  EXPECT_EQ(rows[0].maybeTime(4), std::nullopt);
  EXPECT_TRUE(rows[0].isNull(5));
  EXPECT_EQ(rows[0].text(6), "uuid");
  EXPECT_EQ(rows[0].text(7), "timestamp with time zone");
}

TEST_F(Values, FullOptionalsAreValues) {
  const auto rows =
      run("SELECT $1, $2, $3, $4", params(std::optional(kId), std::optional(std::string("x")), std::optional(true),
                                          std::optional(at("2026-01-01T00:00:00Z"))));
  EXPECT_EQ(rows[0].maybeUuid(0), kId);
  EXPECT_EQ(rows[0].maybeText(1), "x");
  EXPECT_EQ(rows[0].maybeBoolean(2), true);
  EXPECT_EQ(rows[0].maybeTime(3), at("2026-01-01T00:00:00Z"));
}

TEST_F(Values, UntypedNullTakesTheColumnsType) {
  Params p;
  p.addNull();
  EXPECT_EQ(run("SELECT coalesce($1, 5)", p)[0].int64(0), 5);
}

TEST_F(Values, IdTypesAreUuids) {
  EXPECT_EQ(run("SELECT $1", params(TenantId{kId}))[0].uuid(0), kId);
  EXPECT_EQ(run("SELECT $1", params(std::optional<TenantId>()))[0].maybeUuid(0), std::nullopt);
  Params p;
  p.addUuids(std::vector<TenantId>{{kId}, {kOther}});
  EXPECT_EQ(run("SELECT $1", p)[0].uuids(0), (std::vector<Uuid>{kId, kOther}));
}

TEST_F(Values, SmallIntegersAndFloats) {
  const auto rows = run("SELECT (-3)::int2, 7::int4, (-9)::int8, 0.5::float4, -1.25::float8");
  EXPECT_EQ(rows[0].int64(0), -3);
  EXPECT_EQ(rows[0].int64(1), 7);
  EXPECT_EQ(rows[0].maybeInt64(2), -9);
  EXPECT_EQ(rows[0].real(3), 0.5);
  EXPECT_EQ(rows[0].maybeReal(4), -1.25);
}

TEST_F(Values, TextLikeTypesReadAsText) {
  connection_->runText("CREATE SCHEMA IF NOT EXISTS belfry; CREATE DOMAIN belfry.word AS text CHECK (VALUE <> 'bad')");
  const auto rows =
      run("SELECT 'a'::varchar(5), 'b'::char(3), 'c'::name, '{\"k\": [1, null]}'::jsonb, '{\"k\" :1}'::json, "
          "'w'::belfry.word, 'u'");
  EXPECT_EQ(rows[0].text(0), "a");
  EXPECT_EQ(rows[0].text(1), "b  ");
  EXPECT_EQ(rows[0].text(2), "c");
  EXPECT_EQ(rows[0].text(3), R"({"k": [1, null]})");
  EXPECT_EQ(rows[0].text(4), R"({"k" :1})");
  EXPECT_EQ(rows[0].text(5), "w");
  EXPECT_EQ(rows[0].text(6), "u");
}

TEST_F(Values, ArraysComeBackAsTheyWent) {
  Params p;
  p.addUuids(std::vector<Uuid>{kId, kOther});
  p.addTexts(std::vector<std::string>{"", "a,b", "{\"}", "NULL"});
  p.addInt8s(std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::max(), -1});
  p.addInt4s(std::vector<std::int32_t>{1, -2});
  p.addInt2s(std::vector<std::int16_t>{-3, 4});
  const auto rows = run("SELECT $1, $2, $3, $4, $5", p);
  EXPECT_EQ(rows[0].uuids(0), (std::vector<Uuid>{kId, kOther}));
  EXPECT_EQ(rows[0].texts(1), (std::vector<std::string_view>{"", "a,b", "{\"}", "NULL"}));
  EXPECT_EQ(rows[0].int64s(2), (std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::max(), -1}));
  EXPECT_EQ(rows[0].int64s(3), (std::vector<std::int64_t>{1, -2}));
  EXPECT_EQ(rows[0].int64s(4), (std::vector<std::int64_t>{-3, 4}));
}

TEST_F(Values, ArraysOfEveryTypeUnnest) {
  Params p;
  p.addBools(std::vector<bool>{true, false});
  p.addTimes(std::vector<TimePoint>{at("1999-01-01T00:00:00.000001Z"), at("2026-01-01T00:00:00Z")});
  p.addByteas(std::vector<std::string>{std::string("\0\xff", 2), ""});
  p.addTexts(std::vector<std::string_view>{"x", "y"});
  const auto rows = run("SELECT * FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS t(b, at, raw, word, n) ORDER BY n", p);
  ASSERT_EQ(rows.size(), 2);
  EXPECT_TRUE(rows[0].boolean(0));
  EXPECT_FALSE(rows[1].boolean(0));
  EXPECT_EQ(rows[0].time(1), at("1999-01-01T00:00:00.000001Z"));
  EXPECT_EQ(rows[0].bytes(2), std::string_view("\0\xff", 2));
  EXPECT_EQ(rows[1].bytes(2), "");
  EXPECT_EQ(rows[1].text(3), "y");
}

TEST_F(Values, ArraysHoldNulls) {
  Params p;
  p.addNullableTexts(std::vector<std::optional<std::string_view>>{"a", std::nullopt, ""});
  p.addNullableUuids(std::vector<std::optional<Uuid>>{std::nullopt, kId, std::nullopt});
  p.addNullableByteas(std::vector<std::optional<std::string>>{std::nullopt, "x", ""});
  p.addNullableInt8s(std::vector<std::optional<std::int64_t>>{1, std::nullopt, 3});
  p.addNullableTimes(std::vector<std::optional<TimePoint>>{std::nullopt, at("2026-01-01T00:00:00Z"), std::nullopt});
  p.addNullableBools(std::vector<std::optional<bool>>{true, false, std::nullopt});
  p.addNullableInt4s(std::vector<std::optional<std::int32_t>>{std::nullopt, 5, 6});
  p.addNullableInt2s(std::vector<std::optional<std::int16_t>>{std::nullopt, 7, 8});
  const auto rows = run("SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)", p);
  ASSERT_EQ(rows.size(), 3);
  std::string nulls;
  for (const Row row : rows) {
    for (int column = 0; column < 8; ++column) nulls += row.isNull(column) ? 'N' : '.';
    nulls += ' ';
  }
  EXPECT_EQ(nulls, ".NN.N.NN N..N.... .N..NN.. ");
  const auto whole = run("SELECT $1, $2, $3, $4, $5, $6, $7, $8", p);
  EXPECT_EQ(whole[0].maybeTexts(0), (std::vector<std::optional<std::string_view>>{"a", std::nullopt, ""}));
  EXPECT_EQ(whole[0].maybeUuids(1), (std::vector<std::optional<Uuid>>{std::nullopt, kId, std::nullopt}));
  EXPECT_THAT(logicErrorOf([&] { whole[0].texts(0); }), ::testing::HasSubstr("NULL element"));
  EXPECT_THROW(whole[0].uuids(1), std::logic_error);
  EXPECT_THROW(whole[0].int64s(3), std::logic_error);
}

TEST_F(Values, EmptyArraysAreEmptyNotNull) {
  Params p;
  p.addUuids(std::vector<Uuid>{});
  p.addTexts(std::vector<std::string>{});
  p.addNullableTexts(std::vector<std::optional<std::string_view>>{});
  const auto rows = run("SELECT $1, $2, $3, cardinality($1), array_ndims($2) IS NULL", p);
  EXPECT_TRUE(rows[0].uuids(0).empty());
  EXPECT_TRUE(rows[0].texts(1).empty());
  EXPECT_TRUE(rows[0].maybeTexts(2).empty());
  EXPECT_EQ(rows[0].int64(3), 0);
  EXPECT_EQ(run("SELECT * FROM unnest($1, $2, $3)", p).size(), 0);
}

TEST_F(Values, EmptyArrayEqualsTheServersOwn) {
  Params p;
  p.addTexts(std::vector<std::string>{});
  EXPECT_TRUE(run("SELECT $1 = '{}'::text[]", p)[0].boolean(0));
}

TEST_F(Values, ManyRowsInOneRoundTrip) {
  std::vector<std::int64_t> numbers(20000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int64_t>(i);
  std::vector<std::string> texts(numbers.size(), std::string(300, 'x'));
  Params p;
  p.addInt8s(numbers);
  p.addTexts(texts);
  const auto rows = run("SELECT n, t FROM unnest($1, $2) AS u(n, t) ORDER BY n", p);
  ASSERT_EQ(rows.size(), 20000);
  EXPECT_EQ(rows[19999].int64(0), 19999);
  EXPECT_EQ(rows[19999].text(1).size(), 300U);
}

TEST_F(Values, WrongTypesAreNamedNeverRead) {
  const auto rows =
      run("SELECT 1::int4 AS number, 'x'::text AS word, $1 AS id, now()::timestamp AS local, 1.5::numeric AS amount",
          params(kId));
  const std::string message = logicErrorOf([&] { rows[0].text(0); });
  EXPECT_EQ(message, "column 0 (number): is int4, read as text");
  EXPECT_EQ(logicErrorOf([&] { rows[0].int64(1); }), "column 1 (word): is text, read as integer");
  EXPECT_EQ(logicErrorOf([&] { rows[0].bytes(2); }), "column 2 (id): is uuid, read as bytea");
  EXPECT_THROW(rows[0].uuid(1), std::logic_error);
  EXPECT_THROW(rows[0].boolean(0), std::logic_error);
  EXPECT_THROW(rows[0].time(3), std::logic_error);
  EXPECT_THROW(rows[0].real(4), std::logic_error);
  EXPECT_THROW(rows[0].texts(1), std::logic_error);
  EXPECT_THROW(rows[0].maybeUuid(0), std::logic_error);
}

TEST_F(Values, NullWhereAValueIsExpectedIsNamed) {
  const auto rows = run(
      "SELECT NULL::text AS word, NULL::int8, NULL::uuid, NULL::timestamptz, NULL::bool, NULL::bytea, NULL::text[]");
  EXPECT_EQ(logicErrorOf([&] { rows[0].text(0); }), "column 0 (word): is NULL, read as text");
  EXPECT_THROW(rows[0].int64(1), std::logic_error);
  EXPECT_THROW(rows[0].uuid(2), std::logic_error);
  EXPECT_THROW(rows[0].time(3), std::logic_error);
  EXPECT_THROW(rows[0].boolean(4), std::logic_error);
  EXPECT_THROW(rows[0].bytes(5), std::logic_error);
  EXPECT_THROW(rows[0].texts(6), std::logic_error);
}

TEST_F(Values, ColumnsAndRowsThatAreNotThereAreRefused) {
  const auto rows = run("SELECT 1");
  EXPECT_THROW(rows[0].int64(1), std::logic_error);
  EXPECT_THROW(rows[0].isNull(-1), std::logic_error);
  EXPECT_THROW(rows[1], std::logic_error);
  EXPECT_THROW(rows[-1], std::logic_error);
}

TEST_F(Values, ArraysOfTwoDimensionsAreRefused) {
  EXPECT_THROW(run("SELECT '{{a,b},{c,d}}'::text[]")[0].texts(0), std::logic_error);
}

TEST_F(Values, AffectedRowsAreCounted) {
  run("CREATE TABLE public.counted (n int)");
  EXPECT_EQ(run("INSERT INTO public.counted SELECT generate_series(1, 5)").affected(), 5);
  EXPECT_EQ(run("DELETE FROM public.counted WHERE n > 3").affected(), 2);
  EXPECT_EQ(run("CREATE TABLE public.uncounted (n int)").affected(), 0);
}

}  // namespace
}  // namespace belfry::pg::test
