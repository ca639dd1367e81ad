// One session: prepared statements, errors, transactions, what happens when it is lost.
#include <thread>

#include "adapters/postgres/conninfo.h"
#include "pg_fixture.h"

namespace belfry::pg::test {
namespace {

class ConnectionTest : public OwnDatabase {
 protected:
  Connection open() { return Connection(sessionOf(database_.url()), quietLog()); }
  void terminate(const Connection& connection) {
    database_.sql("SELECT pg_terminate_backend(" + std::to_string(connection.backendPid()) + ", 10000)");
  }
};

constexpr Statement kOne{"one", "SELECT 1"};
constexpr Statement kEcho{"echo", "SELECT $1"};

std::int64_t preparedOnServer(Connection& connection) {
  return connection.run({"count_prepared", "SELECT count(*) FROM pg_prepared_statements"})[0].int64(0);
}

TEST_F(ConnectionTest, SessionIsSetUp) {
  auto settings = sessionOf(database_.url());
  settings.statement_timeout = 1234ms;
  Connection connection(settings, quietLog());
  const auto rows = connection.run(statement(
      "SELECT current_setting('TimeZone'), current_setting('search_path'), current_setting('statement_timeout'),"
      " current_setting('application_name'), current_setting('client_encoding'), current_user::text"));
  const char* expected[] = {"UTC", "belfry", "1234ms", "belfry-test", "UTF8", "belfry"};
  for (int column = 0; column < 6; ++column) EXPECT_EQ(rows[0].text(column), expected[column]);
}

TEST_F(ConnectionTest, RoleIsTaken) {
  const std::string role = database_.name() + "_role";
  database_.sql("CREATE ROLE " + role + " NOLOGIN; GRANT " + role + " TO belfry");
  {
    auto settings = sessionOf(database_.url());
    settings.role = role;
    Connection connection(settings, quietLog());
    EXPECT_EQ(connection.run(statement("SELECT current_user::text"))[0].text(0), role);
  }
  database_.sql("DROP ROLE " + role);
}

TEST_F(ConnectionTest, UnknownRoleIsAnError) {
  auto settings = sessionOf(database_.url());
  settings.role = "no_such_role";
  const SqlError error = errorOf([&] { Connection(settings, quietLog()); });
  EXPECT_THAT(error.what(), ::testing::HasSubstr("no_such_role"));
  EXPECT_FALSE(error.connectionLost());
}

TEST_F(ConnectionTest, StatementsArePreparedOnce) {
  Connection connection = open();
  for (std::int64_t i = 0; i < 5; ++i) EXPECT_EQ(connection.run(kEcho, params(i))[0].int64(0), i);
  EXPECT_EQ(connection.preparedCount(), 1U);
  EXPECT_EQ(preparedOnServer(connection), 2);  // with the one that counts
}

TEST_F(ConnectionTest, NullFitsAPreparedTypeAndOtherTypesGetAVariant) {
  Connection connection = open();
  EXPECT_EQ(connection.run(kEcho, params(std::int64_t{7}))[0].int64(0), 7);
  EXPECT_TRUE(connection.run(kEcho, params(std::optional<std::string>()))[0].isNull(0));
  EXPECT_EQ(connection.preparedCount(), 1U);
  EXPECT_EQ(connection.run(kEcho, params("text"))[0].text(0), "text");
  EXPECT_EQ(connection.preparedCount(), 2U);
  EXPECT_EQ(connection.run(kEcho, params(std::int64_t{8}))[0].int64(0), 8);
  EXPECT_EQ(connection.preparedCount(), 2U);
}

TEST_F(ConnectionTest, UntypedNullFirstDoesNotSpoilTheNextCall) {
  Connection connection = open();
  Params null;
  null.addNull();
  EXPECT_TRUE(connection.run(kEcho, null)[0].isNull(0));
  EXPECT_EQ(connection.run(kEcho, params(std::int64_t{9}))[0].int64(0), 9);
}

TEST_F(ConnectionTest, ErrorsSayWhatFailed) {
  Connection connection = open();
  connection.runText(
      "CREATE TABLE public.t (id int PRIMARY KEY, word text CONSTRAINT word_short CHECK (length(word) < 4))");
  const SqlError check = errorOf([&] {
    connection.run({"t_insert", "INSERT INTO public.t VALUES (1, $1)"}, params("secret"));
  });
  EXPECT_EQ(check.sqlstate(), "23514");
  EXPECT_EQ(check.constraint(), "word_short");
  EXPECT_EQ(check.statement(), "t_insert");
  EXPECT_THAT(check.what(), ::testing::StartsWith("t_insert: "));
  EXPECT_THAT(check.what(), ::testing::Not(::testing::HasSubstr("secret")));
  EXPECT_THAT(check.detail(), ::testing::HasSubstr("secret"));
  EXPECT_FALSE(check.connectionLost() || check.retryable() || check.ambiguous());
  const SqlError syntax = errorOf([&] { connection.run({"bad", "SELECT 1 FROMM x y"}); });
  EXPECT_EQ(syntax.sqlstate(), "42601");
  EXPECT_GT(syntax.position(), 1);
  EXPECT_EQ(connection.run(kOne).size(), 1);
}

TEST_F(ConnectionTest, SerializationFailuresAreRetryable) {
  Connection connection = open();
  for (const char* state : {"40001", "40P01", "53300", "57P01"}) {
    const std::string sql = std::string("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '") + state + "'; END $$";
    EXPECT_TRUE(errorOf([&] { connection.runText(sql.c_str()); }).retryable()) << state;
  }
  EXPECT_FALSE(errorOf([&] { connection.runText("SELECT 1/0"); }).retryable());
}

TEST_F(ConnectionTest, StatementTimeoutIsKept) {
  auto settings = sessionOf(database_.url());
  settings.statement_timeout = 50ms;
  Connection connection(settings, quietLog());
  const SqlError error = errorOf([&] { connection.run(statement("SELECT pg_sleep(60)")); });
  EXPECT_EQ(error.sqlstate(), "57014");
  EXPECT_FALSE(error.connectionLost());
  EXPECT_EQ(connection.run(kOne).size(), 1);
}

TEST_F(ConnectionTest, TextRunsSeveralStatements) {
  Connection connection = open();
  const auto rows =
      connection.runText("CREATE TABLE public.a (n int); INSERT INTO public.a VALUES (5); SELECT n FROM public.a");
  EXPECT_EQ(rows[0].text(0), "5");
  EXPECT_THROW(rows[0].int64(0), std::logic_error);
  EXPECT_EQ(errorOf([&] { connection.runText("INSERT INTO public.a VALUES (6); SELECT 1/0; SELECT 7"); }).sqlstate(),
            "22012");
  EXPECT_EQ(connection.run(statement("SELECT count(*) FROM public.a"))[0].int64(0), 1);
}

TEST_F(ConnectionTest, CopyIsRefusedAndTheSessionHeals) {
  Connection connection = open();
  EXPECT_THROW(connection.runText("COPY (SELECT 1) TO STDOUT"), std::logic_error);
  EXPECT_FALSE(connection.usable());
  EXPECT_TRUE(connection.heal());
  EXPECT_EQ(connection.run(kOne).size(), 1);
}

TEST_F(ConnectionTest, TransactionsCommitAndRollBack) {
  Connection connection = open();
  connection.runText("CREATE TABLE public.t (n int)");
  const Statement insert{"t_insert", "INSERT INTO public.t VALUES ($1)"};
  const auto count = [&] { return connection.run({"t_count", "SELECT count(*) FROM public.t"})[0].int64(0); };
  {
    Transaction transaction(connection);
    transaction.run(insert, params(std::int32_t{1}));
    EXPECT_TRUE(connection.inTransaction());
  }
  EXPECT_FALSE(connection.inTransaction());
  EXPECT_EQ(count(), 0);
  Transaction transaction(connection);
  transaction.run(insert, params(std::int32_t{2}));
  transaction.commit();
  EXPECT_EQ(count(), 1);
}

TEST_F(ConnectionTest, CommitOfAFailedTransactionIsAnError) {
  Connection connection = open();
  Transaction transaction(connection);
  EXPECT_THROW(transaction.run({"zero", "SELECT 1/0"}), SqlError);
  const SqlError error = errorOf([&] { transaction.commit(); });
  EXPECT_EQ(error.sqlstate(), "25P02");
  EXPECT_FALSE(error.ambiguous());
  EXPECT_EQ(connection.run(kOne).size(), 1);
}

TEST_F(ConnectionTest, DeferredConstraintFailsTheCommit) {
  Connection connection = open();
  connection.runText(
      "CREATE TABLE public.p (id int PRIMARY KEY);"
      "CREATE TABLE public.c (p int REFERENCES public.p DEFERRABLE INITIALLY DEFERRED)");
  const Statement insert{"c_insert", "INSERT INTO public.c VALUES (1)"};
  Transaction transaction(connection);
  transaction.run(insert);
  EXPECT_EQ(errorOf([&] { transaction.commit(); }).sqlstate(), "23503");
  EXPECT_EQ(errorOf([&] { connection.run(insert); }).sqlstate(), "23503");
  EXPECT_EQ(errorOf([&] { connection.runPipelined({{kOne, {}}, {insert, {}}}); }).sqlstate(), "23503");
  EXPECT_EQ(connection.run(kOne).size(), 1);
}

TEST_F(ConnectionTest, PipelineGivesOneResultEach) {
  Connection connection = open();
  const auto all = connection.runPipelined({{kEcho, params("a")}, {kOne, {}}, {kEcho, params(std::int64_t{2})}});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0][0].text(0), "a");
  EXPECT_EQ(all[1][0].int64(0), 1);
  EXPECT_EQ(all[2][0].int64(0), 2);
  EXPECT_TRUE(connection.runPipelined({}).empty());
  EXPECT_EQ(connection.run(kOne).size(), 1);
}

