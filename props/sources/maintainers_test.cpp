// SPDX-License-Identifier: GPL-2.0-only
// Recipients of a mail, from a tree's MAINTAINERS and from its script.
#include "props/sources/maintainers.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "impl/target.hpp"

namespace mprogcheck::sources {
namespace {

namespace fs = std::filesystem;

constexpr const char* kList =
    "List of maintainers\n===================\n\n\tM: *Mail* patches to\n\n"
    "BPF [GENERAL]\nM:\tAda <ada@x.org>\nR:\tBen <ben@x.org>\nL:\tbpf@x.org "
    "(moderated)\nS:\tSupported\n"
    "F:\tkernel/bpf/\nX:\tkernel/bpf/tcx.c\n\n"
    "BPF [TCX]\nM:\tCy <cy@x.org>\nL:\tbpf@x.org\nF:\tkernel/bpf/tcx.*\nF:\tinclude/net/tcx.h\n\n"
    "NETWORK DRIVERS\nM:\tDi <di@x.org>\nF:\tdrivers/*/netkit.c\nF:\tdrivers/*/wan/\n\n"
    "THE REST\nM:\tLin <lin@x.org>\nL:\tall@x.org\nF:\t*\nF:\t*/\n";

using List = std::vector<std::string>;

TEST(Maintainers, are_those_of_the_sections_that_have_the_file) {
  EXPECT_EQ(recipients_in(kList, {"kernel/bpf/mprog.c"}),
            (Recipients{{"Ada <ada@x.org>"}, {"Ben <ben@x.org>", "bpf@x.org", "all@x.org"}}));
  EXPECT_EQ(recipients_in(kList, {"kernel/bpf/tcx.c"}),
            (Recipients{{"Cy <cy@x.org>"}, {"bpf@x.org", "all@x.org"}}));
  EXPECT_EQ(recipients_in(kList, {"drivers/net/netkit.c"}).to, List{"Di <di@x.org>"});
  EXPECT_EQ(recipients_in(kList, {"drivers/net/wan/a/b.c"}).to, List{"Di <di@x.org>"});
  EXPECT_EQ(recipients_in(kList, {"drivers/net/sub/netkit.c"}).to, List{});
  EXPECT_EQ(recipients_in(kList, {"kernel/bpf/mprog.c", "include/net/tcx.h"}).to,
            (List{"Ada <ada@x.org>", "Cy <cy@x.org>"}));
  EXPECT_EQ(recipients_in("", {"a"}), Recipients{});
}

TEST(Maintainers, are_as_the_script_says_where_it_can_run) {
  EXPECT_EQ(recipients_printed("Ada <ada@x.org> (maintainer:BPF)\nBen <b@x.org> (reviewer:BPF)\n"
                               "bpf@x.org (open list:BPF [GENERAL] (x))\nnobody\n"),
            (Recipients{{"Ada <ada@x.org>"}, {"Ben <b@x.org>", "bpf@x.org"}}));
  std::string name = (fs::temp_directory_path() / "mprogcheck-test-XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const fs::path tree = name;
  EXPECT_THROW(recipients(tree, {"a.c"}), CannotRun);
  std::ofstream(tree / "MAINTAINERS") << kList;
  EXPECT_EQ(recipients(tree, {"drivers/net/netkit.c"}).to, List{"Di <di@x.org>"});
  fs::create_directory(tree / "scripts");
  std::ofstream(tree / "a.c") << "";
  // As the kernel's it is asked in the tree, for files that it has.
  std::ofstream(tree / "scripts/get_maintainer.pl")
      << "die unless -e 'MAINTAINERS' && \"@ARGV\" =~ /-f a.c$/;\n"
         "print \"Script <s\\@x.org> (maintainer:A)\\n\";\n";
  if (std::system("perl -e 1 2> /dev/null") == 0) {
    EXPECT_EQ(recipients(tree, {"a.c", "gone.c"}).to, List{"Script <s@x.org>"});
  }
  std::ofstream(tree / "scripts/get_maintainer.pl") << "die;\n";
  EXPECT_EQ(recipients(tree, {"drivers/net/netkit.c"}).to, List{"Di <di@x.org>"});
  fs::remove_all(tree);
}

}  // namespace
}  // namespace mprogcheck::sources
