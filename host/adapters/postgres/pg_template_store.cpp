#include "adapters/postgres/pg_template_store.h"

#include <algorithm>

#include "adapters/postgres/dedup_policy_json.h"
#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/request_json.h"
#include "adapters/postgres/store_call.h"
#include "adapters/postgres/transaction.h"
#include "sql_statements.h"

namespace belfry::pg {
namespace {

std::map<Channel, Fields> contentOf(std::string_view json) {
  auto content = parseContent(json);
  if (!content) throw StoreRejected("template_versions.content is not {channel: {field: text}}");
  return std::move(*content);
}

std::vector<std::string> copy(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

/// Columns: id, key, engine, description, default_language, source, created_at, updated_at.
Template toTemplate(const Row& row) {
  Template found{};
  found.id = {row.uuid(0)};
  found.key = row.text(1);
  found.engine = row.text(2);
  found.description = row.text(3);
  found.default_language = row.text(4);
  found.source = row.text(5) == "file" ? Source::file : Source::api;
  found.created_at = row.time(6);
  found.updated_at = row.time(7);
  return found;
}

/// Columns 8 …: version, language, state, content, required, created_at, published_at.
TemplateVersion toVersion(const Row& row) {
  TemplateVersion version{};
  version.version = static_cast<int>(row.int64(8));
  version.language = row.text(9);
  version.state = required(parseTemplateVersionState(row.text(10)), "template version state");
  version.content = contentOf(row.text(11));
  version.required = copy(row.texts(12));
  version.created_at = row.time(13);
  version.published_at = row.maybeTime(14);
  return version;
}

Params byKey(TenantId tenant, const std::string& key) {
  Params params;
  params.add(tenant);
  params.add(key);
  return params;
}

std::optional<TemplateId> upsert(Transaction& transaction, TenantId tenant, const Template& draft, TemplateId id,
                                 bool may_change) {
  Params params;
  params.add(tenant);
  params.add(id);
  params.add(draft.key);
  params.add(draft.engine);
  params.add(draft.description);
  params.add(draft.default_language);
  params.add(draft.source == Source::file ? "file" : "api");
  params.add(may_change);
  params.add(toJson(draft.dedup));
  auto rows = transaction.run(sql::template_upsert, params);
  if (rows.empty()) return std::nullopt;
  return TemplateId{rows[0].uuid(0)};
}

int insertVersion(Transaction& transaction, TenantId tenant, TemplateId id, const TemplateVersion& version) {
  Params params;
  params.add(tenant);
  params.add(id);
  params.add(version.language);
  params.add(toText(version.state));
  params.add(contentToJson(version.content));
  params.addTexts(version.required);
  return static_cast<int>(transaction.run(sql::template_version_insert, params)[0].int64(0));
}

std::optional<Template> read(Transaction& transaction, TenantId tenant, const std::string& key) {
  auto rows = transaction.run(sql::template_get, byKey(tenant, key));
  if (rows.empty()) return std::nullopt;
  auto found = toTemplate(rows[0]);
  found.dedup = policyOf(rows[0].maybeText(15));
  for (auto row : rows) {
    if (row.isNull(8)) continue;
    found.versions.push_back(toVersion(row));
    const auto& version = found.versions.back();
    if (version.state == TemplateVersionState::published && !found.published_version)
      found.published_version = version.version;
  }
  return found;
}

/// jsonb gives members back in an order of its own.
bool sameContent(std::map<Channel, Fields> a, std::map<Channel, Fields> b) {
  for (auto& [channel, fields] : a) std::sort(fields.begin(), fields.end());
  for (auto& [channel, fields] : b) std::sort(fields.begin(), fields.end());
  return a == b;
}

/// The newest published version of that language already says what the file says.
bool isPublished(const std::optional<Template>& stored, const TemplateVersion& wanted) {
  if (!stored) return false;
  for (const auto& version : stored->versions) {
    if (version.state != TemplateVersionState::published || version.language != wanted.language) continue;
    return version.required == wanted.required && sameContent(version.content, wanted.content);
  }
  return false;
}

}  // namespace

PgTemplateStore::PgTemplateStore(Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

std::optional<Template> PgTemplateStore::create(TenantId tenant, const Template& draft) {
  return withConnection(pool_, [&](Connection& connection) -> std::optional<Template> {
    Transaction transaction(connection, tenant);
    auto id = upsert(transaction, tenant, draft, TemplateId::mint(clock_.now()), false);
    if (!id) return std::nullopt;
    insertVersion(transaction, tenant, *id, draft.versions.at(0));
    auto created = read(transaction, tenant, draft.key);
    transaction.commit();
    return created;
  });
}

std::optional<int> PgTemplateStore::addVersion(TenantId tenant, const std::string& key, const TemplateVersion& draft) {
  return withConnection(pool_, [&](Connection& connection) -> std::optional<int> {
    Transaction transaction(connection, tenant);
    auto rows = transaction.run(sql::template_lock, byKey(tenant, key));
    if (rows.empty()) return std::nullopt;
    auto with_language = draft;
    if (with_language.language.empty()) with_language.language = rows[0].text(2);
    int version = insertVersion(transaction, tenant, {rows[0].uuid(0)}, with_language);
    transaction.commit();
    return version;
  });
}

bool PgTemplateStore::publish(TenantId tenant, const std::string& key, int version) {
  return withConnection(pool_, [&](Connection& connection) {
    Transaction transaction(connection, tenant);
    auto rows = transaction.run(sql::template_lock, byKey(tenant, key));
    if (rows.empty()) return false;
    Params params;
    params.add(tenant);
    params.add(rows[0].uuid(0));
    params.add(static_cast<std::int32_t>(version));
    bool found = !transaction.run(sql::template_publish, params).empty();
    transaction.commit();
    return found;
  });
}

std::optional<Template> PgTemplateStore::get(TenantId tenant, const std::string& key) {
  return withConnection(pool_, [&](Connection& connection) {
    Transaction transaction(connection, tenant);
    auto found = read(transaction, tenant, key);
    transaction.commit();
    return found;
  });
}

std::vector<Template> PgTemplateStore::list(TenantId tenant, const std::string& after, int limit) {
  Params params;
  params.add(tenant);
  params.add(after);
  params.add(static_cast<std::int64_t>(limit));
  return withConnection(pool_, [&](Connection& connection) {
    std::vector<Template> found;
    auto rows = runAsTenant(connection, tenant, sql::templates_page, params);
    for (auto row : rows) {
      found.push_back(toTemplate(row));
      found.back().dedup = policyOf(row.maybeText(9));
      if (auto version = row.maybeInt64(8)) found.back().published_version = static_cast<int>(*version);
    }
    return found;
  });
}

std::optional<ResolvedTemplate> PgTemplateStore::resolve(TenantId tenant, const std::string& key,
                                                         std::optional<int> version, const std::string& language) {
  auto params = byKey(tenant, key);
  params.add(version ? std::optional<std::int32_t>(*version) : std::nullopt);
  params.add(orNull(language));
  return withConnection(pool_, [&](Connection& connection) -> std::optional<ResolvedTemplate> {
    auto rows = runAsTenant(connection, tenant, sql::template_resolve, params);
    if (rows.empty()) return std::nullopt;
    auto row = rows[0];
    ResolvedTemplate found{{row.uuid(0)}, key, std::string(row.text(1)), {}};
    found.version.version = static_cast<int>(row.int64(2));
    found.version.language = row.text(3);
    found.version.content = contentOf(row.text(4));
    found.version.required = copy(row.texts(5));
    found.version.state = required(parseTemplateVersionState(row.text(6)), "template version state");
    found.dedup = policyOf(row.maybeText(7));
    return found;
  });
}

void PgTemplateStore::reconcile(TenantId tenant, const Template& from_file) {
  withConnection(pool_, [&](Connection& connection) {
    Transaction transaction(connection, tenant);
    auto stored = read(transaction, tenant, from_file.key);
    auto wanted = from_file.versions.at(0);
    wanted.state = TemplateVersionState::published;
    bool same_head = stored && stored->engine == from_file.engine && stored->description == from_file.description &&
                     stored->default_language == from_file.default_language && stored->source == from_file.source &&
                     stored->dedup == from_file.dedup;
    if (same_head && isPublished(stored, wanted)) return;
    auto id = upsert(transaction, tenant, from_file, TemplateId::mint(clock_.now()), true);
    // The template's row is locked now; another host may have published the same file meanwhile.
    if (!isPublished(read(transaction, tenant, from_file.key), wanted)) insertVersion(transaction, tenant, *id, wanted);
    transaction.commit();
  });
}

}  // namespace belfry::pg
