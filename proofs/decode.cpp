// SPDX-License-Identifier: GPL-2.0-only
#include "proofs/decode.hpp"

#include <algorithm>
#include <map>

#include "model/judge/check.hpp"
#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "model/world/world.hpp"
#include "proofs/dialects.hpp"

namespace mprogcheck::proofs {
namespace {

class Reader {
 public:
  explicit Reader(const z3::model& model) : model_(model) {}

  bool operator()(const Bool& b) const { return model_.eval(b.e, true).is_true(); }
  int operator()(const Int& i) const { return number(i.e); }
  int operator()(const Terms::Prog& p) const { return number(p.e); }
  int operator()(const Terms::Link& l) const { return number(l.e); }
  std::uint64_t operator()(const Revision& r) const {
    return model_.eval(r.e, true).get_numeral_uint64();
  }

 private:
  int number(const z3::expr& e) const {
    const z3::expr value = model_.eval(e, true);
    if (!value.is_bv()) return static_cast<int>(value.get_numeral_int64());
    const auto bits = value.get_sort().bv_size();
    const auto raw = static_cast<int>(value.get_numeral_uint64());
    return raw >= 1 << (bits - 1) ? raw - (1 << bits) : raw;
  }
  const z3::model& model_;
};

// Numbers of the solver's own choosing, as p0, p1, ... and l0, l1, ...
class Names {
 public:
  std::uint8_t operator()(int number) {
    return names_.try_emplace(number, static_cast<std::uint8_t>(names_.size())).first->second;
  }
  std::uint8_t fresh() { return (*this)(1'000'000 + static_cast<int>(names_.size())); }

 private:
  std::map<int, std::uint8_t> names_;
};

constexpr Point kHere{0, Hook::ingress}, kElsewhere{1, Hook::ingress};
constexpr std::uint8_t kPrimary = 2, kPeer = 3;  // of a pair that is made where one is needed

class Decoder {
 public:
  Decoder(const Step& step, const z3::model& model) : step_(step), read_(model) {}

  Trace trace() {
    trace_.header.dialect = step_.dialect;
    trace_.header.capacity = static_cast<std::uint8_t>(read_(step_.before.slots));
    trace_.header.devices = 1;
    build_list();
    const Operation last = request();
    // Every operation so far moved the revision of the list once; see reachable().
    trace_.operations.push_back(last);
    return std::move(trace_);
  }

 private:
  std::uint8_t load(std::uint8_t p) {
    trace_.header.loaded[p] = true;
    return p;
  }
  std::uint8_t fresh_prog(bool xdp) {
    const std::uint8_t p = load(progs_.fresh());
    trace_.header.xdp[p] = xdp;
    return p;
  }

  // The entries in order, each appended.
  void build_list() {
    const int length = read_(step_.before.length);
    for (int i = 0; i < length; ++i) {
      Operation op;
      op.verb = Verb::attach;
      op.point = kHere;
      op.prog = ref(Prog{load(progs_(read_(step_.before.prog(i))))});
      if (read_(step_.before.is_first(i))) op.flags |= flag::first;
      if (read_(step_.before.is_last(i))) op.flags |= flag::last;
      if (const int owner = read_(step_.before.owner(i)); owner >= 0) {
        op.verb = Verb::link_create;
        op.link = ref(Link{links_(owner)});
        made_.push_back(owner);
      }
      trace_.operations.push_back(op);
    }
    const std::uint64_t now = read_(step_.before.now);
    const auto steps = static_cast<std::uint64_t>(length);
    trace_.header.revision = now > steps ? now - steps : now;
  }

  void do_before(Verb verb, Operation op) {
    op.verb = verb;
    trace_.operations.push_back(op);
  }

  // A link that owns nothing on this list: made on another device.
  std::uint8_t link_elsewhere(int number, std::uint8_t prog, bool attached) {
    const std::uint8_t l = links_(number);
    if (std::find(made_.begin(), made_.end(), number) != made_.end()) return l;
    made_.push_back(number);
    trace_.header.devices = 2;
    const bool filter = read_(step_.request.of_filter) && number == read_(step_.request.link.link);
    Operation op;
    op.point = kElsewhere;
    op.kind = Qdisc::clsact;
    if (filter) do_before(Verb::qdisc, op);
    op.kind = Qdisc::none;
    op.prog = ref(Prog{load(prog)});
    op.link = ref(Link{l});
    do_before(filter ? Verb::filter_link : Verb::link_create, op);
    if (!attached && !(filter && read_(step_.request.owns_filter))) {
      op = {};
      op.verb = Verb::link_detach;
      op.link = ref(Link{l});
      trace_.operations.push_back(op);
    }
    return l;
  }

