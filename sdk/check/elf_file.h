// What the checker and the host want to know of a plugin before any of its code runs, read from the file's bytes.
// Everything comes from the program headers and the dynamic table, since these are what the dynamic loader obeys;
// section headers can be stripped and may lie. Every offset is checked: a hostile file gives an error, never a bad
// read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::check {

/// A symbol that the dynamic loader has to find elsewhere.
struct ElfImport {
  std::string name;
  std::string version;  ///< such as "GLIBC_2.34"; empty when the reference is unversioned
  bool weak = false;    ///< may stay unresolved
};

/// A 64-bit little-endian shared object.
struct ElfFile {
  std::uint16_t machine = 0;         ///< e_machine: 62 x86-64, 183 AArch64
  std::vector<std::string> exports;  ///< defined dynamic symbols that others can bind to
  std::vector<std::string> unique;   ///< the STB_GNU_UNIQUE ones among them (shared between plugins by the loader)
  std::vector<ElfImport> imports;
  std::vector<std::string> needed;  ///< DT_NEEDED
  std::string run_path;             ///< DT_RUNPATH or DT_RPATH; empty: none
  bool bind_now = false;            ///< every symbol is resolved at load
  bool relro = false;               ///< PT_GNU_RELRO is present
  bool text_relocations = false;
  bool executable_stack = false;
  bool writable_code = false;      ///< a segment is both writable and executable
  std::size_t manifest_notes = 0;  ///< how many Belfry notes the loadable part has; exactly 1 is right
  std::string manifest;            ///< text of the first one, trailing NULs and white space cut off
};

/// Reads the bytes of a shared object. On failure: nullopt and a reason in `error`. Thread-safe.
std::optional<ElfFile> parseElf(std::string_view bytes, std::string& error);

/// Reads a file of at most 1 GiB whole. On failure: nullopt and a reason that names the path in `error`. Thread-safe.
std::optional<std::string> readBytes(const std::string& path, std::string& error);

/// readBytes and parseElf in one.
std::optional<ElfFile> readElfFile(const std::string& path, std::string& error);

}  // namespace belfry::check
