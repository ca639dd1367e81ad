#include <fstream>
#include <thread>

#include "adapters/postgres/database_roles.h"
#include "adapters/postgres/migrator.h"
#include "pg_fixture.h"
#include "sql_statements.h"

namespace belfry::pg::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Names = std::vector<std::string>;

class MigratorTest : public OwnDatabase {
 protected:
  MigratorTest() {
    write("001_first", "CREATE TABLE belfry.first (n int);", "DROP TABLE belfry.first;");
    write("002_second", "CREATE TABLE belfry.second (n int); INSERT INTO belfry.second VALUES (1);",
          "DROP TABLE belfry.second;");
  }

  void file(const std::string& name, const std::string& text) {
    fs::create_directories(dir_.path() / "migrations");
    std::ofstream(dir_.path() / name, std::ios::trunc) << text;
  }
  void write(const std::string& name, const std::string& up, const std::string& down) {
    file("migrations/" + name + ".up.sql", up);
    file("migrations/" + name + ".down.sql", down);
  }
  void remove(const std::string& name) { fs::remove(dir_.path() / "migrations" / name); }

  Migrator migrator() { return Migrator(database_.url(), dir_.path(), quietLog()); }
  Names up(std::optional<int> target = std::nullopt) { return migrator().up(target); }
  std::string tables() {
    return database_.scalar(
        "SELECT coalesce(string_agg(tablename, ' ' ORDER BY tablename), '') FROM pg_tables WHERE schemaname = "
        "'belfry'");
  }
  std::string states() {
    std::string all;
    for (const auto& entry : migrator().status().entries) all += entry.name + ":" + toText(entry.state) + " ";
    return all;
  }
  template <class Body>
  std::string errorText(Body&& body) {
    try {
      body();
    } catch (const MigrationError& error) {
      return error.what();
    }
    ADD_FAILURE() << "no MigrationError was thrown";
    return "";
  }

  TemporaryDirectory dir_;
};

TEST_F(MigratorTest, UpAppliesAllInOrderOnce) {
  EXPECT_EQ(up(), (Names{"001_first", "002_second"}));
  EXPECT_EQ(tables(), "first second");
  EXPECT_EQ(up(), Names{});
  EXPECT_EQ(database_.scalar("SELECT count(*) FROM belfry.second"), "1");
}

TEST_F(MigratorTest, UpStopsAtItsTarget) {
  EXPECT_EQ(up(1), (Names{"001_first"}));
  EXPECT_EQ(states(), "001_first:applied 002_second:pending ");
  EXPECT_EQ(up(), (Names{"002_second"}));
  EXPECT_THAT(errorText([&] { up(3); }), HasSubstr("allowed: 1 to 2"));
}

TEST_F(MigratorTest, DownTakesBackNewestFirst) {
  up();
  EXPECT_EQ(migrator().down(0), (Names{"002_second", "001_first"}));
  EXPECT_EQ(tables(), "");
  EXPECT_EQ(migrator().down(0), Names{});
  EXPECT_EQ(up(), (Names{"001_first", "002_second"}));
  EXPECT_EQ(migrator().down(1), (Names{"002_second"}));
  EXPECT_EQ(tables(), "first");
}

TEST_F(MigratorTest, DownOfAnEmptyDatabaseDoesNothing) { EXPECT_EQ(migrator().down(0), Names{}); }

TEST_F(MigratorTest, StatusReadsOnly) {
  EXPECT_EQ(states(), "001_first:pending 002_second:pending ");
  EXPECT_EQ(database_.scalar("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'belfry%'"), "0");
  EXPECT_EQ(migrator().status().version(), 0);
  up();
  const MigrationStatus status = migrator().status();
  EXPECT_EQ(status.version(), 2);
  EXPECT_TRUE(status.current());
  EXPECT_TRUE(status.entries[0].applied_at.has_value());
}

