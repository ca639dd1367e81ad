#include "support/test_plugins.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "kit/crypto.h"

namespace belfry::test {

void writeTestPluginLock(const std::filesystem::path& file, const std::vector<std::string>& ids) {
  const char* build = std::getenv("BELFRY_BUILD_DIR");
  const auto plugins = std::filesystem::path(build ? build : ".") / "tests" / "plugins";
  std::ofstream lock(file);
  lock << "plugins:\n";
  for (const auto& id : ids) {
    const auto built = plugins / (id + ".so");
    std::ifstream so(built, std::ios::binary);
    if (!so) throw std::runtime_error(built.string() + " is not built");
    const std::string bytes{std::istreambuf_iterator<char>(so), {}};
    lock << "  - {id: " << id << ", version: 0.1.0, file: " << built.string()
         << ", sha256: " << toHex(asView(sha256(bytes))) << "}\n";
  }
}

}  // namespace belfry::test
