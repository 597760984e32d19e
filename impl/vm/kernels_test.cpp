// SPDX-License-Identifier: GPL-2.0-only
// Kernels from a small Debian archive made here, through apt itself; no network is needed but for
// the last test.
#include "impl/vm/kernels.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <thread>
#include <tuple>

#include "impl/process.hpp"
#include "impl/read_file.hpp"
#include "impl/vm/apt.hpp"
#include "impl/vm/archive.hpp"
#include "impl/vm/bzimage.hpp"
#include "impl/vm/cache.hpp"
#include "impl/vm/guest.hpp"
#include "impl/vm/modules.hpp"
#include "impl/vm/test/bzimage.hpp"
#include "impl/vm/version.hpp"

namespace mprogcheck::vm {
namespace {
namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::string banner(const std::string& uname, const std::string& version) {
  return uname + " (who@where) #1 SMP Debian " + version + " (2026-01-01)";
}

std::string must(const std::vector<std::string>& argv) {
  const ProgramResult r = run_process(argv);
  if (r.status != 0) throw std::runtime_error(argv[0] + ": " + r.output);
  return r.output;
}

class Kernels : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* needed : {"/usr/bin/apt-get", "/usr/lib/apt/apt-helper", "/usr/bin/dpkg-deb"})
      if (access(needed, X_OK) != 0) GTEST_SKIP() << needed << " is not here";
    std::string name = "/tmp/mprogcheck-kernels-XXXXXX";
    top_ = mkdtemp(name.data());
    store_.cache = top_ / "cache";
    store_.root = top_ / "root";
    store_.suites = {{suite("trixie"), suite("experimental"), suite("not-there")}};
    store_.suites->back().trust = "signed-by=/no/keys";  // of what is trusted apt expects lists
    forget_all();
    store_.warn = [this](const std::string& text) { warnings_ += text + "\n"; };
  }
  void TearDown() override {
    if (!top_.empty()) fs::remove_all(top_);
  }

  Suite suite(const std::string& name) const {
    return {"copy:" + (top_ / "archive/").string(), name, "trusted=yes"};
  }

  // The archive offers nothing any more; what is in its pool stays.
  void forget_all() const {
    for (const char* suite : {"trixie", "experimental"})
      write(top_ / "archive/dists" / suite / "main/binary-amd64/Packages", "");
  }

  // A package in the archive, with its paragraph in the list of a suite.
  void offer(const std::string& suite, const std::string& package, const std::string& version,
             const std::string& file, const std::string& content,
             const std::map<std::string, std::string>& more = {}) {
    const std::string name = package + "_" + version + "_amd64.deb";
    const fs::path tree = top_ / "tree", deb = top_ / "archive/pool" / name;
    fs::remove_all(tree);
    write(tree / "DEBIAN/control", fmt::format("Package: {}\nVersion: {}\nArchitecture: amd64\n"
                                               "Maintainer: who <who@where>\nDescription: none\n",
                                               package, version));
    write(tree / "boot/other", "other");
    write(tree / file, content);
    for (const auto& [other, its] : more) write(tree / other, its);
    fs::create_directories(deb.parent_path());
    must({"dpkg-deb", "--root-owner-group", "-Zxz", "-z0", "-b", tree, deb});
    add_to_list(suite, package, version, deb);
  }

  void add_to_list(const std::string& suite, const std::string& package, const std::string& version,
                   const fs::path& deb) {
    const fs::path list = top_ / "archive/dists" / suite / "main/binary-amd64/Packages";
    fs::create_directories(list.parent_path());
    std::ofstream(list, std::ios::app) << fmt::format(
        "Package: {}\nVersion: {}\nArchitecture: amd64\nFilename: pool/{}\nSize: {}\nSHA256: "
        "{}\nDescription: a\n b: c\n\n",
        package, version, deb.filename().string(), fs::file_size(deb),
        must({"sha256sum", deb}).substr(0, 64));
  }

  void offer_kernel(const std::string& suite, const std::string& uname, const std::string& version,
                    bool binary = false) {
    offer(suite, (binary ? "linux-binary-" : "linux-image-") + uname, version,
          binary ? "usr/lib/modules/" + uname + "/vmlinuz" : "boot/vmlinuz-" + uname,
          bzimage(banner(uname, version)));
  }

  // With a module that is wanted and one that is not, as 6.12 has them.
  void offer_kernel_with_modules(const std::string& uname, const std::string& version,
                                 const std::string& module) {
    const std::string modules = "lib/modules/" + uname + "/kernel/net/sched/";
    offer("trixie", "linux-image-" + uname, version, "boot/vmlinuz-" + uname,
          bzimage(banner(uname, version)),
          {{modules + "sch_ingress.ko.xz", module}, {modules + "sch_fq.ko.xz", "other"}});
  }

  void offer_three() {
    offer_kernel("trixie", "6.12.9+deb13-cloud-amd64", "6.12.9-1");
    offer_kernel("trixie", "6.12.57+deb13-cloud-amd64", "6.12.57-1");
    offer_kernel("experimental", "7.3-cloud-amd64", "7.3~rc7-1~exp1", true);
  }

  std::vector<std::string> listed() const {
    std::vector<std::string> out;
    for (const auto& k : available(store_))
      out.push_back(
          fmt::format("{} {} {}{}", k.release, k.uname, k.suite, k.cached ? " cached" : ""));
    return out;
  }

  template <class Exception>
  std::string refusal(const std::string& name) const {
    try {
      return "got " + image_of(name, store_).string();
    } catch (const Exception& e) {
      return e.what();
    }
  }

  using Lines = std::vector<std::string>;
  fs::path top_;
  KernelStore store_;
  std::string warnings_;
};

