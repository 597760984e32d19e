// SPDX-License-Identifier: GPL-2.0-only
#include "model/rules/source.hpp"

#include <algorithm>

namespace mprogcheck {
namespace {

constexpr Titled kPostings[] = {
    {"000", "netkit, bpf: Add bpf programmable net device, bpf-next v4 1/7, 2023-10-24"},
    {"001", "netkit, bpf: Add bpf programmable net device, review, 2023-10-25"},
    {"002", "net: sched: add bpf_link API for bpf classifier, RFC bpf-next 3/7, 2021-05-28"},
    {"003",
     "bpf: Add generic attach/detach/query API for multi-progs, bpf-next v2 1/7, 2023-06-07"},
    {"004", "netkit: Add single device mode for netkit, net-next v7 9/16, 2026-01-15"},
};

constexpr Titled kCommits[] = {
    {"053c8e1f235d", "bpf: Add generic attach/detach/query API for multi-progs"},
    {"0bad281d0ecd", "netkit: Reject IFLA_NETKIT_PEER_INFO in netkit_change_link"},
    {"0ebe224ffce8", "netkit: Simplify netkit mode over to use NLA_POLICY_MAX"},
    {"1f211a1b929c", "net, sched: add clsact qdisc"},
    {"35dfaad7188c", "netkit, bpf: Add bpf programmable net device"},
    {"715c5ce454a6", "libbpf: Add low level TC-BPF management API"},
    {"a4fe78386afb", "bpf: Fix BPF_PROG_QUERY last field check"},
    {"ae23bc81ddf7", "bpf: Fix tcx/netkit detach permissions when prog fd isn't given"},
    {"bd039b5ea2a9", "net/core: Allow live renaming when an interface is up"},
    {"d6fe532b7499", "netkit: Fix setting mac address in l2 mode"},
    {"e420bed02507", "bpf: Add fd-based tcx multi-prog infra with link support"},
    {"ec061546c6cf", "rtnetlink: Lookup device in target netns when creating link"},
    {"edfa9af0a73e", "bpf: Handle bpf_mprog_query with NULL entry"},
};

std::string_view title(std::span<const Titled> all, std::string_view id) {
  const auto it = std::find_if(all.begin(), all.end(), [&](const Titled& t) { return t.id == id; });
  return it == all.end() ? std::string_view{} : it->title;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_path(std::string_view path) {
  return path.find('/') != std::string_view::npos && !path.starts_with('/') &&
         !path.ends_with('/') && path.find_first_of(" \t,;") == std::string_view::npos &&
         path.find("..") == std::string_view::npos;
}

// "bpf(2)"
bool is_page(std::string_view page) {
  const auto open = page.find('(');
  return open != std::string_view::npos && open > 0 && page.size() == open + 3 &&
         is_digit(page[open + 1]) && page.ends_with(')') &&
         page.substr(0, open).find_first_of(" /") == std::string_view::npos;
}

bool is_commit(std::string_view id) {
  return id.size() == 12 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "7.1"
bool is_release(std::string_view release) {
  const auto dot = release.find('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < release.size() &&
         release.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

std::span<const Titled> known_postings() {
  return kPostings;
}
std::span<const Titled> known_commits() {
  return kCommits;
}

std::string_view word(Basis basis) {
  switch (basis) {
    case Basis::document:
      return "document";
    case Basis::selftest:
      return "selftest";
    case Basis::code:
      return "code";
    case Basis::house:
      return "house";
  }
  return "?";
}

std::string basis_of(const Source& source) {
  return std::string(word(source.basis)) + (source.names_error ? "" : ", its error: code");
}

std::string_view word(Reference::Kind kind) {
  switch (kind) {
    case Reference::Kind::file:
      return "file";
    case Reference::Kind::man:
      return "man";
    case Reference::Kind::commit:
      return "commit";
    case Reference::Kind::posting:
      return "posting";
  }
  return "?";
}

bool is_identifier(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

std::string text(const Reference& r) {
  std::string out(r.place);
  if (r.kind == Reference::Kind::commit)
    out = "commit " + out + " (" + std::string(title(kCommits, r.place)) + ")";
  if (r.kind == Reference::Kind::posting)
    out = "posting " + out + " (" + std::string(title(kPostings, r.place)) + ")";
  out += is_identifier(r.word) ? ", " + std::string(r.word) : ", \"" + std::string(r.word) + '"';
  return r.since.empty() ? out : out + " (since " + std::string(r.since) + ")";
}

std::string text(const Source& source) {
  std::string out;
  for (const Reference& r : source.references()) out += (out.empty() ? "" : "; ") + text(r);
  return out.empty() ? "none" : out;
}

std::string fault_of(const Reference& r) {
  if (r.word.empty() || r.word.find_first_of("\"\n") != std::string_view::npos)
    return "it names no word to look for";
  if (!r.since.empty() && (r.kind != Reference::Kind::file || !is_release(r.since)))
    return "only a file has a release since when it is there, such as 7.1";
  switch (r.kind) {
    case Reference::Kind::file:
      return is_path(r.place) ? "" : "the path is none in a kernel tree";
    case Reference::Kind::man:
      return is_page(r.place) ? "" : "the page is not of the form bpf(2)";
    case Reference::Kind::commit:
      if (!is_commit(r.place)) return "a commit has 12 hex digits";
      return title(kCommits, r.place).empty() ? "the commit is not in kCommits" : "";
    case Reference::Kind::posting:
      return title(kPostings, r.place).empty() ? "the posting is not in kPostings" : "";
  }
  return "?";
}

}  // namespace mprogcheck