TEST_F(ConnectionTest, PipelineIsAllOrNothing) {
  Connection connection = open();
  connection.runText("CREATE TABLE public.t (n int CHECK (n < 10))");
  const Statement insert{"t_insert", "INSERT INTO public.t VALUES ($1)"};
  const Statement read{"t_count", "SELECT count(*) FROM public.t"};
  const SqlError error = errorOf([&] {
    connection.runPipelined({{insert, params(std::int32_t{1})}, {insert, params(std::int32_t{11})}, {read, {}}});
  });
  EXPECT_EQ(error.sqlstate(), "23514");
  EXPECT_EQ(error.statement(), "t_insert");
  EXPECT_EQ(connection.run(read)[0].int64(0), 0);
  connection.runPipelined({{insert, params(std::int32_t{1})}, {insert, params(std::int32_t{2})}});
  EXPECT_EQ(connection.run(read)[0].int64(0), 2);
}

TEST_F(ConnectionTest, PipelineWithinATransactionStaysInIt) {
  Connection connection = open();
  connection.runText("CREATE TABLE public.t (n int)");
  {
    Transaction transaction(connection);
    transaction.runPipelined({{{"t_insert", "INSERT INTO public.t VALUES (1)"}, {}}, {kOne, {}}});
  }
  EXPECT_EQ(connection.run({"t_count", "SELECT count(*) FROM public.t"})[0].int64(0), 0);
}