TEST(Versions, are_ordered_as_debian_does) {
  const char* ascending[] = {"6.12.9-1",  "6.12.57-1~bpo12+1", "6.12.57-1", "6.12.57-1+b1",
                             "7.3~rc2-1", "7.3~rc10-1",        "7.3",       "7.3-1",
                             "7.3.4-1"};
  for (const auto* a : ascending)
    for (const auto* b : ascending)
      EXPECT_EQ(compare_versions(a, b) < 0,
                std::find(std::begin(ascending), std::end(ascending), a) <
                    std::find(std::begin(ascending), std::end(ascending), b))
          << a << " " << b;
}

TEST(Versions, are_named_up_to_where_a_number_or_word_ends) {
  EXPECT_TRUE(means("6.12", "6.12") && means("6.12", "6.12.57") && means("7.3-rc", "7.3-rc7"));
  EXPECT_TRUE(means("7.3", "7.3-rc7") && means("6.12.57+deb13", "6.12.57+deb13-cloud-amd64"));
  EXPECT_FALSE(means("6.1", "6.12") || means("6.12.5", "6.12.57") || means("7.3-r", "7.3-rc7"));
  EXPECT_FALSE(means("", "6.12") || means("6.12.", "6.12.57") || means("6.12.57.1", "6.12.57"));
  EXPECT_EQ(release_in("7.3~rc7-1~exp1"), "7.3-rc7");
  EXPECT_EQ(release_in("6.12.57+deb13-cloud-amd64"), "6.12.57");
  EXPECT_EQ(release_in("cloud"), "");
}

TEST_F(Kernels, are_listed_once_each_newest_first) {
  offer_three();
  offer_kernel("experimental", "6.12.57+deb13-cloud-amd64", "6.12.57-1");
  // No kernels: debug symbols, a metapackage, another flavour, a pointer.
  for (const char* name : {"linux-image-6.12.9+deb13-cloud-amd64-dbg", "linux-image-cloud-amd64",
                           "linux-image-6.12.9+deb13-amd64"})
    offer("trixie", name, "6.12.9-1", "boot/vmlinuz-x", bzimage("x"));
  offer("experimental", "linux-image-7.3-cloud-amd64", "7.3~rc7-1~exp1", "boot/x", "pointer");
  write(store_.root / "boot/vmlinuz-6.18.44", bzimage("6.18.44 (root@here) #1"));
  write(store_.root / "boot/vmlinuz-old", "no kernel");
  EXPECT_EQ(listed(), (Lines{"7.3-rc7 7.3-cloud-amd64 experimental", "6.18.44 6.18.44 installed",
                             "6.12.57 6.12.57+deb13-cloud-amd64 trixie",
                             "6.12.9 6.12.9+deb13-cloud-amd64 trixie"}));
  EXPECT_EQ(warnings_, "");
}