  Ref object(const Object<Terms>& o, bool link, bool attached) {
    if (read_(o.none)) return {};
    const bool by_name = has_trait(step_.verb, Trait::own_descriptor);
    if (read_(o.missing)) return by_name ? closed(link) : Ref{Ref::Kind::bad, 0};
    if (read_(o.wrong_kind)) return {Ref::Kind::file, 0};
    if (read_(o.wrong_type)) {
      if (link) return {Ref::Kind::foreign, 0};
      return ref(Prog{fresh_prog(true)});
    }
    const std::uint8_t p = progs_(read_(o.prog));
    if (!link) return ref(Prog{load(p)});
    return ref(Link{link_elsewhere(read_(o.link), p, attached)});
  }

  // close(2) is of what has a name: so that it is not open, it is closed before.
  Ref closed(bool link) {
    const std::uint8_t p = fresh_prog(false);
    Operation op;
    op.verb = Verb::close;
    op.prog = link ? ref(Link{link_elsewhere(-2, p, true)}) : ref(Prog{p});
    trace_.operations.push_back(op);
    return op.prog;
  }

  Operation request() {
    const Request<Terms>& r = step_.request;
    Operation op;
    op.verb = step_.verb;
    const bool of_list = has_trait(op.verb, Trait::list);
    const bool of_device = has_trait(op.verb, Trait::of_device);
    const std::pair<const Bool*, std::uint8_t> flags[] = {
        {&r.replace, flag::replace}, {&r.before, flag::before}, {&r.after, flag::after},
        {&r.first, flag::first},     {&r.last, flag::last},     {&r.id, flag::id},
        {&r.by_link, flag::link}};
    for (const auto& [is_set, f] : flags)
      if (read_(*is_set)) op.flags |= f;
    around_the_call(op);
    if (read_(r.other_flags) && takes<&Operation::bits>(op.verb)) op.bits = 1;
    const bool only_asks = of_device || (has_trait(op.verb, Trait::only_asks) &&
                                         !has_trait(op.verb, Trait::tells_link));
    if (of_list || only_asks) {
      op.point = kHere;
      if (!read_(r.device_known)) op.point.device = kNoDevice;
      if (!read_(r.hook_known)) op.point.hook = Hook::bogus;
      if (read_(r.not_netkit)) op.point = {kLoopback, Hook::primary};
      if (read_(r.not_primary)) op.point = made(netkit::pair, kPeer);
      if (read_(r.single_device)) op.point = made(netkit::single, kPrimary);
      if (read_(r.paired)) op.point = made(netkit::pair, kPrimary);
    }
    if (read_(r.whole_namespace)) op.point.device = kAllDevices;
    if (of_device && op.point.device == kNoDevice) remove_before(op);
    if (op.verb == Verb::qdisc) return beside(op);
    if (op.verb == Verb::remove && read_(r.has_filters)) {
      Operation there = op;
      there.kind = Qdisc::clsact;
      do_before(Verb::qdisc, there);
      make_filter(op.point);
    }
    if (only_asks) return asking(op);
    if (of_list) {
      if (read_(r.expects)) op.revision = read_(r.expected);
      op.relative = object(r.relative, read_(r.by_link), true);
    }
    op.prog = object(r.prog, false, false);
    op.old = object(r.old, false, false);
    if (has_trait(op.verb, Trait::makes_link)) op.link = ref(Link{links_.fresh()});
    if (!of_list) {
      const Ref l = object(r.link, true, read_(r.link_attached));
      // A link of another type is no link of ours.
      (!takes<&Operation::link>(op.verb) && !read_(r.link.none) ? op.prog : op.link) = l;
    }
    return op;
  }

  // A netkit device, made for the request to come to.
  Point made(std::uint32_t pairing, std::uint8_t side) {
    Operation op;
    op.verb = Verb::create;
    op.point.device = kPrimary;
    if (pairing == netkit::pair)
      op.peer = kPeer;
    else
      op.attrs[0] = {Key::pairing, Form::whole, pairing};
    trace_.operations.push_back(op);
    return {side, has_trait(step_.verb, Trait::of_device) ? Hook::ingress : Hook::primary};
  }

  void around_the_call(Operation& op) {
    const Request<Terms>& r = step_.request;
    if (!read_(r.privileged)) op.caller = Caller::nobody;
    if (read_(r.long_attribute)) op.size = kPage + 1;
    const std::size_t others = has_trait(op.verb, Trait::makes_link) ? 64 : 0;
    if (read_(r.dirty_tail))
      op.dirty = static_cast<std::uint16_t>(std::max(attribute_size(op.verb), others));
    if (read_(r.dirty_gap)) op.dirty = has_trait(op.verb, Trait::only_asks) ? 28 : 20;
  }

  // What is of a device that has a name: so that it is not there, it is removed before.
  void remove_before(Operation& op) {
    trace_.header.devices = 2;
    op.point = kElsewhere;
    Operation gone;
    gone.verb = Verb::remove;
    gone.point = kElsewhere;
    trace_.operations.push_back(gone);
  }