TEST_F(ConnectionTest, LargePipelineDoesNotDeadlock) {
  Connection connection = open();
  const std::string megabyte(1 << 20, 'x');
  Batch batch;
  for (int i = 0; i < 24; ++i)
    batch.emplace_back(kEcho, params(megabyte));  // both directions exceed every socket buffer
  const auto all = connection.runPipelined(batch);
  ASSERT_EQ(all.size(), 24U);
  EXPECT_EQ(all[23][0].text(0).size(), megabyte.size());
}

TEST_F(ConnectionTest, StalePlanIsPreparedAgain) {
  Connection connection = open();
  connection.runText("CREATE TABLE public.t (a int); INSERT INTO public.t VALUES (1)");
  const Statement all{"t_all", "SELECT * FROM public.t"};
  EXPECT_EQ(connection.run(all)[0].int64(0), 1);
  connection.runText("ALTER TABLE public.t ALTER a TYPE text");
  EXPECT_EQ(connection.run(all)[0].text(0), "1");
  connection.runText("ALTER TABLE public.t ALTER a TYPE int USING a::int");
  {
    Transaction transaction(connection);
    EXPECT_TRUE(errorOf([&] { transaction.run(all); }).retryable());
  }
  Transaction again(connection);
  EXPECT_EQ(again.run(all)[0].int64(0), 1);
  again.commit();
  connection.runText("ALTER TABLE public.t ALTER a TYPE text");
  EXPECT_TRUE(errorOf([&] { connection.runPipelined({{kOne, {}}, {all, {}}}); }).retryable());
  EXPECT_EQ(connection.runPipelined({{kOne, {}}, {all, {}}})[1][0].text(0), "1");
}

