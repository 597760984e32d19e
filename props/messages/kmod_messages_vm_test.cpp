// SPDX-License-Identifier: GPL-2.0-only
// Bad messages to the module, each with the one mistake that its name tells: the error, the words
// and the attribute that the answer names, and that nothing has changed. Then many at random. Where
// the module was not built, or no kernel or no QEMU can be had, these tests skip, with the reason.
#include <linux/genetlink.h>

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <variant>

#include "impl/vm/agent/testing.hpp"
#include "props/messages/answer.hpp"
#include "props/messages/campaign.hpp"
#include "props/messages/requests.hpp"

namespace mprogcheck {
namespace {

using namespace message_fixture;

// What an answer has to name.
struct AtAttribute {
  std::size_t number;  // of the message, from 0
};
struct AtBytes {
  std::string attribute;  // wherever it stands
};
struct Missing {
  std::uint32_t type;
};
using Named = std::variant<std::monostate, AtAttribute, AtBytes, Missing>;

struct Case {
  const char* mistake;
  Draft message;
  Errno error;
  const char* words;  // that the answer has in it; empty: it has none
  Named named = {};
};

class Messages : public InAGuest {
 protected:
  static void SetUpTestSuite() {
    boot_by([] { return guest_with_module(); });
  }
  void SetUp() override {
    InAGuest::SetUp();
    if (vm_) family_ = exchange({.begin = true, .end = false, .buffers = {}}).family;
  }

  // Of a guest that is not lost to its emulator meanwhile; `retarget` is called before each try but
  // the first.
  template <class Retarget>
  static MessageAnswers exchange(const MessageBatch& batch, Retarget&& retarget) {
    for (int tries = 0; tries < 5; ++tries) {
      if (tries > 0) retarget();
      const Exchanged got = vm_->exchange(batch);
      EXPECT_EQ(got.harm, Harm::none) << vm_->last_words().console;
      if (got.answers) return *got.answers;
      if (got.harm != Harm::none) break;
    }
    throw std::runtime_error("no answers");
  }
  static MessageAnswers exchange(const MessageBatch& batch) {
    return exchange(batch, [] {});
  }

  Draft to(std::uint8_t command) const { return request(family_, command); }
  Draft at(std::uint8_t command, std::uint32_t ifindex = kPair, std::uint32_t type = 46) const {
    return to(command).put(MPROGCHECK_A_IFINDEX, ifindex).put(MPROGCHECK_A_ATTACH_TYPE, type);
  }
  Draft attach(std::uint32_t prog) const {
    return at(MPROGCHECK_CMD_ATTACH).put(MPROGCHECK_A_PROG_FD, kFirstProg + prog);
  }
  Draft of_fd(std::uint8_t command, int attribute, std::uint32_t fd) const {
    return at(command).put(attribute, fd);
  }
  Draft update(std::uint32_t link, std::uint32_t prog) const {
    return to(MPROGCHECK_CMD_LINK_UPDATE)
        .put(MPROGCHECK_A_LINK_FD, link)
        .put(MPROGCHECK_A_PROG_FD, prog);
  }
  Draft filter_link(std::uint32_t prog, std::uint32_t ifindex = kFiltered) const {
    return at(MPROGCHECK_CMD_FILTER_LINK_CREATE, ifindex).put(MPROGCHECK_A_PROG_FD, prog);
  }
  static Draft filter(const std::vector<Attribute>& options, std::uint32_t ifindex = kFiltered,
                      std::uint16_t way = NLM_F_CREATE | NLM_F_EXCL) {
    return request_of_tc(RTM_NEWTFILTER, filters_at(ifindex, false, 7, 1), way)
        .put(TCA_KIND, kKindOfFilter)
        .nest(TCA_OPTIONS, options);
  }
  static Draft make(const std::vector<Attribute>& data) {
    return request_about(RTM_NEWLINK, 140, NLM_F_CREATE | NLM_F_EXCL)
        .nest(IFLA_LINKINFO, link_info(data));
  }

