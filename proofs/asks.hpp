// SPDX-License-Identifier: GPL-2.0-only
// What each obligation asks of a step, as formulas; obligations.cpp says it in words.
#pragma once

#include "proofs/obligation.hpp"

namespace mprogcheck::proofs::asks {

using Queries = std::vector<Query>;

void unique(const Step& s, Queries& q);
void in_capacity(const Step& s, Queries& q);
void no_hole(const Step& s, Queries& q);
void ends(const Step& s, Queries& q);
void ends_for_life(const Step& s, Queries& q);
void links_agree(const Step& s, Queries& q);
void before_is_adjacent(const Step& s, Queries& q);
void after_is_adjacent(const Step& s, Queries& q);
void nothing_prepends(const Step& s, Queries& q);
void nothing_appends(const Step& s, Queries& q);
void order_survives(const Step& s, Queries& q);
void replace_stays(const Step& s, Queries& q);
void directives_agree(const Step& s, Queries& q);
void exactly_one_goes(const Step& s, Queries& q);
void link_owned_is_safe(const Step& s, Queries& q);
void detach_undoes_attach(const Step& s, Queries& q);
void exactly_one_decides(const Step& s, Queries& q);
void refused_changes_nothing(const Step& s, Queries& q);
void revision_moves(const Step& s, Queries& q);
void revision_comes_back_last(const Step& s, Queries& q);
void stale_exactly(const Step& s, Queries& q);
void absent_anchor_is_refused(const Step& s, Queries& q);
void other_types_stay_out(const Step& s, Queries& q);
void orphans_change_nothing(const Step& s, Queries& q);
void locked_out_exactly(const Step& s, Queries& q);
void runs_in_order(const Step& s, Queries& q);
void may_refuse_only(const Step& s, Queries& q);
void stranger_is_kept_out(const Step& s, Queries& q);
void nothing_unread(const Step& s, Queries& q);
void answers_are_whole(const Step& s, Queries& q);

}  // namespace mprogcheck::proofs::asks