TEST_F(ConnectionTest, DeallocatedStatementsArePreparedAgain) {
  Connection connection = open();
  connection.run(kOne);
  connection.runText("DEALLOCATE ALL");
  EXPECT_EQ(connection.run(kOne)[0].int64(0), 1);
}

TEST_F(ConnectionTest, LostSessionHealsWithAllItNeeds) {
  auto settings = sessionOf(database_.url());
  settings.statement_timeout = 4321ms;
  Connection connection(settings, quietLog());
  connection.run(kOne);
  EXPECT_FALSE(connection.heal());
  terminate(connection);
  EXPECT_TRUE(connection.heal());
  EXPECT_EQ(connection.preparedCount(), 0U);
  EXPECT_EQ(connection.run(kOne)[0].int64(0), 1);
  const auto rows = connection.run(statement(
      "SELECT current_setting('TimeZone'), current_setting('search_path'), current_setting('statement_timeout')"));
  EXPECT_EQ(rows[0].text(0), "UTC");
  EXPECT_EQ(rows[0].text(1), "belfry");
  EXPECT_EQ(rows[0].text(2), "4321ms");
}

TEST_F(ConnectionTest, LossBetweenStatementsIsNoticedByTheNext) {
  Connection connection = open();
  terminate(connection);
  const SqlError error = errorOf([&] { connection.run(kOne); });
  EXPECT_TRUE(error.connectionLost());
  EXPECT_TRUE(error.retryable());
  const SqlError after = errorOf([&] { connection.run(kOne); });
  EXPECT_TRUE(after.connectionLost());
  EXPECT_FALSE(after.ambiguous()) << "nothing was sent";
  EXPECT_TRUE(connection.heal());
}

/// Waits until the backend runs something, then ends it.
void terminateWhenActive(const TestDatabase& database, int pid) {
  const std::string of_pid = " FROM pg_stat_activity WHERE pid = " + std::to_string(pid);
  ASSERT_TRUE(waitUntil(
      10s, [&] { return database.scalar("SELECT wait_event IS NOT DISTINCT FROM 'PgSleep'" + of_pid) == "t"; }));
  database.sql("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 10000)");
}

TEST_F(ConnectionTest, LossDuringAnAutocommitStatementIsAmbiguous) {
  Connection connection = open();
  std::thread killer([&, pid = connection.backendPid()] { terminateWhenActive(database_, pid); });
  const SqlError error = errorOf([&] { connection.run(statement("SELECT pg_sleep(60)")); });
  killer.join();
  EXPECT_TRUE(error.connectionLost());
  EXPECT_TRUE(error.ambiguous());
  EXPECT_EQ(error.sqlstate(), "57P01");
}

TEST_F(ConnectionTest, LossWithinATransactionIsNotAmbiguous) {
  Connection connection = open();
  std::thread killer([&, pid = connection.backendPid()] { terminateWhenActive(database_, pid); });
  const SqlError error = errorOf([&] {
    Transaction transaction(connection);
    transaction.run(statement("SELECT pg_sleep(60)"));
  });
  killer.join();
  EXPECT_TRUE(error.connectionLost());
  EXPECT_FALSE(error.ambiguous());
}

TEST_F(ConnectionTest, LossDuringAPipelineIsAmbiguousAndHeals) {
  Connection connection = open();
  const Statement sleep{"sleep", "SELECT pg_sleep(60)::text"};
  std::thread killer([&, pid = connection.backendPid()] { terminateWhenActive(database_, pid); });
  const SqlError error = errorOf([&] { connection.runPipelined({{kOne, {}}, {sleep, {}}, {kOne, {}}}); });
  killer.join();
  EXPECT_TRUE(error.connectionLost());
  EXPECT_TRUE(error.ambiguous());
  EXPECT_EQ(error.statement(), "sleep");
  EXPECT_TRUE(connection.heal());
  EXPECT_EQ(connection.runPipelined({{kOne, {}}, {kOne, {}}}).size(), 2U);
}

