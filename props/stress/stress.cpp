// SPDX-License-Identifier: GPL-2.0-only
#include "props/stress/stress.hpp"

#include "model/words/choices.hpp"

namespace mprogcheck {

StressOptions draw_round(std::uint64_t seed, Dialect dialect, const Capabilities& can,
                         bool revisions_return) {
  Random random(seed);
  StressOptions o;
  o.seed = random.next();
  o.module = can.any_capacity;
  o.gentle = !o.module && revisions_return;
  o.header.dialect = dialect;
  o.header.devices = 0;
  std::uint32_t progs = 8;
  if (can.any_capacity) {
    o.header.capacity = static_cast<std::uint8_t>(2 + random.below(5));
    progs = o.header.capacity + 2;
    // So that it wraps on the way.
    if (one_in(random, 3)) o.header.revision = dialect->last_revision - random.below(200);
  }
  for (std::uint32_t p = 0; p < progs; ++p) o.header.loaded.set(p);
  return o;
}

JudgedRound judge(const StressRound& round, const std::string& file) {
  JudgedRound out;
  out.history = parse_histories(round.history, file).at(0);
  out.linearization = linearize(out.history);
  const StressFigures& f = round.figures;
  if (out.linearization.verdict == Linearization::Verdict::refused) {
    out.findings.push_back(explain(out.linearization, out.history, file));
    out.history = prefix(out.history, out.history.stamps[out.linearization.call].returned);
  }
  if (f.references != 0)
    out.findings.push_back(std::to_string(f.references) +
                           " references are left when all is closed and removed");
  if (f.received != f.sent)
    out.findings.push_back("of " + std::to_string(f.sent) + " packets between devices that stay " +
                           std::to_string(f.received) + " arrived");
  return out;
}

}  // namespace mprogcheck