TEST_F(MigratorTest, AChangedMigrationIsNamed) {
  up();
  write("001_first", "CREATE TABLE belfry.first (n bigint);", "DROP TABLE belfry.first;");
  EXPECT_EQ(states(), "001_first:changed 002_second:applied ");
  EXPECT_FALSE(migrator().status().current());
  const std::string text = errorText([&] { up(); });
  EXPECT_THAT(text, HasSubstr("001_first.up.sql"));
  EXPECT_THAT(text, HasSubstr("a merged migration is never edited"));
  EXPECT_THAT(errorText([&] { migrator().down(0); }), HasSubstr("001_first.up.sql"));
}

TEST_F(MigratorTest, ADatabaseThatIsNewerIsNamed) {
  up();
  remove("002_second.up.sql");
  remove("002_second.down.sql");
  EXPECT_EQ(states(), "001_first:applied 002_second:unknown ");
  EXPECT_THAT(errorText([&] { up(); }), HasSubstr("002_second, which this build does not know"));
}

TEST_F(MigratorTest, AFailedMigrationLeavesNothingHalfDone) {
  write("002_second",
        "CREATE TABLE belfry.second (n int);\nCREATE TABLE belfry.half (n int);\nSELECT bogus FROM belfry.first;", "");
  const std::string text = errorText([&] { up(); });
  EXPECT_THAT(text, HasSubstr("002_second.up.sql:3: "));
  EXPECT_THAT(text, HasSubstr("bogus"));
  EXPECT_EQ(tables(), "first");
  EXPECT_EQ(states(), "001_first:applied 002_second:pending ");
  write("002_second", "CREATE TABLE belfry.second (n int);", "DROP TABLE belfry.second;");
  EXPECT_EQ(up(), (Names{"002_second"}));
}

TEST_F(MigratorTest, AFailedDownLeavesItApplied) {
  write("002_second", "CREATE TABLE belfry.second (n int);", "DROP TABLE belfry.second; SELECT 1/0;");
  up();
  EXPECT_THAT(errorText([&] { migrator().down(1); }), HasSubstr("002_second.down.sql"));
  EXPECT_EQ(tables(), "first second");
  EXPECT_EQ(states(), "001_first:applied 002_second:applied ");
}

TEST_F(MigratorTest, AMigrationMustNotEndItsTransaction) {
  write("002_second", "CREATE TABLE belfry.second (n int); COMMIT;", "");
  EXPECT_THAT(errorText([&] { up(); }), HasSubstr("allowed: no BEGIN, COMMIT or ROLLBACK"));
}

TEST_F(MigratorTest, TheVocabularyIsRepeatedWhenItChanges) {
  file("vocabulary.sql", "CREATE TABLE IF NOT EXISTS belfry.words (w text); INSERT INTO belfry.words VALUES ('a');");
  EXPECT_TRUE(migrator().status().vocabulary_pending);
  EXPECT_EQ(up(), (Names{"vocabulary", "001_first", "002_second"}));
  EXPECT_EQ(up(), Names{});
  file("vocabulary.sql", "INSERT INTO belfry.words VALUES ('b');");
  EXPECT_FALSE(migrator().status().current());
  EXPECT_EQ(up(), (Names{"vocabulary"}));
  EXPECT_EQ(database_.scalar("SELECT string_agg(w, '' ORDER BY w) FROM belfry.words"), "ab");
}

TEST_F(MigratorTest, HostsThatStartTogetherMigrateOnce) {
  write("001_first", "SELECT pg_sleep(0.05); CREATE TABLE belfry.first (n int);", "DROP TABLE belfry.first;");
  std::vector<std::size_t> applied(6);
  std::vector<std::thread> hosts;
  for (std::size_t& count : applied) hosts.emplace_back([&] { count = up().size(); });
  for (std::thread& host : hosts) host.join();
  std::sort(applied.begin(), applied.end());
  EXPECT_EQ(applied, (std::vector<std::size_t>{0, 0, 0, 0, 0, 2}));
}