TEST_F(Kernels, are_signed_where_they_can_be) {
  const std::string x = "6.12.9+deb13-cloud-amd64", y = "7.2.1+deb14-cloud-amd64";
  offer("trixie", "linux-image-" + x + "-unsigned", "6.12.9-1", "boot/vmlinuz-x", bzimage(x));
  offer_kernel("trixie", x, "6.12.9-1");
  offer("trixie", "linux-binary-unsigned-" + y, "7.2.1-1", "boot/vmlinuz-y", bzimage(y));
  const auto kernels = available(store_);
  ASSERT_EQ(kernels.size(), 2U);
  EXPECT_EQ(kernels[0].package, "linux-binary-unsigned-" + y);
  EXPECT_EQ(kernels[1].package, "linux-image-" + x);
}

TEST_F(Kernels, are_fetched_by_any_of_their_names_and_kept) {
  offer_three();
  for (const char* name : {"6.12", "6", "6.12.57", "6.12.57+deb13-cloud-amd64",
                           "linux-image-6.12.57+deb13-cloud-amd64"})
    EXPECT_EQ(read_bzimage(image_of(name, store_)).uname, "6.12.57+deb13-cloud-amd64") << name;
  for (const char* name : {"7", "7.3", "7.3-rc", "7.3-rc7"}) {
    const auto image = read_bzimage(image_of(name, store_));
    EXPECT_EQ(image.release, "7.3-rc7") << name;
    EXPECT_EQ(image.version, "7.3~rc7-1~exp1");
  }
  // The mirror forgets them, and what we knew of it is lost as well.
  forget_all();
  store_.refresh = true;
  EXPECT_EQ(listed(), (Lines{"7.3-rc7 7.3-cloud-amd64 gone cached",
                             "6.12.57 6.12.57+deb13-cloud-amd64 gone cached"}));
  EXPECT_EQ(read_bzimage(image_of("6.12", store_)).release, "6.12.57");
  fs::remove_all(top_ / "archive");
  EXPECT_EQ(read_bzimage(image_of("6.12.57+deb13-cloud-amd64", store_)).release, "6.12.57");
  EXPECT_EQ(read_bzimage(image_of("6.12", store_)).release, "6.12.57");
}

TEST_F(Kernels, that_are_not_there_have_neighbours) {
  offer_three();
  EXPECT_EQ(refusal<std::invalid_argument>("6.13"),
            "there is no kernel '6.13'; the nearest: 6.12.57 and 7.3-rc7; 'mprogcheck kernels "
            "list' names all");
  EXPECT_EQ(refusal<std::invalid_argument>("5"),
            "there is no kernel '5'; the nearest: 6.12.9; 'mprogcheck kernels list' names all");
  EXPECT_EQ(refusal<std::invalid_argument>("linux-image-6.13+deb13-cloud-amd64"),
            "there is no kernel 'linux-image-6.13+deb13-cloud-amd64'; the nearest: 6.12.57 and "
            "7.3-rc7; 'mprogcheck kernels list' names all");
  EXPECT_EQ(refusal<std::invalid_argument>("frob"),
            "there is no kernel 'frob'; 'mprogcheck kernels list' names all");
}

TEST_F(Kernels, by_path_are_looked_at) {
  const fs::path good = top_ / "good", cut = top_ / "cut", none = top_ / "none";
  write(good, bzimage("6.1.0 (root@here)"));
  write(cut, bzimage("6.1.0 (root@here)").substr(0, 1U << 20));
  write(none, "ELF");
  EXPECT_EQ(image_of(good, store_), good);
  EXPECT_NE(refusal<std::invalid_argument>(cut).find("is cut off"), std::string::npos);
  EXPECT_NE(refusal<std::invalid_argument>(none).find("is no bzImage"), std::string::npos);
  write(none, "");
  EXPECT_NE(refusal<std::invalid_argument>(none).find("it is empty"), std::string::npos);
  EXPECT_NE(refusal<std::invalid_argument>(top_).find("is a directory"), std::string::npos);
  EXPECT_NE(refusal<std::invalid_argument>(top_ / "x").find("no such file"), std::string::npos);
}

