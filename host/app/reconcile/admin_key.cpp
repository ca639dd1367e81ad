#include "app/reconcile/admin_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "model/vocabulary.h"
#include "services/identity/api_key_text.h"

namespace belfry {
namespace {

constexpr std::size_t kIdLength = 16;
constexpr std::size_t kSecretLength = 40;

bool works(const std::string& key, KeyStore& keys) {
  constexpr std::string_view kPrefix = "bk_live_";
  if (key.size() != kPrefix.size() + kIdLength + 1 + kSecretLength || key.compare(0, kPrefix.size(), kPrefix) != 0)
    return false;
  auto stored = keys.find(std::string_view(key).substr(kPrefix.size(), kIdLength));
  return stored && !stored->revoked_at &&
         stored->hash == keys.hash(std::string_view(key).substr(kPrefix.size() + kIdLength + 1));
}

std::string readKey(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string key;
  std::getline(in, key);
  return key;
}

/// Written aside and renamed, so that a reader sees a whole key or none.
void writeKey(const std::filesystem::path& file, const std::string& key) {
  auto aside = file;
  aside += ".new";
  int fd = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  auto text = key + "\n";
  bool good = fd >= 0 && fchmod(fd, 0600) == 0 &&
              write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  int reason = errno;
  if (fd >= 0) close(fd);
  if (good && rename(aside.c_str(), file.c_str()) == 0) return;
  if (good) reason = errno;
  throw AdminKeyError("cannot write the admin key to " + file.string() + ": " + std::strerror(reason));
}

}  // namespace

void ensureAdminKey(const std::filesystem::path& file, KeyStore& keys, TenantId tenant, const Log& log) {
  if (std::filesystem::exists(file) && works(readKey(file), keys)) return;
  auto minted = mintApiKey();
  keys.create(
      tenant,
      {minted.public_id, "admin", keys.hash(minted.secret), {std::string(toText(Role::platform_admin))}, {}, {}});
  writeKey(file, minted.text());
  log.info("admin key written", {{"file", file.string()}});
}

}  // namespace belfry
