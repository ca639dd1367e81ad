#include "check/static_checks.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "belfry/plugin.h"
#include "check/forbidden_imports.h"

namespace belfry::check {
namespace {

constexpr const char* kUseFunction = "build it with belfry_add_plugin of BelfrySdk, or ";

/// What Debian 12 has; newer ones would not load there.
struct Ceiling {
  std::string_view prefix;
  std::array<int, 3> version;
};
constexpr Ceiling kCeilings[] = {
    {"GLIBC_", {2, 36, 0}}, {"GLIBCXX_", {3, 4, 30}}, {"CXXABI_", {1, 3, 13}}, {"GCC_", {12, 0, 0}}};

constexpr std::string_view kAllowedLibraries[] = {
    "libc.so.6",       "libm.so.6",  "libstdc++.so.6",       "libgcc_s.so.1",
    "libpthread.so.0", "libdl.so.2", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool startsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

bool isEntry(std::string_view symbol) {
  constexpr std::string_view kPrefix = "belfry_plugin_v";
  if (!startsWith(symbol, kPrefix) || symbol.size() == kPrefix.size()) return false;
  return symbol.find_first_not_of("0123456789", kPrefix.size()) == std::string_view::npos;
}

std::array<int, 3> parseVersion(std::string_view text) {
  std::array<int, 3> out{};
  std::size_t part = 0;
  for (const char c : text) {
    if (c == '.' && ++part == out.size()) break;
    if (c != '.' && (c < '0' || c > '9')) return {};
    if (c != '.') out[part] = std::min(out[part] * 10 + (c - '0'), 99999);
  }
  return out;
}

bool isSanitizer(const std::string& library) {
  return startsWith(library, "libasan.") || startsWith(library, "libubsan.") || startsWith(library, "libtsan.");
}

void checkExports(const ElfFile& elf, Report& report) {
  std::vector<std::string> extra;
  std::copy_if(elf.exports.begin(), elf.exports.end(), std::back_inserter(extra),
               [](const auto& name) { return !isEntry(name); });
  if (std::find(elf.exports.begin(), elf.exports.end(), BF_ENTRY) == elf.exports.end())
    report.fail("static/entry", "it does not export " BF_ENTRY,
                "end one .cpp with BELFRY_PLUGIN(Type, id, version), or define the function with BF_EXPORT");
  else report.pass("static/entry", "exports " BF_ENTRY);
  if (extra.empty()) report.pass("static/exports", "nothing but entries is exported");
  else
    report.fail("static/exports", "exported besides the entry: " + joined(extra),
                std::string(kUseFunction) +
                    "compile with -fvisibility=hidden and link with a version script that has only the entry");
}

void checkFlag(Report& report, const char* check, bool good, const char* yes, const char* no, const char* mend) {
  if (good) report.pass(check, yes);
  else report.fail(check, no, std::string(kUseFunction) + mend);
}

void checkUnique(const ElfFile& elf, Report& report) {
  if (elf.unique.empty()) return report.pass("static/unique", "no unique symbols");
  report.fail("static/unique", "the loader would share these between plugins: " + joined(elf.unique),
              std::string(kUseFunction) + "compile with -fvisibility=hidden -fno-gnu-unique");
}

void checkNeeded(const ElfFile& elf, Report& report) {
  std::vector<std::string> others;
  bool sanitized = false;
  for (const auto& library : elf.needed) {
    sanitized = sanitized || isSanitizer(library);
    const bool allowed =
        std::find(std::begin(kAllowedLibraries), std::end(kAllowedLibraries), library) != std::end(kAllowedLibraries);
    if (!allowed && !isSanitizer(library)) others.push_back(library);
  }
  if (!others.empty()) {
    std::string allowed;
    for (const auto library : kAllowedLibraries) allowed += (allowed.empty() ? "" : ", ") + std::string(library);
    report.fail("static/needed", "it needs " + joined(others), "link these statically; allowed: " + allowed);
  } else if (sanitized) {
    report.warn("static/needed", "it is built with a sanitizer: " + joined(elf.needed),
                "build what you ship without -fsanitize");
  } else {
    report.pass("static/needed", "needs " + (elf.needed.empty() ? std::string("nothing") : joined(elf.needed)));
  }
}

void checkImports(const ElfFile& elf, Report& report) {
  bool clean = true;
  for (const auto& import : elf.imports) {
    const auto* rule = findForbidden(import.name);
    if (!rule) continue;
    clean = false;
    const auto detail = "it imports " + import.name + ": " + std::string(rule->why);
    if (rule->fatal) report.fail("static/imports", detail, "remove the call, or the library that makes it");
    else report.warn("static/imports", detail, "remove the call, or the library that makes it");
  }
  if (clean) report.pass("static/imports", "no sockets, processes, threads, signals, files or clocks");
}

void checkCeilings(const ElfFile& elf, Report& report) {
  std::vector<std::string> newer;
  for (const auto& import : elf.imports)
    for (const auto& ceiling : kCeilings)
      if (startsWith(import.version, ceiling.prefix) &&
          parseVersion(std::string_view(import.version).substr(ceiling.prefix.size())) > ceiling.version)
        newer.push_back(import.name + "@" + import.version);
  if (newer.empty()) return report.pass("static/runtime", "loads on Debian 12 (GLIBC_2.36, GLIBCXX_3.4.30)");
  report.fail("static/runtime", "newer than Debian 12 has: " + joined(newer), "build on Debian 12, or an older system");
}

}  // namespace

std::optional<Manifest> checkManifest(const ElfFile& elf, Report& report) {
  if (elf.manifest_notes != 1) {
    report.fail(
        "manifest/note",
        std::to_string(elf.manifest_notes) + " notes named \"" BF_NOTE_NAME "\" in the loadable part; 1 is needed",
        std::string(kUseFunction) + "embed the manifest as an allocated note in the section .note.belfry, type 1");
    return std::nullopt;
  }
  report.pass("manifest/note", "one note of " + std::to_string(elf.manifest.size()) + " bytes");
  std::string error;
  auto manifest = parseManifest(elf.manifest, error);
  if (!manifest) {
    std::replace(error.begin(), error.end(), '\n', ';');
    report.fail("manifest/content", error, "see schemas/plugin/manifest.schema.json");
    return std::nullopt;
  }
  report.pass("manifest/content", manifest->id + " " + manifest->version + ", provides " + joined(manifest->provides));
  if (manifest->generation != BF_GENERATION) {
    report.fail(
        "manifest/generation",
        "generation " + std::to_string(manifest->generation) + "; this SDK knows " + std::to_string(BF_GENERATION),
        "build against the headers of the generation that the manifest names, and check with their SDK");
    return std::nullopt;
  }
  report.pass("manifest/generation", "generation " + std::to_string(manifest->generation));
  return manifest;
}

void checkLinking(const ElfFile& elf, Report& report) {
  checkExports(elf, report);
  checkFlag(report, "static/now", elf.bind_now, "every symbol is bound at load", "symbols are bound lazily",
            "link with -Wl,-z,now");
  checkFlag(report, "static/relro", elf.relro, "relocated data is read-only", "relocated data stays writable",
            "link with -Wl,-z,relro");
  checkFlag(report, "static/textrel", !elf.text_relocations, "no text relocations", "it has text relocations",
            "compile with -fPIC");
  checkFlag(report, "static/stack", !elf.executable_stack && !elf.writable_code, "nothing is writable and executable",
            "it has an executable stack or writable code", "link with -Wl,-z,noexecstack");
  checkFlag(report, "static/runpath", elf.run_path.empty(), "no run path",
            "it has a run path, which an installation does not keep", "set SKIP_BUILD_RPATH, or link without -rpath");
  checkUnique(elf, report);
  checkNeeded(elf, report);
  checkImports(elf, report);
  checkCeilings(elf, report);
}

}  // namespace belfry::check