TEST_F(Kernels, that_arrive_otherwise_than_promised_are_refused) {
  offer_three();
  const fs::path deb =
      top_ / "archive/pool/linux-image-6.12.57+deb13-cloud-amd64_6.12.57-1_amd64.deb";
  fs::resize_file(deb, 1U << 20);
  EXPECT_NE(refusal<CannotRun>("6.12").find("cannot be downloaded"), std::string::npos);
  fs::remove(deb);
  EXPECT_NE(refusal<CannotRun>("6.12").find("cannot be downloaded"), std::string::npos);
  EXPECT_EQ(read_bzimage(image_of("6.12.9", store_)).release, "6.12.9");
  EXPECT_NE(refusal<CannotRun>("6.12").find("of that name 6.12.9"), std::string::npos);
  EXPECT_FALSE(fs::exists(store_.cache / "part"));
}

TEST_F(Kernels, that_the_mirror_dropped_make_room_for_what_it_has) {
  offer_three();
  listed();
  fs::remove_all(top_ / "archive");
  forget_all();
  offer_kernel("trixie", "6.12.58+deb13-cloud-amd64", "6.12.58-1");
  EXPECT_EQ(read_bzimage(image_of("6.12", store_)).release, "6.12.58");
  EXPECT_NE(warnings_.find("asking the mirror again"), std::string::npos);
}

TEST_F(Kernels, in_broken_packages_are_refused) {
  offer("trixie", "linux-image-6.12.1-cloud-amd64", "6.12.1-1", "lib/big", bzimage("x"));
  offer("trixie", "linux-image-6.12.2-cloud-amd64", "6.12.2-1", "boot/vmlinuz-6.12.2",
        std::string(bzimage("x")).replace(0x202, 4, "none"));
  const fs::path deb = top_ / "archive/pool/bare.deb";
  write(deb, bzimage("6.12.3"));
  add_to_list("trixie", "linux-image-6.12.3-cloud-amd64", "6.12.3-1", deb);
  EXPECT_NE(refusal<CannotRun>("6.12.1").find("has no kernel in it"), std::string::npos);
  EXPECT_NE(refusal<CannotRun>("6.12.2").find("is no bzImage"), std::string::npos);
  EXPECT_NE(refusal<CannotRun>("6.12.3").find("package.deb"), std::string::npos);
  // Shorter than it was, though the list knows it so.
  offer("trixie", "other", "6.12.4-1", "boot/vmlinuz-6.12.4", bzimage("6.12.4"));
  const fs::path cut = top_ / "archive/pool/other_6.12.4-1_amd64.deb";
  fs::resize_file(cut, 5U << 18);
  add_to_list("trixie", "linux-image-6.12.4-cloud-amd64", "6.12.4-1", cut);
  store_.refresh = true;
  EXPECT_EQ(refusal<CannotRun>("6.12.4"), "linux-image-6.12.4-cloud-amd64: cannot be unpacked: " +
                                              (store_.cache / "part/package.deb").string() +
                                              ": cannot be read: truncated input");
}