TEST_F(MigratorTest, RolesAreMadeAndUsable) {
  up();
  EXPECT_EQ(
      database_.scalar("SELECT string_agg(rolcanlogin::text || rolsuper::text || rolbypassrls::text, ' ') FROM pg_roles"
                       " WHERE rolname IN ('belfry_app', 'belfry_system')"),
      "falsefalsefalse falsefalsefalse");
  for (const char* role : {kAppRole, kSystemRole}) {
    auto settings = sessionOf(database_.url());
    settings.role = role;
    EXPECT_EQ(Connection(settings, quietLog()).run(statement("SELECT current_user::text"))[0].text(0), role);
  }
}

TEST_F(MigratorTest, AUserWithoutRightsLearnsWhatToAskFor) {
  up();  // the roles are there
  const std::string user = database_.name() + "_poor";
  database_.sql("CREATE ROLE " + user + " LOGIN");
  Migrator poor(database_.urlAs(user), dir_.path(), quietLog());
  EXPECT_THAT(errorText([&] { poor.up(); }), HasSubstr("GRANT belfry_app TO \"" + user + "\""));
  database_.sql("GRANT belfry_app, belfry_system TO " + user);
  TestDatabase other;
  Migrator without_create(other.urlAs(user), dir_.path(), quietLog());
  EXPECT_THAT(errorText([&] { without_create.up(); }), HasSubstr("grant CREATE on this database"));
  database_.sql("DROP ROLE " + user);
}

TEST_F(MigratorTest, BadFoldersAreRefused) {
  const auto text = [&] { return errorText([&] { migrator(); }); };
  file("migrations/3_third.up.sql", "");
  EXPECT_THAT(text(), HasSubstr("3_third.up.sql: is not named like a migration; allowed: NNN_name.up.sql"));
  remove("3_third.up.sql");
  file("migrations/002_other.up.sql", "");
  EXPECT_THAT(text(), HasSubstr("002_second.down.sql: version 002 is already taken by 002_other"));
  remove("002_other.up.sql");
  write("004_fourth", "", "");
  EXPECT_THAT(text(), HasSubstr("version 003 is missing before it"));
  remove("004_fourth.up.sql");
  remove("004_fourth.down.sql");
  remove("002_second.down.sql");
  EXPECT_THAT(text(), HasSubstr("002_second.down.sql: is missing"));
  remove("002_second.up.sql");
  file("migrations/002_second.down.sql", "");
  EXPECT_THAT(text(), HasSubstr("002_second.up.sql: is missing"));
  EXPECT_THROW(readMigrations(dir_.path() / "nowhere"), MigrationError);
}

/// The schema of this project itself.
class OwnSchema : public OwnDatabase {
 protected:
  Migrator migrator() {
    const char* source = std::getenv("BELFRY_SOURCE_DIR");
    if (!source) throw std::runtime_error("BELFRY_SOURCE_DIR is not set; run the test with ctest");
    return Migrator(database_.url(), fs::path(source) / "schemas" / "postgres", quietLog());
  }
  std::string objects() {
    return database_.scalar(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'belfry'");
  }
};

TEST_F(OwnSchema, GoesUpAndDownAndUp) {
  const Names done = migrator().up();
  const std::string full = objects();
  EXPECT_TRUE(migrator().status().current());
  migrator().down(0);
  EXPECT_EQ(objects(), "0");
  EXPECT_EQ(migrator().up().size() + 1, done.size()) << "all but the vocabulary";
  EXPECT_EQ(objects(), full);
}

/// Names, columns and operators are not checked at build time: this does it for all statements at once.
TEST_F(OwnSchema, EveryStatementFitsIt) {
  migrator().up();
  Connection connection(sessionOf(database_.url()), quietLog());
  for (const Statement* one : sql::all()) {
    try {
      connection.runText((std::string("PREPARE ") + one->name + " AS " + one->sql).c_str());
    } catch (const SqlError& error) {
      // Only PREPARE without types has to guess them (42P08, 42P18); Connection declares the type of each parameter.
      EXPECT_THAT(error.sqlstate(), ::testing::AnyOf("42P08", "42P18")) << one->name << ": " << error.what();
    }
  }
  EXPECT_FALSE(sql::all().empty());
}

}  // namespace
}  // namespace belfry::pg::test
