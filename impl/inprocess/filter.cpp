// SPDX-License-Identifier: GPL-2.0-only
// Filters of a trace: their places there, chain, priority and handle here.
#include "impl/inprocess/state.hpp"

namespace mprogcheck::inprocess {

Errno State::filter(const Operation& op) {
  mprog_filter_request request{};
  request.space = op.space;
  request.ifindex = ifindex_of(op.point.device);
  request.attach_type = hook_of(op.point.hook);
  request.chain = op.key.chain;
  request.priority = op.key.priority;
  request.handle = op.key.handle;
  request.prog_fd = fd_of(op.prog);
  request.gen_flags = op.bits;
  request.create = op.change == TcChange::add || op.change == TcChange::replace;
  request.excl = op.change == TcChange::add;
  request.capable = op.caller == Caller::root;
  if (op.verb == Verb::chain) return errno_of(mprog_chain_del(&net, &request));
  if (has_trait(op.verb, Trait::makes_link)) {
    std::uint32_t fd = kBadFd;
    const int ret = mprog_filter_link_create(&net, &request, &fd);
    if (ret == 0) name_link(op, fd);
    return errno_of(ret);
  }
  const bool removes = op.change == TcChange::remove;
  return errno_of(removes ? mprog_filter_del(&net, &request) : mprog_filter_set(&net, &request));
}

Errno State::packet(const Operation& op, Observation* observation) {
  if (op.point.hook == Hook::bogus) return Errno::inval;
  if (!point(op)) return Errno::nodev;
  const mprog_device* const device = mprog_device_of(&net, ifindex_of(op.point.device));
  Packet packet{{}, op, *this, observation ? &observation->answer : nullptr, nullptr};
  const bool egress = op.point.hook == Hook::egress;
  const int verdict =
      mprog_hook_run(point(op), &device->classifier, egress ? MPROG_AT_EGRESS : MPROG_AT_INGRESS,
                     static_cast<mprog_packet*>(&packet));
  if (observation) {
    observation->answer.count = observation->answer.filled;
    observation->fate = verdict == MPROG_DROP ? Fate::dropped : Fate::passed;
  }
  return Errno::ok;
}

const mprog_classifier* State::classifier(const Operation& op) {
  const auto has_filters = [](const mprog_device& d) {
    return d.classifier.filters[0] || d.classifier.filters[1];
  };
  const bool filters = of_filters(op.verb);
  if (filters || op.verb == Verb::qdisc) {
    const mprog_device* const device = mprog_device_of(&net, ifindex_of(op.point.device));
    return device && (filters || has_filters(*device)) ? &device->classifier : nullptr;
  }
  if (!has_trait(op.verb, Trait::changes_link)) return nullptr;
  const Ref r = mprogcheck::link_of(op);
  if (r.kind != Ref::Kind::link || r.raw >= kMaxLinks) return nullptr;
  const mprog_link* const link = mprog_link_of_id(&net, link_id[r.raw]);
  return link && link->filter ? link->filter->classifier : nullptr;
}

void State::dump(const mprog_classifier& classifier, Filters& out) {
  out = {};
  for (std::uint32_t hook = 0; hook < MPROG_CLS_HOOKS; ++hook)
    for (const mprog_filter* f = classifier.filters[hook]; f; f = f->next) {
      // Those that no trace can name have no place here.
      if (f->chain >= kChains || f->priority - 1 >= kPriorities || f->handle - 1 >= kHandles)
        continue;
      const FilterKey key{static_cast<std::uint8_t>(f->chain),
                          static_cast<std::uint8_t>(f->priority),
                          static_cast<std::uint8_t>(f->handle)};
      Link link = kNoLink;
      if (f->link) link = f->link->id ? link_of(f->link->id) : kStrangeLink;
      out[filter_index(hook == MPROG_AT_EGRESS ? Hook::egress : Hook::ingress, key)] = {
          .there = true, .prog = prog_of(f->prog->id), .link = link};
    }
}

}  // namespace mprogcheck::inprocess