TEST_F(Kernels, of_an_archive_nobody_signed_are_refused) {
  offer_three();
  for (Suite& s : *store_.suites) s.trust = "signed-by=" + (top_ / "no-keys").string();
  EXPECT_THROW(available(store_), CannotRun);
  EXPECT_NE(refusal<CannotRun>("6.12").find("of '6.12' nothing is here"), std::string::npos);
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(Kernels, come_with_the_modules_wanted) {
  offer_kernel_with_modules("6.12.9-cloud-amd64", "6.12.9-1", "within");
  offer_kernel("experimental", "7.3-cloud-amd64", "7.3-1", true);
  offer("experimental", "linux-modules-7.3-cloud-amd64", "7.3-1",
        "usr/lib/modules/7.3-cloud-amd64/kernel/net/sched/sch_ingress.ko.zst", "beside");
  offer_kernel("experimental", "7.2-cloud-amd64", "7.2-1", true);
  offer("experimental", "linux-modules-7.2-cloud-amd64", "7.2-2", "usr/x.ko", "another build's");
  for (const auto& [name, file, content] : {std::tuple{"6.12", "sch_ingress.ko.xz", "within"},
                                            {"7.3", "sch_ingress.ko.zst", "beside"}}) {
    const fs::path image = image_of(name, store_), module = image.parent_path() / file;
    EXPECT_EQ(modules_of(image), (ModuleFiles{{"sch_ingress", module}}));
    EXPECT_EQ(content_of(module), content);
    EXPECT_EQ(std::distance(fs::directory_iterator(image.parent_path()), {}), 2) << name;
  }
  EXPECT_EQ(modules_of(image_of("7.2", store_)), ModuleFiles());
}

TEST_F(Kernels, installed_have_the_modules_installed_for_them) {
  const fs::path modules = store_.root / "usr/lib/modules/6.18.44",
                 file = modules / "kernel/net/sched/sch_ingress.ko";
  write(file, "module");
  for (const fs::path& image :
       {store_.root / "boot/vmlinuz-6.18.44", store_.root / "boot/bzImage", modules / "vmlinuz"}) {
    write(image, bzimage("6.18.44 (root@here) #1"));
    EXPECT_EQ(modules_of(image), (ModuleFiles{{"sch_ingress", file}})) << image;
  }
  write(top_ / "bzImage", bzimage("6.18.44 (root@here) #1"));
  EXPECT_EQ(modules_of(top_ / "bzImage"), ModuleFiles());
}

TEST_F(Kernels, that_cannot_boot_here_say_why) {
  const fs::path image = top_ / "bzImage", module = top_ / "sch_ingress.ko.xz";
  write(image, bzimage("6.18.44 (root@here) #1"));
  write(module, "no module");
  const auto why_not = [&] {
    Boot boot;
    boot.kernel = boot.agent = image;
    try {
      Guest(boot, BootFiles(boot));
    } catch (const CannotRun& e) {
      return std::string(e.what());
    }
    return std::string("it boots");
  };
  EXPECT_EQ(why_not(), module.string() + ": cannot be read, or is no kernel module; remove it");
  fs::remove(module);
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", top_.c_str(), 1);
  EXPECT_EQ(why_not(), "there is no qemu-system-x86_64 (Debian: qemu-system-x86)");
  ::setenv("PATH", path.c_str(), 1);
}

TEST_F(Kernels, have_to_be_kept_somewhere) {
  write(top_ / "file", "");
  store_.cache = top_ / "file" / "cache";
  EXPECT_EQ(refusal<CannotRun>("6.12"), store_.cache.string() +
                                            ": cannot be made: Not a directory; set XDG_CACHE_HOME "
                                            "to a directory for caches");
}

TEST_F(Kernels, that_were_kept_without_modules_are_fetched_anew) {
  offer_kernel_with_modules("6.12.9-cloud-amd64", "6.12.9-1", "module");
  const fs::path before = store_.cache / "linux-image-6.12.9-cloud-amd64_6.12.9-1.bzImage";
  write(before, bzimage(banner("6.12.9-cloud-amd64", "6.12.9-1")));
  EXPECT_EQ(listed(), (Lines{"6.12.9 6.12.9-cloud-amd64 trixie"}));
  EXPECT_EQ(modules_of(image_of("6.12", store_)).size(), 1U);
  EXPECT_FALSE(fs::exists(before));
}

TEST_F(Kernels, count_in_the_cache_with_their_modules) {
  offer_three();
  offer_kernel_with_modules("6.18.1-cloud-amd64", "6.18.1-1", bzimage("as large as a kernel"));
  store_.cache_limit = 3U << 20;  // less than two kernels and the modules of one
  const fs::path first = image_of("6.18", store_);
  fs::last_write_time(first, fs::file_time_type::clock::now() - std::chrono::hours(1));
  image_of("6.12.57", store_);
  EXPECT_FALSE(fs::exists(first.parent_path()));
}

TEST_F(Kernels, least_recently_used_go_first) {
  offer_three();
  store_.cache_limit = 3U << 20;  // two images
  const fs::path first = image_of("6.12.9", store_), second = image_of("6.12.57", store_);
  const auto an_hour_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(first, an_hour_ago);
  fs::last_write_time(second, an_hour_ago);
  EXPECT_EQ(image_of("6.12.9", store_), first);  // used again
  image_of("7.3", store_);
  EXPECT_TRUE(fs::exists(first));
  EXPECT_FALSE(fs::exists(second));
  store_.cache_limit = 0;  // the one asked for stays all the same
  EXPECT_TRUE(fs::exists(image_of("6.12.57", store_)));
  EXPECT_FALSE(fs::exists(first));
}

TEST_F(Kernels, of_a_cache_that_others_can_write_are_not_used) {
  offer_three();
  image_of("6.12", store_);
  fs::permissions(store_.cache, fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(refusal<CannotRun>("6.12"),
            store_.cache.string() +
                ": other users can write to it; 'chmod go-w' it once you know what is in there, or "
                "set XDG_CACHE_HOME to a directory for caches");
  fs::permissions(store_.cache, fs::perms::others_write, fs::perm_options::remove);
  if (::geteuid() != 0) return;
  ASSERT_EQ(::chown(store_.cache.c_str(), 12345, 0), 0);
  EXPECT_NE(refusal<CannotRun>("6.12").find("belongs to another user"), std::string::npos);
  ASSERT_EQ(::chown(store_.cache.c_str(), 0, 0), 0);
}

// Nothing is written of it, and the next attempt is refused likewise.
TEST_F(Kernels, of_a_package_that_names_paths_outside_of_itself_are_refused) {
  const std::string uname = "6.12.1-cloud-amd64", package = "linux-image-" + uname;
  for (const std::string rename : {"s,^,../../../,", "s,^,/,", "s,^,boot/../../../,"}) {
    const fs::path tree = top_ / "hostile", deb = top_ / "archive/pool/hostile.deb";
    write(tree / "boot" / ("vmlinuz-" + uname), bzimage(banner(uname, "6.12.1-1")));
    write(tree / "debian-binary", "2.0\n");
    fs::create_directories(deb.parent_path());
    fs::remove(deb);
    must({"tar", "--create", "--absolute-names", "--file", tree / "data.tar", "--directory", tree,
          "--transform", rename, "boot"});
    must({"ar", "q", deb, tree / "debian-binary", tree / "data.tar"});
    forget_all();
    add_to_list("experimental", package, "6.12.1-1", deb);
    store_.refresh = true;
    for (int attempt = 0; attempt < 2; ++attempt)
      EXPECT_NE(refusal<CannotRun>(uname).find(": names a path outside of itself, "),
                std::string::npos)
          << rename << ": " << refusal<CannotRun>(uname);
    EXPECT_TRUE(Cache(store_.cache).images().empty());
  }
}

// Who can rename a folder above can put another one in its place. In a folder as /tmp nobody can.
TEST_F(Kernels, of_a_cache_below_a_folder_that_others_can_write_are_not_used) {
  offer_three();
  image_of("6.12", store_);
  fs::permissions(top_, fs::perms::others_write, fs::perm_options::add);
  EXPECT_NE(refusal<CannotRun>("6.12").find(top_.string() + ": other users can write to it"),
            std::string::npos);
  fs::permissions(top_, fs::perms::sticky_bit, fs::perm_options::add);
  EXPECT_NO_THROW(image_of("6.12", store_));
  fs::permissions(top_, fs::perms::others_write | fs::perms::sticky_bit, fs::perm_options::remove);
}

TEST_F(Kernels, are_in_the_cache_and_not_where_links_lead) {
  const fs::path outside = top_ / "outside";
  write(outside / "bzImage", bzimage(banner("6.12.1-cloud-amd64", "6.12.1-1")));
  fs::create_directories(store_.cache / "linux-image-6.12.2_6.12.2-1");
  fs::create_symlink(outside, store_.cache / "linux-image-6.12.1_6.12.1-1");
  fs::create_symlink(outside / "bzImage", store_.cache / "linux-image-6.12.2_6.12.2-1" / "bzImage");
  const Cache cache(store_.cache);
  EXPECT_TRUE(cache.images().empty());
  cache.evict(0, {});
  EXPECT_TRUE(fs::exists(outside / "bzImage"));
  for (const char* package : {"../outside", "a/b", "", "..", "A b"})
    EXPECT_THROW(cache.image(package, "6.12.1-1"), CannotRun) << package;
  for (const char* version : {"/../../x", "", "..", "1/2"})
    EXPECT_THROW(cache.image("linux-image", version), CannotRun) << version;
  EXPECT_NO_THROW(cache.image("linux-image-7.3-rc1-amd64", "7.3~rc1-1~exp1"));
}

// A header that promises 4 GB, at any place, takes no memory.
TEST(BzImage, that_claims_more_than_it_has_is_refused) {
  std::string bytes = bzimage("6.1.0 (root@here)").substr(0, 21U << 10);
  const auto set = [&](std::size_t at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i)
      bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> 8 * i);
  };
  set(0x1f4, 0);        // all that the other check looks at
  bytes[0x206] = 0x0f;  // protocol 2.15
  for (const std::uint32_t length : {0xffffffffU, 0x80000000U, 0x6000U})
    for (const std::uint32_t offset : {0U, 0xffffffffU}) {
      set(0x248, offset);
      set(0x24c, length);
      try {
        payload_of(bytes, "claims");
        ADD_FAILURE() << length << " at " << offset;
      } catch (const std::invalid_argument& e) {
        EXPECT_NE(std::string(e.what()).find("is cut off"), std::string::npos) << e.what();
      }
    }
}