TEST_F(ConnectionTest, LossDuringCommitIsAmbiguous) {
  Connection connection = open();
  connection.runText(
      "CREATE TABLE public.t (n int);"
      "CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; "
      "END';"
      "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON public.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE "
      "FUNCTION public.slow()");
  Transaction transaction(connection);
  transaction.run({"t_insert", "INSERT INTO public.t VALUES (1)"});
  std::thread killer([&, pid = connection.backendPid()] { terminateWhenActive(database_, pid); });
  const SqlError error = errorOf([&] { transaction.commit(); });
  killer.join();
  EXPECT_TRUE(error.connectionLost());
  EXPECT_TRUE(error.ambiguous());
  EXPECT_EQ(error.statement(), "commit");
}

TEST_F(ConnectionTest, TidyRollsBackWhatIsOpen) {
  Connection connection = open();
  connection.begin();
  EXPECT_THROW(connection.run({"zero", "SELECT 1/0"}), SqlError);
  connection.tidy();
  EXPECT_FALSE(connection.inTransaction());
  EXPECT_TRUE(connection.usable());
}

TEST_F(ConnectionTest, AWarningWithoutHarmDoesNotCostTheSession) {
  Connection connection = open();
  const int pid = connection.backendPid();
  connection.runText("LISTEN whatever");
  database_.sql("NOTIFY whatever");  // makes the idle socket readable
  EXPECT_FALSE(connection.heal());
  EXPECT_EQ(connection.backendPid(), pid);
}

TEST(ConnectionUrl, ServerThatIsNotThereIsALostConnection) {
  TemporaryDirectory nowhere;
  const SqlError error =
      errorOf([&] { Connection(sessionOf("host=" + nowhere.path().string() + " dbname=x user=y"), quietLog()); });
  EXPECT_TRUE(error.connectionLost());
  EXPECT_TRUE(error.retryable());
  EXPECT_FALSE(error.ambiguous());
  EXPECT_EQ(error.sqlstate(), "08001");
}

TEST(ConnectionUrl, BadUrlIsRefusedWithoutItsPassword) {
  for (const char* url :
       {"postgresql://u:hunter2@[bad/db", "passwort=hunter2", "postgresql://u:hunter2@h/db?bogus=1"}) {
    const SqlError error = errorOf([&] { connectParameters({.url = url, .application_name = "x"}); });
    EXPECT_THAT(error.what(), ::testing::HasSubstr("allowed: postgresql://")) << url;
    EXPECT_THAT(error.what(), ::testing::Not(::testing::HasSubstr("hunter2"))) << url;
    EXPECT_FALSE(error.connectionLost());
  }
}

TEST(ConnectionUrl, ValuesReachPocoQuoted) {
  const auto parameters =
      connectParameters({.url = "postgresql://u:p%27w%5C%3D@/db?host=%2Ftmp%2Fx", .application_name = "app"});
  const std::string text = pocoConnectionString(parameters);
  EXPECT_THAT(text, ::testing::HasSubstr("password='p\\'w\\\\='"));
  EXPECT_THAT(text, ::testing::HasSubstr("host='/tmp/x'"));
  EXPECT_THAT(text, ::testing::HasSubstr("application_name='app'"));
}

TEST(ConnectionUrl, BlankInAValueIsNamed) {
  const auto parameters = connectParameters({.url = "postgresql://u:hunter%202@/db", .application_name = "app"});
  const SqlError error = errorOf([&] { pocoConnectionString(parameters); });
  EXPECT_THAT(error.what(), ::testing::HasSubstr("password holds a blank"));
  EXPECT_THAT(error.what(), ::testing::Not(::testing::HasSubstr("hunter")));
}

TEST(ConnectionUrl, WhatTheUrlSaysWins) {
  const auto parameters =
      connectParameters({.url = "application_name=mine connect_timeout=9", .application_name = "app"});
  EXPECT_THAT(parameters, ::testing::Contains(std::pair<std::string, std::string>("application_name", "mine")));
  EXPECT_THAT(parameters, ::testing::Contains(std::pair<std::string, std::string>("connect_timeout", "9")));
}

}  // namespace
}  // namespace belfry::pg::test
