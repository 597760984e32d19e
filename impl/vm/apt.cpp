// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/apt.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "impl/safe_file.hpp"
#include "impl/target.hpp"
#include "impl/vm/archive.hpp"
#include "impl/vm/pattern.hpp"
#include "impl/vm/version.hpp"

namespace mprogcheck::vm {
namespace fs = std::filesystem;
namespace {

constexpr auto kAptGet = "/usr/bin/apt-get", kAptHelper = "/usr/lib/apt/apt-helper";
constexpr auto kKeys = "/usr/share/keyrings/debian-archive-keyring.gpg";

// Older suites have 6.1, without bpf_mprog (it came with 6.6).
constexpr std::string_view kSuites[] = {
    "bookworm-backports", "trixie", "trixie-backports", "forky", "sid", "experimental"};
constexpr std::string_view kSecuritySuites[] = {"trixie-security", "forky-security"};

[[noreturn]] void disk_is_full(const fs::path& directory) {
  throw CannotRun(directory.string() +
                  ": the disk is full; set XDG_CACHE_HOME to a directory with more room");
}

// What apt complained of, without addresses: a mirror is nobody's business but this machine's.
// Throws CannotRun if all that is wrong is our disk.
std::string complaint(const std::string& errors, const fs::path& directory) {
  if (errors.find("No space left on device") != errors.npos) disk_is_full(directory);
  static const Pattern kNoise(
      " ?\\[IP: [^]]*]| \\([0-9a-f.:]+\\)|^E: (Failed to fetch +[^ ]+ +)?|[^ ]+://[^ ]+ *");
  static const Pattern kHost("'[^' ]+\\.[^' ]+'|[^ ]+:[0-9]+\\b");
  std::istringstream in(errors);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("E: ")) return kHost.replaced(kNoise.replaced(line, ""), "the mirror");
  return "apt gave no reason";
}

// apt waits for ever where the disk is full in the middle of its lists, and for minutes where
// nobody answers. Nothing new on the disk for so long means that it is stuck.
constexpr auto kPatience = std::chrono::seconds(60), kPatienceIfFull = std::chrono::seconds(5);
constexpr std::uintmax_t kFull = 1U << 20;  // a disk with less room than that

// A tick that does what another does, and throws once apt is stuck.
Tick impatient(const fs::path& directory, const Tick& tick) {
  struct Seen {
    std::uintmax_t bytes = 0;
    std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  };
  return [&directory, &tick, seen = Seen()]() mutable {
    if (tick) tick();
    std::uintmax_t bytes = 0;
    std::error_code gone;  // files come and go meanwhile
    for (auto at = fs::recursive_directory_iterator(directory, gone);
         !gone && at != fs::recursive_directory_iterator(); at.increment(gone)) {
      std::error_code none;
      if (const auto size = fs::file_size(at->path(), none); !none) bytes += size;
    }
    const auto now = std::chrono::steady_clock::now();
    if (bytes != seen.bytes) seen = {bytes, now};
    if (now - seen.since > kPatience)
      throw NotDelivered("apt got nothing for a minute: nobody answers");
    if (now - seen.since > kPatienceIfFull && fs::space(directory, gone).available < kFull)
      disk_is_full(directory);
  };
}

struct IndexTarget {
  std::string repository, release, component, origin, label;
};

// What apt is configured for. Without its lists it knows of no origin and no label.
std::vector<IndexTarget> index_targets(bool with_lists) {
  const ProgramResult apt = run_process(
      {kAptGet, "-o",
       std::string("APT::Get::IndexTargets::ReleaseInfo=") + (with_lists ? "true" : "false"),
       "indextargets", "--format", "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(LABEL)|",
       "Created-By: Packages"});
  std::vector<IndexTarget> out;
  std::istringstream in(apt.output);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    IndexTarget t;
    for (std::string* word : {&t.repository, &t.release, &t.component, &t.origin, &t.label})
      std::getline(words, *word, '|');
    if (t.component == "main") out.push_back(std::move(t));
  }
  return out;
}

bool is_codename(std::string_view release) {
  static constexpr std::string_view kNames[] = {"bookworm", "trixie",  "forky",    "sid",
                                                "stable",   "testing", "unstable", "oldstable"};
  return std::find(std::begin(kNames), std::end(kNames), release) != std::end(kNames);
}

fs::path list_of(const Suite& suite, const fs::path& lists) {
  const std::string tail = "_dists_" + suite.name + "_main_binary-amd64_Packages";
  for (const auto& entry : fs::directory_iterator(lists)) {
    const std::string name = entry.path().filename();
    const auto at = name.find(tail);
    if (at != name.npos && (at + tail.size() == name.size() || name[at + tail.size()] == '.'))
      return entry.path();
  }
  return {};
}