// 16 MiB of zeros are 16 KB.
TEST(Unpacked, within_bounds) {
  const std::string name = "/tmp/mprogcheck-zeros-" + std::to_string(getpid());
  fs::remove(name + ".gz");
  write(name, std::string(16U << 20, '\0'));
  must({"gzip", name});
  const std::string packed = read_file(name + ".gz", 1U << 20);
  EXPECT_EQ(unpacked(packed, name, 16U << 20).size(), 16U << 20);
  try {
    unpacked(packed, name, (16U << 20) - 1);
    ADD_FAILURE();
  } catch (const CannotRun& e) {
    EXPECT_EQ(std::string(e.what()), name +
                                         ": unpacks to more than 15 MiB, and no guest has room "
                                         "for that; fetch it anew, or name another");
  }
  fs::remove(name + ".gz");
}

TEST_F(Kernels, are_fetched_by_several_runs_at_a_time) {
  offer_three();
  std::vector<std::thread> runs;
  std::vector<std::string> got(4);
  for (std::size_t i = 0; i < got.size(); ++i)
    runs.emplace_back([&, i, store = store_]() mutable {
      store.warn = [](const std::string&) {};
      try {
        got[i] = read_bzimage(image_of(i % 2 ? "7.3" : "6.12", store)).release;
      } catch (const std::exception& e) {
        got[i] = e.what();
      }
    });
  for (auto& run : runs) run.join();
  EXPECT_EQ(got, (Lines{"6.12.57", "7.3-rc7", "6.12.57", "7.3-rc7"}));
}

// The real mirror, if there is one: its lists are large, so nothing but a small kernel is fetched.
TEST(Mirror, has_eight_releases_with_6_12_and_a_candidate_or_newer) {
  KernelStore store;
  std::string name = "/tmp/mprogcheck-mirror-XXXXXX";
  store.cache = mkdtemp(name.data());
  std::set<std::string> releases;
  try {
    for (const auto& k : available(store))
      if (k.suite != "installed") releases.insert(k.release);
    EXPECT_GE(releases.size(), 8U);
    EXPECT_TRUE(std::any_of(releases.begin(), releases.end(),
                            [](const std::string& r) { return means("6.12", r); }));
    EXPECT_TRUE(means("7", read_bzimage(image_of("7", store)).release));
  } catch (const CannotRun& e) {
    fs::remove_all(store.cache);
    GTEST_SKIP() << "no mirror to ask: " << e.what();
  }
  fs::remove_all(store.cache);
}

}  // namespace
}  // namespace mprogcheck::vm