  // Each in turn, where something is there to be changed: two programs and a link.
  void are_refused(std::vector<Case> cases) {
    const std::vector<Draft> first{
        attach(0), attach(1),
        at(MPROGCHECK_CMD_LINK_CREATE).put(MPROGCHECK_A_PROG_FD, kFirstProg + 2)};
    MessageBatch batch{.begin = true, .end = true, .buffers = {}};
    for (const Draft& one : first) batch.buffers.push_back(buffer_of(one));
    for (const Case& one : cases) batch.buffers.push_back(buffer_of(one.message));
    const MessageAnswers told = exchange(batch, [&] {
      const std::uint16_t family = exchange({.begin = true, .end = false, .buffers = {}}).family;
      for (MessageBuffer& one : batch.buffers) readdress(one, family);
    });
    ASSERT_EQ(told.replies.size(), batch.buffers.size());
    Holdings held = told.replies[first.size() - 1].after;
    EXPECT_EQ(held.progs_held, 3U);
    EXPECT_EQ(held.links_held, 1U);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const MessageReply& reply = told.replies[first.size() + i];
      is_refused(cases[i], batch.buffers[first.size() + i], reply);
      EXPECT_EQ(change_of(held, reply.after), "") << cases[i].mistake;
      held = reply.after;
    }
    EXPECT_EQ(told.left.progs_held, 0U);
    EXPECT_EQ(told.left.links_held, 0U);
  }

  // The family may have another number in another guest.
  static void readdress(MessageBuffer& buffer, std::uint16_t family) {
    if (buffer.sender == Sender::generic || buffer.sender == Sender::generic_unprivileged)
      std::memcpy(buffer.bytes.data() + offsetof(nlmsghdr, nlmsg_type), &family, sizeof(family));
  }

  static void is_refused(const Case& one, const MessageBuffer& buffer, const MessageReply& reply) {
    SCOPED_TRACE(one.mistake);
    std::string malformed;
    const std::vector<Answer> answers = answers_in(buffer, reply, malformed);
    EXPECT_EQ(malformed, "");
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_TRUE(answers[0].is_error);
    EXPECT_EQ(to_string(answers[0].error), to_string(one.error));
    if (*one.words == '\0')
      EXPECT_EQ(answers[0].words, "");
    else
      EXPECT_NE(answers[0].words.find(one.words), std::string::npos) << answers[0].words;
    names(answers[0], one);
  }

  static void names(const Answer& answer, const Case& one) {
    const auto* const at = std::get_if<AtAttribute>(&one.named);
    const auto* const bytes = std::get_if<AtBytes>(&one.named);
    const auto* const missing = std::get_if<Missing>(&one.named);
    const std::size_t offset = at != nullptr      ? one.message.offset_of(at->number)
                               : bytes != nullptr ? bytes_of(one.message).find(bytes->attribute)
                                                  : 0;
    EXPECT_EQ(answer.offset.value_or(0), offset);
    EXPECT_EQ(answer.missing.value_or(0), missing != nullptr ? missing->type : 0);
  }

