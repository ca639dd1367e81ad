#include "check/elf_file.h"

#include <elf.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <type_traits>
#include <unordered_map>

#include "belfry/plugin.h"

namespace belfry::check {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;

/// Why the file cannot be read; caught in parseElf.
struct Malformed {
  const char* why;
};

/// The file's bytes with checked access, by file offset and by virtual address.
class Image {
 public:
  explicit Image(std::string_view bytes) : bytes_(bytes) { readHeaders(); }

  const Elf64_Ehdr& header() const { return header_; }
  const std::vector<Elf64_Phdr>& segments() const { return segments_; }

  std::string_view range(std::uint64_t offset, std::uint64_t length) const {
    if (offset > bytes_.size() || length > bytes_.size() - offset) throw Malformed{"it is cut short"};
    return bytes_.substr(offset, length);
  }

  template <class T>
  T at(std::uint64_t offset) const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, range(offset, sizeof value).data(), sizeof value);
    return value;
  }

  /// File offset of an address, and how many bytes of its segment follow in the file.
  std::uint64_t offsetOf(std::uint64_t address, std::uint64_t* left = nullptr) const {
    for (const auto& s : segments_) {
      if (s.p_type != PT_LOAD || address < s.p_vaddr || address - s.p_vaddr >= s.p_filesz) continue;
      if (left) *left = s.p_filesz - (address - s.p_vaddr);
      return s.p_offset + (address - s.p_vaddr);
    }
    throw Malformed{"its dynamic table points outside of the loaded segments"};
  }

  template <class T>
  T atAddress(std::uint64_t address) const {
    return at<T>(offsetOf(address));
  }

  /// NUL-terminated text inside [table, table + size).
  std::string text(std::uint64_t table, std::uint64_t size, std::uint64_t index) const {
    if (index >= size) throw Malformed{"a name lies outside of its string table"};
    const auto rest = range(table + index, size - index);
    const auto end = rest.find('\0');
    if (end == std::string_view::npos) throw Malformed{"a name has no end"};
    return std::string(rest.substr(0, end));
  }

 private:
  void readHeaders() {
    if (bytes_.size() < sizeof header_ || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0)
      throw Malformed{"it is not an ELF file"};
    header_ = at<Elf64_Ehdr>(0);
    if (header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != ELFDATA2LSB)
      throw Malformed{"it is not 64-bit little-endian"};
    if (header_.e_type != ET_DYN) throw Malformed{"it is not a shared object"};
    if (header_.e_phentsize != sizeof(Elf64_Phdr)) throw Malformed{"its program headers have an unknown size"};
    for (std::uint64_t i = 0; i < header_.e_phnum; ++i)
      segments_.push_back(at<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr)));
  }

  std::string_view bytes_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
};

/// The dynamic table: the last value of each tag, and all DT_NEEDED.
struct Dynamic {
  explicit Dynamic(const Image& image) {
    for (const auto& s : image.segments()) {
      if (s.p_type != PT_DYNAMIC) continue;
      for (std::uint64_t i = 0; i + sizeof(Elf64_Dyn) <= s.p_filesz; i += sizeof(Elf64_Dyn)) {
        const auto entry = image.at<Elf64_Dyn>(s.p_offset + i);
        if (entry.d_tag == DT_NULL) return;
        if (entry.d_tag == DT_NEEDED) needed.push_back(entry.d_un.d_val);
        else values[entry.d_tag] = entry.d_un.d_val;
      }
    }
  }
  bool has(std::int64_t tag) const { return values.count(tag) != 0; }
  std::uint64_t get(std::int64_t tag) const {
    const auto it = values.find(tag);
    return it == values.end() ? 0 : it->second;
  }
  std::unordered_map<std::int64_t, std::uint64_t> values;
  std::vector<std::uint64_t> needed;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : image_(bytes), dynamic_(image_) {}

  ElfFile read() {
    file_.machine = image_.header().e_machine;
    readSegments();
    if (!dynamic_.has(DT_STRTAB) || !dynamic_.has(DT_SYMTAB)) throw Malformed{"it has no dynamic symbol table"};
    strings_ = image_.offsetOf(dynamic_.get(DT_STRTAB));
    strings_size_ = dynamic_.get(DT_STRSZ);
    readDynamic();
    readVersions();
    readSymbols();
    return std::move(file_);
  }

 private:
  std::string name(std::uint64_t index) const { return image_.text(strings_, strings_size_, index); }