// apt's settings for us alone. Hooks that a machine has for its own updates are not run.
void write_settings(const std::vector<Suite>& suites, const fs::path& directory) {
  for (const auto* below : {"lists/partial", "cache"}) fs::create_directories(directory / below);
  std::ostringstream sources;
  for (const Suite& s : suites)
    sources << "deb [arch=amd64 target=Packages " << s.trust << "] " << s.repository << ' '
            << s.name << " main\n";
  std::ostringstream settings;
  const auto quoted = [&](const char* below) { return "\"" + (directory / below).string() + "\""; };
  settings << "Dir::Etc::SourceList " << quoted("sources.list") << ";\n"
           << "Dir::Etc::SourceParts \"/dev/null\";\n"
           << "Dir::State::Lists " << quoted("lists") << ";\n"
           << "Dir::Cache " << quoted("cache") << ";\n"
           << "Acquire::Languages \"none\";\n"
              "Acquire::GzipIndexes \"true\";\n"
              "pkgCacheFile::Generate \"false\";\n"
              "#clear APT::Update::Pre-Invoke;\n"
              "#clear APT::Update::Post-Invoke;\n"
              "#clear APT::Update::Post-Invoke-Success;\n";
  write_whole(directory / "sources.list", sources.str());
  write_whole(directory / "apt.conf", settings.str());
}

}  // namespace

std::vector<Suite> suites_of_mirror() {
  std::string debian, security;
  for (const bool with_lists : {true, false})
    for (const IndexTarget& t : index_targets(with_lists)) {
      const bool ours = with_lists ? t.origin == "Debian" : true;
      if (ours && debian.empty() && is_codename(t.release)) debian = t.repository;
      if (ours && security.empty() && t.release.ends_with("-security")) security = t.repository;
    }
  if (debian.empty())
    throw CannotRun("apt is configured for no mirror of Debian; name a kernel by its path instead");
  if (std::error_code none; !fs::exists(kKeys, none))
    throw CannotRun("the keys of Debian's archive are not here; install debian-archive-keyring");
  const std::string trust = std::string("signed-by=") + kKeys;
  std::vector<Suite> out;
  for (const auto name : kSuites) out.push_back({debian, std::string(name), trust});
  if (!security.empty())
    for (const auto name : kSecuritySuites) out.push_back({security, std::string(name), trust});
  return out;
}

std::vector<Offer> ask(const std::vector<Suite>& suites, const fs::path& directory,
                       const Tick& tick) {
  write_settings(suites, directory);
  std::string said, errors;
  const ProgramResult apt =
      run_process({kAptGet, "-c", directory / "apt.conf", "--error-on=any", "-qq", "update"},
                  {.tick = impatient(directory, tick), .errors = &said});
  // That a suite is not there is the one error that is none.
  std::istringstream in(said);
  std::vector<std::string> missing;
  static const Pattern kMissing("^E: .* ([^ ]+) Release' does not have a Release file");
  for (std::string line; std::getline(in, line);) {
    if (const auto m = kMissing.in(line))
      missing.push_back((*m)[1]);
    else
      errors += line + "\n";
  }
  if (apt.status != 0 && (missing.empty() || errors.find("E: ") != errors.npos))
    throw CannotRun("Debian's mirror cannot be asked: " + complaint(errors, directory));
  std::vector<Offer> out;
  bool any = false;
  for (const Suite& suite : suites) {
    if (std::find(missing.begin(), missing.end(), suite.name) != missing.end()) continue;
    const fs::path list = list_of(suite, directory / "lists");
    if (list.empty()) continue;
    add_offers(suite, list, out);
    any = true;
  }
  if (!any)
    throw CannotRun("Debian's mirror has none of the suites with kernels, or none verified");
  return out;
}

std::vector<SourcePackage> sources_in(const std::vector<Suite>& suites, const fs::path& directory) {
  const auto wanted = [](std::string_view line) {
    return line.starts_with("Package: linux-source-");
  };
  std::vector<SourcePackage> out;
  std::error_code none;
  if (!fs::is_directory(directory / "lists", none)) return out;
  for (const Suite& suite : suites) {
    const fs::path list = list_of(suite, directory / "lists");
    if (list.empty()) continue;
    each_paragraph(list, wanted, [&](Paragraph p) {
      SourcePackage s{.package = p["Package"],
                      .version = p["Version"],
                      .release = release_in(p["Version"]),
                      .parcel = {suite.repository + p["Filename"], p["SHA256"],
                                 std::strtoull(p["Size"].c_str(), nullptr, 10)}};
      if (!s.release.empty() && !s.parcel.sha256.empty()) out.push_back(std::move(s));
    });
  }
  return out;
}

// By the hash of the verified list: apt-get itself would read all lists again to find the same.
void download(const std::string& kernel, const Parcel& parcel, const fs::path& file,
              const Tick& tick) {
  const fs::path directory = file.parent_path();
  const ProgramResult apt = run_process(
      {kAptHelper, "-qq", "download-file", parcel.address, file, "SHA256:" + parcel.sha256},
      {.tick = impatient(directory, tick)});
  if (apt.status != 0)
    throw NotDelivered(kernel + " cannot be downloaded: " + complaint(apt.output, directory));
}

}  // namespace mprogcheck::vm