  std::uint16_t family_ = 0;
};

TEST_F(Messages, lack_an_attribute) {
  constexpr const char* kWords = "missing";
  const Draft no_prog = at(MPROGCHECK_CMD_ATTACH);
  const Draft no_type = to(MPROGCHECK_CMD_ATTACH)
                            .put(MPROGCHECK_A_IFINDEX, kPair)
                            .put(MPROGCHECK_A_PROG_FD, kFirstProg);
  const Draft no_device = to(MPROGCHECK_CMD_QUERY).put(MPROGCHECK_A_ATTACH_TYPE, 46U);
  std::vector<Case> cases{
      {"attach: program", no_prog, Errno::inval, kWords, Missing{MPROGCHECK_A_PROG_FD}},
      {"attach: place", no_type, Errno::inval, kWords, Missing{MPROGCHECK_A_ATTACH_TYPE}},
      {"query: device", no_device, Errno::inval, kWords, Missing{MPROGCHECK_A_IFINDEX}},
      {"update: program", to(MPROGCHECK_CMD_LINK_UPDATE).put(MPROGCHECK_A_LINK_FD, kFirstLink),
       Errno::inval, kWords, Missing{MPROGCHECK_A_PROG_FD}}};
  for (const auto command : {MPROGCHECK_CMD_ATTACH, MPROGCHECK_CMD_DETACH, MPROGCHECK_CMD_QUERY,
                             MPROGCHECK_CMD_LINK_CREATE, MPROGCHECK_CMD_LINK_UPDATE,
                             MPROGCHECK_CMD_LINK_DETACH, MPROGCHECK_CMD_LINK_INFO}) {
    const bool of_link = command >= MPROGCHECK_CMD_LINK_UPDATE;
    const bool of_prog = command == MPROGCHECK_CMD_ATTACH;
    const int first = of_link   ? MPROGCHECK_A_LINK_FD
                      : of_prog ? MPROGCHECK_A_PROG_FD
                                : MPROGCHECK_A_IFINDEX;
    cases.push_back({"all", to(static_cast<std::uint8_t>(command)), Errno::inval, kWords,
                     Missing{static_cast<std::uint32_t>(first)}});
  }
  are_refused(cases);
}

TEST_F(Messages, have_an_attribute_of_another_shape) {
  Draft doubled = attach(3).put(MPROGCHECK_A_PROG_FD, kFirstProg + 4);
  Draft cut = attach(3), cut_in_front = attach(3), wide = attach(3), nested = attach(3),
        beyond = attach(3), none = attach(3);
  cut.attributes[2].payload.pop_back();
  cut_in_front.attributes[0].payload.pop_back();
  wide.attributes[2].payload.resize(8);
  nested.attributes[2].type |= NLA_F_NESTED;
  beyond.attributes[2].claimed = 40;
  none.attributes[2].payload.clear();
  Draft narrow = attach(3).put(MPROGCHECK_A_EXPECTED_REVISION, 1U);
  Draft unknown = attach(3).put(MPROGCHECK_A_MAX + 1, 1U);
  Draft of_others = attach(3).put(MPROGCHECK_A_ROOM, 1U);
  Draft inside = attach(3).nest(MPROGCHECK_A_FLAGS, attach(0).attributes);
  Draft behind = attach(3);
  behind.rest = "abc";
  are_refused({
      {"twice", doubled, Errno::inval, "twice", AtAttribute{3}},
      {"a byte short", cut, Errno::inval, "invalid attribute length", AtAttribute{2}},
      {"the first a byte short", cut_in_front, Errno::inval, "invalid attribute length",
       AtAttribute{0}},
      {"no bytes", none, Errno::inval, "invalid attribute length", AtAttribute{2}},
      {"four bytes too long", wide, Errno::inval, "invalid attribute length", AtAttribute{2}},
      {"four of eight bytes", narrow, Errno::inval, "invalid attribute length", AtAttribute{3}},
      {"longer than the message", beyond, Errno::inval, "leftover"},
      {"unknown", unknown, Errno::inval, "Unknown attribute type", AtAttribute{3}},
      {"of another operation", of_others, Errno::inval, "Unsupported attribute", AtAttribute{3}},
      {"marked as nested", nested, Errno::inval, "NESTED not expected", AtAttribute{2}},
      {"attributes in a number", inside, Errno::inval, "invalid attribute length", AtAttribute{3}},
      {"bytes behind the last", behind, Errno::inval, "leftover"},
  });
}

TEST_F(Messages, have_a_value_that_cannot_be) {
  const auto with = [&](int type, auto value) { return attach(3).put(type, value); };
  const auto anywhere = [&](std::uint32_t ifindex, std::uint32_t type) {
    return at(MPROGCHECK_CMD_ATTACH, ifindex, type).put(MPROGCHECK_A_PROG_FD, kFirstProg + 3);
  };
  const auto query = [&](int type, std::uint32_t value) {
    return at(MPROGCHECK_CMD_QUERY).put(type, value);
  };
  are_refused({
      {"device 0", anywhere(0, 46), Errno::range, "out of range", AtAttribute{0}},
      {"no such device", anywhere(message_fixture::kNoDevice, 46), Errno::nodev, "no such device",
       AtAttribute{0}},
      {"another kind", anywhere(message_fixture::kLoopback, 54), Errno::nxio, "another kind",
       AtAttribute{0}},
      {"the peer's side", anywhere(kPairPeer, 54), Errno::acces, "primary"},
      {"no peer's side", anywhere(kSingle, 55), Errno::opnotsupp, "single", AtAttribute{0}},
      {"no such place", anywhere(kPair, 45), Errno::inval, "attach point", AtAttribute{1}},
      {"no such flag", with(MPROGCHECK_A_FLAGS, 1U), Errno::inval, "flag", AtAttribute{3}},
      {"the flag of another dialect", with(MPROGCHECK_A_FLAGS, 64U), Errno::inval, "flag",
       AtAttribute{3}},
      {"flags that fight", with(MPROGCHECK_A_FLAGS, 24U), Errno::range, "no such place"},
      {"another dialect", with(MPROGCHECK_A_DIALECT, 1U), Errno::inval, "dialect", AtAttribute{3}},
      {"no dialect", with(MPROGCHECK_A_DIALECT, 2U), Errno::range, "out of range", AtAttribute{3}},
      {"an old revision", with(MPROGCHECK_A_EXPECTED_REVISION, std::uint64_t{1}), Errno::stale,
       "changed", AtAttribute{3}},
      {"no such array", query(MPROGCHECK_A_ARRAYS, 16), Errno::inval, "reserved bit",
       AtAttribute{2}},
      {"a query with flags", query(MPROGCHECK_A_FLAGS, 8), Errno::inval, "flag", AtAttribute{2}},
      {"is there", attach(0), Errno::exist, "on the list", AtAttribute{2}},
      {"is not there", of_fd(MPROGCHECK_CMD_DETACH, MPROGCHECK_A_PROG_FD, kFirstProg + 7),
       Errno::noent, "not on the list", AtAttribute{2}},
      {"is a link's", of_fd(MPROGCHECK_CMD_DETACH, MPROGCHECK_A_PROG_FD, kFirstProg + 2),
       Errno::busy, "somebody else"},
  });
}

TEST_F(Messages, have_a_descriptor_of_something_else) {
  const auto old = [&](std::uint32_t fd) {
    return attach(3).put(MPROGCHECK_A_FLAGS, 4U).put(MPROGCHECK_A_OLD_FD, fd);
  };
  const auto relative = [&](std::uint32_t flags, std::uint32_t fd) {
    return attach(3).put(MPROGCHECK_A_FLAGS, flags).put(MPROGCHECK_A_RELATIVE, fd);
  };
  std::vector<Case> cases;
  for (const std::uint32_t fd : {kPipe, kMap, kXdp, kForeignLink, kFirstLink}) {
    constexpr const char* kWords = "not that of a classifier";
    cases.push_back({"program", of_fd(MPROGCHECK_CMD_ATTACH, MPROGCHECK_A_PROG_FD, fd),
                     Errno::inval, kWords, AtAttribute{2}});
    cases.push_back({"program of a link",
                     of_fd(MPROGCHECK_CMD_LINK_CREATE, MPROGCHECK_A_PROG_FD, fd), Errno::inval,
                     kWords, AtAttribute{2}});
    cases.push_back({"old program", old(fd), Errno::inval, kWords, AtAttribute{4}});
    cases.push_back({"program before which", relative(8, fd), Errno::inval, "Nothing that can",
                     AtAttribute{4}});
  }
  for (const std::uint32_t fd : {kPipe, kMap, kXdp, kForeignLink, kFirstProg}) {
    constexpr const char* kWords = "not that of a link";
    for (const auto command : {MPROGCHECK_CMD_LINK_DETACH, MPROGCHECK_CMD_LINK_INFO})
      cases.push_back({"link", to(static_cast<std::uint8_t>(command)).put(MPROGCHECK_A_LINK_FD, fd),
                       Errno::inval, kWords, AtAttribute{0}});
    cases.push_back({"link", update(fd, kFirstProg), Errno::inval, kWords, AtAttribute{0}});
    cases.push_back({"link before which", relative(8 | 1 << 13, fd), Errno::inval,
                     "Nothing that can", AtAttribute{4}});
  }
  for (const std::uint32_t fd : {kClosed, 0xffffffffU, 0x7fffffffU}) {
    constexpr const char* kWords = "not open";
    cases.push_back({"closed program", of_fd(MPROGCHECK_CMD_ATTACH, MPROGCHECK_A_PROG_FD, fd),
                     Errno::badf, kWords, AtAttribute{2}});
    cases.push_back({"closed old program", old(fd), Errno::badf, kWords, AtAttribute{4}});
    cases.push_back({"closed link", update(fd, kFirstProg), Errno::badf, kWords, AtAttribute{0}});
    cases.push_back({"closed relative", relative(8, fd), Errno::badf, kWords, AtAttribute{4}});
    cases.push_back({"new program", update(kFirstLink, fd), Errno::badf, kWords, AtAttribute{1}});
  }
  are_refused(cases);
}

TEST_F(Messages, have_no_privilege) {
  const auto by_nobody = [](Draft message) {
    message.sender =
        message.sender == Sender::route ? Sender::route_unprivileged : Sender::generic_unprivileged;
    return message;
  };
  constexpr const char* kWords = "CAP_NET_ADMIN";
  are_refused({
      {"query", by_nobody(at(MPROGCHECK_CMD_QUERY)), Errno::perm, kWords},
      {"references", by_nobody(to(MPROGCHECK_CMD_REFERENCES)), Errno::perm, kWords},
      {"filter of a link", by_nobody(filter_link(kFirstProg + 3)), Errno::perm, kWords},
      {"detach of any", by_nobody(at(MPROGCHECK_CMD_DETACH)), Errno::perm, kWords},
      {"new device", by_nobody(make({})), Errno::perm, ""},
      {"no device any more", by_nobody(request_about(RTM_DELLINK, kPair)), Errno::perm, ""},
  });
}

TEST_F(Messages, are_no_request_that_there_is) {
  Draft dump = at(MPROGCHECK_CMD_QUERY), all = to(MPROGCHECK_CMD_REFERENCES), reserved = attach(3),
        strange = attach(3), no_command = attach(3), half_a_head = attach(3);
  dump.flags |= NLM_F_DUMP;
  all.flags |= NLM_F_DUMP;
  reserved.head[3] = 1;
  strange.flags |= 1 << 12;
  no_command.attributes.clear();
  no_command.head.clear();
  half_a_head.attributes.clear();
  half_a_head.head.resize(2);
  are_refused({
      {"command 0", to(0), Errno::opnotsupp, ""},
      {"the command behind the last", to(MPROGCHECK_CMD_REFERENCES + 1), Errno::opnotsupp, ""},
      {"command 255", to(255), Errno::opnotsupp, ""},
      {"a dump of a query", dump, Errno::opnotsupp, ""},
      {"a dump of references", all, Errno::opnotsupp, ""},
      {"a reserved field", reserved, Errno::inval, "reserved"},
      {"a reserved flag", strange, Errno::inval, "reserved bits"},
      {"no command", no_command, Errno::inval, ""},
      {"half a command", half_a_head, Errno::inval, ""},
  });
}

TEST_F(Messages, ask_for_devices_that_cannot_be) {
  using namespace device_attribute;
  const auto with = [](int type, auto value) { return make(Draft{}.put(type, value).attributes); };
  const auto named = [](int type, auto value) {
    return AtBytes{bytes_of(Draft{}.put(type, value).attributes)};
  };
  const auto of_number = [&](const char* mistake, int type, std::uint32_t value) {
    return Case{mistake, with(type, value), Errno::range, "out of range", named(type, value)};
  };
  const std::string half(2, '\1');
  are_refused({
      of_number("a dialect behind the last", kDialect, 2),
      of_number("no dialect at all", kDialect, 0xffffffff),
      of_number("no place", kCapacity, 0),
      of_number("a place too many", kCapacity, 64),
      of_number("a mode behind the last", kMode, 2),
      of_number("neither pair nor single", kPairing, 2),
      {"half a dialect", with(kDialect, half), Errno::range, "failed policy",
       named(kDialect, half)},
      {"half a capacity", with(kCapacity, half), Errno::range, "failed policy",
       named(kCapacity, half)},
      {"half a revision", with(kRevision, 1U), Errno::range, "failed policy", named(kRevision, 1U)},
      {"a policy that is none", with(kPolicy, 1U), Errno::inval, "PASS or DROP",
       named(kPolicy, 1U)},
      {"which side it is", with(kPrimary, "\1"), Errno::inval, "told, not asked",
       named(kPrimary, "\1")},
      {"another dialect for a device that is there",
       request_about(RTM_NEWLINK, kPair)
           .nest(IFLA_LINKINFO, link_info(Draft{}.put(kDialect, 1U).attributes)),
       Errno::acces, "settled", named(kDialect, 1U)},
  });
}

TEST_F(Messages, ask_for_links_of_filters_that_cannot_be) {
  const Draft good = filter_link(kFirstProg + 3);
  const auto with = [&](int type, auto value) { return Draft(good).put(type, value); };
  const auto without = [&](std::ptrdiff_t n) {
    Draft out = good;
    out.attributes.erase(out.attributes.begin() + n);
    return out;
  };
  Draft cut = good, wide = with(MPROGCHECK_A_PRIORITY, 1U);
  cut.attributes[2].payload.pop_back();
  std::vector<Case> cases{
      {"no device", without(0), Errno::inval, "missing", Missing{MPROGCHECK_A_IFINDEX}},
      {"no place", without(1), Errno::inval, "missing", Missing{MPROGCHECK_A_ATTACH_TYPE}},
      {"no program", without(2), Errno::inval, "missing", Missing{MPROGCHECK_A_PROG_FD}},
      {"twice", with(MPROGCHECK_A_PROG_FD, kFirstProg + 4), Errno::inval, "twice", AtAttribute{3}},
      {"a byte short", cut, Errno::inval, "invalid attribute length", AtAttribute{2}},
      {"a priority of four bytes", wide, Errno::inval, "invalid attribute length", AtAttribute{3}},
      {"unknown", with(MPROGCHECK_A_MAX + 1, 1U), Errno::inval, "Unknown attribute type",
       AtAttribute{3}},
      {"of lists", with(MPROGCHECK_A_RELATIVE, 1U), Errno::inval, "Unsupported attribute",
       AtAttribute{3}},
      {"no such device", filter_link(kFirstProg + 3, message_fixture::kNoDevice), Errno::nodev,
       "no such device", AtAttribute{0}},
      {"no qdisc", filter_link(kFirstProg + 3, kSmall), Errno::inval, "No qdisc", AtAttribute{0}},
      {"no such flag", with(MPROGCHECK_A_GEN_FLAGS, 8U), Errno::inval, "no such flag",
       AtAttribute{3}},
      {"hardware alone", with(MPROGCHECK_A_GEN_FLAGS, std::uint32_t{TCA_CLS_FLAGS_SKIP_SW}),
       Errno::inval, "no hardware", AtAttribute{3}},
  };
  for (const std::uint32_t fd : {kPipe, kMap, kXdp, kForeignLink, kFirstLink})
    cases.push_back({"of something else", filter_link(fd), Errno::inval, "not that of a classifier",
                     AtAttribute{2}});
  for (const std::uint32_t fd : {kClosed, 0xffffffffU})
    cases.push_back({"closed", filter_link(fd), Errno::badf, "not open", AtAttribute{2}});
  are_refused(cases);
}

// What the campaign's look at the filters rests on.
TEST_F(Messages, that_make_filters_are_seen_by_them) {
  MessageBatch batch{.begin = true, .end = true, .buffers = {}};
  batch.buffers = {buffer_of(filter(Draft{}.put(TCA_BPF_FD, kFirstProg).attributes)),
                   buffer_of(filter_link(kFirstProg + 1)),
                   buffer_of(to(MPROGCHECK_CMD_LINK_DETACH).put(MPROGCHECK_A_LINK_FD, kFirstLink)),
                   buffer_of(request_of_tc(RTM_DELTFILTER, filters_at(kFiltered, false, 7, 1))
                                 .put(TCA_KIND, kKindOfFilter))};
  const MessageAnswers told = exchange(batch, [&] {
    const std::uint16_t family = exchange({.begin = true, .end = false, .buffers = {}}).family;
    for (MessageBuffer& one : batch.buffers) readdress(one, family);
  });
  std::vector<std::uint32_t> progs;
  Holdings held = told.before;
  for (const MessageReply& reply : told.replies) {
    EXPECT_NE(reply.after.filters, held.filters);
    held = reply.after;
    progs.push_back(held.progs_held);
  }
  // The link keeps its program until it is closed.
  EXPECT_EQ(progs, (std::vector<std::uint32_t>{1, 2, 2, 1}));
  EXPECT_EQ(held.filters, told.before.filters);
  EXPECT_EQ(told.left.progs_held, 0U);
}

TEST_F(Messages, ask_for_filters_that_cannot_be) {
  const auto options = [](std::uint32_t fd) { return Draft{}.put(TCA_BPF_FD, fd); };
  const auto with = [&](int type, auto value) {
    return filter(options(kFirstProg + 3).put(type, value).attributes);
  };
  const auto named = [](int type, auto value) {
    return AtBytes{bytes_of(Draft{}.put(type, value).attributes)};
  };
  constexpr const char* kNone = "No program that filters run";
  Draft bare = filter({}), by_nobody = filter(options(kFirstProg + 3).attributes),
        of_ip = by_nobody;
  bare.attributes.pop_back();
  by_nobody.sender = Sender::route_unprivileged;
  tcmsg ip = filters_at(kFiltered, false, 7, 1);
  ip.tcm_info = TC_H_MAKE(7U << 16, htons(ETH_P_IP));
  of_ip.head = std::string(reinterpret_cast<const char*>(&ip), sizeof(ip));
  std::vector<Case> cases{
      {"no options", bare, Errno::inval, "needs options"},
      {"no program", filter({}), Errno::inval, "needs a program"},
      {"half a descriptor", filter(Draft{}.put(TCA_BPF_FD, std::string(2, '\1')).attributes),
       Errno::inval, "invalid attribute length", named(TCA_BPF_FD, std::string(2, '\1'))},
      {"instructions", with(TCA_BPF_OPS_LEN, 1U), Errno::inval, "Unsupported attribute",
       named(TCA_BPF_OPS_LEN, 1U)},
      {"unknown", with(33, 1U), Errno::inval, "Unknown attribute type", named(33, 1U)},
      {"a link", with(32, 1U), Errno::inval, "Unsupported attribute", named(32, 1U)},
      {"a flag of its own", with(TCA_BPF_FLAGS, 2U), Errno::inval, "reserved bit",
       named(TCA_BPF_FLAGS, 2U)},
      {"a flag of all filters", with(TCA_BPF_FLAGS_GEN, 8U), Errno::inval, "no such flag",
       named(TCA_BPF_FLAGS_GEN, 8U)},
      {"twice", with(TCA_BPF_FD, kFirstProg + 4), Errno::inval, "there twice",
       named(TCA_BPF_FD, kFirstProg + 4)},
      {"hardware alone", with(TCA_BPF_FLAGS_GEN, std::uint32_t{TCA_CLS_FLAGS_SKIP_SW}),
       Errno::inval, "no hardware", named(TCA_BPF_FLAGS_GEN, std::uint32_t{TCA_CLS_FLAGS_SKIP_SW})},
      {"another protocol", of_ip, Errno::inval, "protocol all"},
      {"by nobody", by_nobody, Errno::perm, ""},
      {"nothing to change", filter(options(kFirstProg + 3).attributes, kFiltered, 0), Errno::noent,
       "NLM_F_CREATE"},
  };
  for (const std::uint32_t fd : {kPipe, kMap, kXdp, kForeignLink, kFirstLink})
    cases.push_back({"of something else", filter(options(fd).attributes), Errno::inval, kNone,
                     named(TCA_BPF_FD, fd)});
  for (const std::uint32_t fd : {kClosed, 0xffffffffU})
    cases.push_back(
        {"closed", filter(options(fd).attributes), Errno::badf, "not open", named(TCA_BPF_FD, fd)});
  are_refused(cases);
}

// A sample of `mprogcheck fuzz --messages`, which says what is wrong with one that fails.
TEST_F(Messages, at_random_are_answered_and_leave_nothing) {
  MessageCampaignOptions options;
  options.seed = 1;
  options.count = 2 * kMessagesInRound;
  options.exchange = [](const MessageBatch& batch) { return vm_->exchange(batch); };
  options.last_words = [] { return vm_->last_words(); };
  const MessageCampaignResult r = run_message_campaign(options);
  for (const auto& [what, f] : r.findings)
    ADD_FAILURE() << what << "\n"
                  << f.details << "\nmessage " << f.index << "\n"
                  << hex_dump(f.buffer.bytes);
  EXPECT_GT(r.accepted, r.messages / 5);
  EXPECT_GT(r.refused.size(), 10U);
}

}  // namespace
}  // namespace mprogcheck
