// SPDX-License-Identifier: GPL-2.0-only
// On what a clause stands: what kind of text says it, and where to read it.
//
//   document(file("include/uapi/linux/bpf.h", "BPF_PROG_QUERY"), man("bpf(2)", "EBADF"))
//   selftest(file("tools/testing/selftests/bpf/prog_tests/tc_opts.c", "test_tc_opts_max_target"))
//   code(posting("003", "bpf_mprog_del")), house()
//
// Only a document and a selftest promise something. A reference is so exact that a command finds
// it: `mprogcheck spec --check-sources TREE` looks each up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mprogcheck {

enum class Basis : std::uint8_t {
  document,  // uapi comment, Documentation/, man page, commit message, prose of a posting
  selftest,  // a test of the kernel asserts it
  code,      // nothing but an implementation does so
  house      // our own rule
};

struct Reference {
  enum class Kind : std::uint8_t { file, man, commit, posting };
  Kind kind{};
  std::string_view place;    // a path in the kernel tree, "bpf(2)", 12 hex digits, "003"
  std::string_view word;     // an identifier, to be found as a whole word; or words found verbatim
  std::string_view since{};  // of a file: the first release that has it, else every one since 6.12
  bool operator==(const Reference&) const = default;
};

struct Source {
  Basis basis = Basis::house;
  bool names_error =
      true;  // else the texts say that the request is refused, and not by which error
  std::uint8_t count = 0;
  std::array<Reference, 3> all{};

  constexpr std::span<const Reference> references() const { return {all.data(), count}; }
  constexpr bool promises() const { return basis == Basis::document || basis == Basis::selftest; }
  bool operator==(const Source&) const = default;
};

constexpr Reference file(std::string_view path, std::string_view word,
                         std::string_view since = {}) {
  return {Reference::Kind::file, path, word, since};
}
constexpr Reference man(std::string_view page, std::string_view word) {
  return {Reference::Kind::man, page, word};
}
constexpr Reference commit(std::string_view id, std::string_view word) {
  return {Reference::Kind::commit, id, word};
}
constexpr Reference posting(std::string_view number, std::string_view word) {
  return {Reference::Kind::posting, number, word};
}

// What more than three references are refused by does not compile.
template <class... References>
constexpr Source source_of(Basis basis, References... references) {
  static_assert(sizeof...(references) <= std::tuple_size_v<decltype(Source::all)>);
  return {basis, true, sizeof...(references), {references...}};
}
template <class... References>
constexpr Source document(Reference first, References... more) {
  return source_of(Basis::document, first, more...);
}
template <class... References>
constexpr Source selftest(Reference first, References... more) {
  return source_of(Basis::selftest, first, more...);
}
template <class... References>
constexpr Source code(Reference first, References... more) {
  return source_of(Basis::code, first, more...);
}
// Only that the request is refused stands on these texts: the error stands on code.
constexpr Source refusal(Source texts) {
  texts.names_error = false;
  return texts;
}
// The references show what the rule leans on, or what others do.
template <class... References>
constexpr Source house(References... references) {
  return source_of(Basis::house, references...);
}

// A posting or a commit, as people name it.
struct Titled {
  std::string_view id, title;
};
std::span<const Titled> known_postings();
std::span<const Titled> known_commits();

std::string_view word(Basis basis);

// "document"; "document, its error: code".
std::string basis_of(const Source& source);
std::string_view word(Reference::Kind kind);

// Letters, digits and underscores alone.
bool is_identifier(std::string_view word);

// "kernel/bpf/tcx.c, tcx_prog_attach"; "commit 053c8e1f235d (bpf: Add ...), "will just prepend"".
std::string text(const Reference& reference);

// Its references, or "none".
std::string text(const Source& source);

// Empty if the reference is well formed; else what is wrong with it.
std::string fault_of(const Reference& reference);

}  // namespace mprogcheck