  void readSegments() {
    for (const auto& s : image_.segments()) {
      if (s.p_type == PT_GNU_RELRO) file_.relro = true;
      if (s.p_type == PT_GNU_STACK) file_.executable_stack = (s.p_flags & PF_X) != 0;
      if (s.p_type == PT_LOAD && (s.p_flags & PF_W) && (s.p_flags & PF_X)) file_.writable_code = true;
      if (s.p_type == PT_NOTE) readNotes(s);
    }
  }

  /// gABI "Note Section": name and description are padded to the segment's alignment, 4 or (GNU properties) 8.
  void readNotes(const Elf64_Phdr& segment) {
    const std::uint64_t align = segment.p_align == 8 ? 8 : 4;
    const auto padded = [&](std::uint64_t n) { return (n + align - 1) / align * align; };
    const auto notes = image_.range(segment.p_offset, segment.p_filesz);
    std::uint64_t at = 0;
    while (at + sizeof(Elf64_Nhdr) <= notes.size()) {
      Elf64_Nhdr head;
      std::memcpy(&head, notes.data() + at, sizeof head);
      const std::uint64_t name_at = at + sizeof head;
      const std::uint64_t desc_at = at + padded(sizeof head + std::uint64_t{head.n_namesz});
      if (desc_at > notes.size() || head.n_descsz > notes.size() - desc_at)
        throw Malformed{"a note is longer than its segment"};
      if (head.n_type == BF_NOTE_TYPE &&
          notes.substr(name_at, head.n_namesz) == std::string_view(BF_NOTE_NAME, sizeof BF_NOTE_NAME))
        keepManifest(notes.substr(desc_at, head.n_descsz));
      at = padded(desc_at + head.n_descsz);
    }
  }