  Operation beside(Operation op) {
    const Request<Terms>& r = step_.request;
    op.change = read_(r.adds)      ? TcChange::add
                : read_(r.removes) ? TcChange::remove
                                   : TcChange::replace;
    if (op.change != TcChange::remove) op.kind = Qdisc::ingress;
    if (read_(r.has_qdisc)) {
      Operation there = op;
      there.change = TcChange::add;
      there.kind = read_(r.other_qdisc) ? Qdisc::clsact : Qdisc::ingress;
      trace_.operations.push_back(there);
    }
    if (read_(r.has_filters)) make_filter(op.point);
    return op;
  }

  void make_filter(Point at) {
    Operation op;
    op.point = at;
    op.prog = ref(Prog{fresh_prog(false)});
    do_before(Verb::filter, op);
  }

  Operation asking(Operation op) {
    const Request<Terms>& r = step_.request;
    if (takes<&Operation::room>(op.verb)) {
      op.room = static_cast<std::uint8_t>(std::min(read_(r.room), int{kMaxCapacity} + 1));
      op.fault = read_(r.fault);
      if (read_(r.arrays)) op.arrays = array::links;
      if (read_(r.prog_ids)) op.arrays |= array::progs;
    }
    std::size_t speaks = 0;
    for (const Voice<Terms>& v : r.says)
      if (read_(v.ends))
        op.says[speaks++] = {Prog{load(progs_(read_(v.prog)))},
                             read_(v.drops) ? Action::drop : Action::pass};
    return op;
  }

  const Step& step_;
  Reader read_;
  Trace trace_;
  Names progs_, links_;
  std::vector<int> made_;
};

// The list the solver meant, against the one the trace builds.
std::string difference(const Step& step, const Reader& read, const Chain& c) {
  if (c.size() != read(step.before.length)) return "a list of another length is reached";
  if (c.revision() != read(step.before.now)) return "the revision is another";
  for (int i = 0; i < c.size(); ++i)
    if (c.is_first(i) != read(step.before.is_first(i)) ||
        c.is_last(i) != read(step.before.is_last(i)) ||
        (c.owner(i) != kNoLink) != (read(step.before.owner(i)) >= 0))
      return "no request gives entry " + std::to_string(i) + " its flags";
  return {};
}

struct Claim {
  std::string rule = "(none)";
  int index = 0;
  std::string outcome = "nothing";
};

std::string outcome_of(const Clause& clause, int index) {
  const std::string error =
      clause.force == Force::due ? std::string(to_string(clause.error)) : std::string();
  std::string_view change = "no change";
  if (clause.change == Change::insert) change = "insert";
  if (clause.change == Change::replace) change = "replace";
  if (clause.change == Change::remove) change = "remove";
  if (clause.change == Change::none) return error.empty() ? std::string(change) : error;
  return (error.empty() ? "" : error + ", and yet ") + std::string(change) + " at " +
         std::to_string(index);
}

// The rule that decides, over either domain's rows once they are plain.
template <class D, class Read>
Claim claim_of(const Rows<D>& rows, Read&& read) {
  const auto plain = [&](const auto& x) {
    if constexpr (std::same_as<D, Plain>)
      return x;
    else
      return read(x);
  };
  for (const Force force : {Force::due, Force::effect})
    for (const Row<D>& row : rows)
      if (row.clause.force == force && plain(row.guard))
        return {std::string(row.clause.id), plain(row.index),
                outcome_of(row.clause, plain(row.index))};
  return {};
}

}  // namespace

Counterexample decode(const Step& step, const z3::model& model, const Break& broken) {
  const Reader read(model);
  Counterexample out;
  const Claim claimed = claim_of<Terms>(step.rows, read);
  out.rule = claimed.rule;
  out.outcome = claimed.outcome;
  out.trace = Decoder(step, model).trace();

  World world;
  world.reset(out.trace.header);
  Prediction p;
  for (std::size_t i = 0; i + 1 < out.trace.operations.size(); ++i)
    world.step(out.trace.operations[i], p);
  const Operation& last = out.trace.operations.back();
  static const Chain empty;
  const Chain& here = *world.chain(kHere);
  out.unreachable = difference(step, read, here);
  if (!out.unreachable.empty()) return out;

  const bool of_link = has_trait(step.verb, Trait::changes_link);
  const auto where = world.concerns(last);
  const Chain& concerned = where ? *world.chain(*where) : empty;
  auto rows = rows_of(step.dialect, step.verb, of_link ? concerned : here, world.request(last));
  if (broken.verb == step.verb) break_rows(broken, rows);
  const Claim found = claim_of<Plain>(rows, read);
  // Where the check of an anchor is broken, its index means nothing in either domain.
  const bool same_index = found.index == claimed.index || broken.kind == Break::Kind::drop;
  if (found.rule != claimed.rule || !same_index)
    out.encoding_error = "the solver says " + claimed.rule + " at " +
                         std::to_string(claimed.index) + ", the concrete rules " + found.rule +
                         " at " + std::to_string(found.index) + " of\n" + print(out.trace);
  annotate(out.trace);
  return out;
}

}  // namespace mprogcheck::proofs