  void keepManifest(std::string_view text) {
    if (file_.manifest_notes++ != 0) return;
    while (!text.empty() && (text.back() == '\0' || text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    file_.manifest = text;
  }

  void readDynamic() {
    for (const auto index : dynamic_.needed) file_.needed.push_back(name(index));
    if (dynamic_.has(DT_RUNPATH)) file_.run_path = name(dynamic_.get(DT_RUNPATH));
    else if (dynamic_.has(DT_RPATH)) file_.run_path = name(dynamic_.get(DT_RPATH));
    const auto flags = dynamic_.get(DT_FLAGS);
    file_.bind_now = dynamic_.has(DT_BIND_NOW) || (flags & DF_BIND_NOW) || (dynamic_.get(DT_FLAGS_1) & DF_1_NOW);
    file_.text_relocations = dynamic_.has(DT_TEXTREL) || (flags & DF_TEXTREL);
  }

  /// Version index → version name, from DT_VERNEED. Both chains are relative offsets; a zero ends them.
  void readVersions() {
    if (!dynamic_.has(DT_VERNEED)) return;
    std::uint64_t at = image_.offsetOf(dynamic_.get(DT_VERNEED));
    for (std::uint64_t i = 0; i < dynamic_.get(DT_VERNEEDNUM); ++i) {
      const auto need = image_.at<Elf64_Verneed>(at);
      std::uint64_t aux_at = at + need.vn_aux;
      for (unsigned j = 0; j < need.vn_cnt; ++j) {
        const auto aux = image_.at<Elf64_Vernaux>(aux_at);
        versions_[aux.vna_other & 0x7fff] = name(aux.vna_name);
        if (aux.vna_next == 0) break;
        aux_at += aux.vna_next;
      }
      if (need.vn_next == 0) break;
      at += need.vn_next;
    }
  }

  void readSymbols() {
    const auto table = image_.offsetOf(dynamic_.get(DT_SYMTAB));
    const std::uint64_t count = symbolCount();
    for (std::uint64_t i = 1; i < count; ++i) {
      const auto symbol = image_.at<Elf64_Sym>(table + i * sizeof(Elf64_Sym));
      keepSymbol(symbol, versionOf(i));
    }
  }

  std::uint16_t versionOf(std::uint64_t symbol) const {
    if (!dynamic_.has(DT_VERSYM)) return VER_NDX_GLOBAL;
    return image_.at<std::uint16_t>(image_.offsetOf(dynamic_.get(DT_VERSYM)) + symbol * 2) & 0x7fff;
  }

  void keepSymbol(const Elf64_Sym& symbol, std::uint16_t version) {
    const auto bind = ELF64_ST_BIND(symbol.st_info);
    if (bind == STB_LOCAL) return;
    auto text = name(symbol.st_name);
    if (text.empty()) return;
    if (symbol.st_shndx == SHN_UNDEF) {
      const auto found = versions_.find(version);
      file_.imports.push_back({std::move(text), found == versions_.end() ? "" : found->second, bind == STB_WEAK});
      return;
    }
    const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
    if (visibility == STV_HIDDEN || visibility == STV_INTERNAL || version == VER_NDX_LOCAL) return;
    if (bind == STB_GNU_UNIQUE) file_.unique.push_back(text);
    file_.exports.push_back(std::move(text));
  }

  /// The dynamic table does not say how many symbols there are: DT_HASH does; DT_GNU_HASH bounds the exported ones,
  /// which come last; relocations name the imported ones.
  std::uint64_t symbolCount() const {
    std::uint64_t count = 0;
    if (dynamic_.has(DT_HASH)) count = image_.atAddress<std::uint32_t>(dynamic_.get(DT_HASH) + 4);
    if (dynamic_.has(DT_GNU_HASH)) count = std::max(count, gnuHashCount());
    count = std::max(count, relocationCount(DT_RELA, DT_RELASZ));
    count = std::max(count, relocationCount(DT_JMPREL, DT_PLTRELSZ));
    std::uint64_t left = 0;
    image_.offsetOf(dynamic_.get(DT_SYMTAB), &left);
    if (count > left / sizeof(Elf64_Sym)) throw Malformed{"its symbol table is longer than its segment"};
    return count;
  }

  std::uint64_t gnuHashCount() const {
    const std::uint64_t at = image_.offsetOf(dynamic_.get(DT_GNU_HASH));
    const auto buckets = image_.at<std::uint32_t>(at);
    const auto first = image_.at<std::uint32_t>(at + 4);
    const auto bloom = image_.at<std::uint32_t>(at + 8);
    const std::uint64_t buckets_at = at + 16 + std::uint64_t{bloom} * 8;
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < buckets; ++i)
      last = std::max<std::uint64_t>(last, image_.at<std::uint32_t>(buckets_at + i * 4));
    if (last < first) return first;
    const std::uint64_t chains_at = buckets_at + std::uint64_t{buckets} * 4;
    while ((image_.at<std::uint32_t>(chains_at + (last - first) * 4) & 1) == 0) ++last;
    return last + 1;
  }

  std::uint64_t relocationCount(std::int64_t table_tag, std::int64_t size_tag) const {
    if (!dynamic_.has(table_tag)) return 0;
    const auto table = image_.offsetOf(dynamic_.get(table_tag));
    std::uint64_t count = 0;
    for (std::uint64_t i = 0; i + sizeof(Elf64_Rela) <= dynamic_.get(size_tag); i += sizeof(Elf64_Rela))
      count = std::max<std::uint64_t>(count, ELF64_R_SYM(image_.at<Elf64_Rela>(table + i).r_info) + 1);
    return count;
  }

  Image image_;
  Dynamic dynamic_;
  ElfFile file_;
  std::uint64_t strings_ = 0;
  std::uint64_t strings_size_ = 0;
  std::unordered_map<std::uint16_t, std::string> versions_;
};

}  // namespace

std::optional<ElfFile> parseElf(std::string_view bytes, std::string& error) {
  try {
    return Reader(bytes).read();
  } catch (const Malformed& malformed) {
    error = malformed.why;
    return std::nullopt;
  }
}

std::optional<std::string> readBytes(const std::string& path, std::string& error) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file) {
    error = "cannot open " + path + ": " + std::strerror(errno);
    return std::nullopt;
  }
  std::string bytes;
  char chunk[1 << 16];
  while (const std::size_t n = std::fread(chunk, 1, sizeof chunk, file.get())) {
    bytes.append(chunk, n);
    if (bytes.size() > kMaxFileBytes) {
      error = path + " is larger than 1 GiB";
      return std::nullopt;
    }
  }
  if (std::ferror(file.get())) {
    error = "cannot read " + path + ": " + std::strerror(errno);
    return std::nullopt;
  }
  return bytes;
}

std::optional<ElfFile> readElfFile(const std::string& path, std::string& error) {
  const auto bytes = readBytes(path, error);
  if (!bytes) return std::nullopt;
  auto file = parseElf(*bytes, error);
  if (!file) error = path + " cannot be read: " + error;
  return file;
}

}  // namespace belfry::check
