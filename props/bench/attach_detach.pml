/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The core of attach and detach in dialect mainline, for `./mprogcheck bench spin`: one list, 9
 * programs, 9 slots, no links, no revisions. The state is the list alone, kept as the place of
 * each program (0: not on it), so that no request has to search. A request that is refused changes
 * nothing, so it is an option that is not executable. Every option is one d_step with its programs
 * written in: only whole operations are states, and nothing but the list is in them (what is hidden
 * is not).
 */
#define CAP 9

/* The same three times: the preprocessor expands no name within itself. */
#define P(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8)
#define ALL(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8)
#define Q(M, p) M(p,0) M(p,1) M(p,2) M(p,3) M(p,4) M(p,5) M(p,6) M(p,7) M(p,8)

byte place[9];
byte size;
hidden byte at;

/* Whoever stands at `at` or behind it makes room; whoever stands behind `at` closes up;
 * whoever stands at `at` leaves. */
#define UP(r) place[r] = place[r] + (place[r] >= at);
#define DOWN(r) place[r] = place[r] - (place[r] > at);
#define GONE(r) place[r] = place[r] * (place[r] != at);

#define MAY_COME(p) !place[p] && size < CAP
#define COMES(p) ALL(UP) place[p] = at; size++
#define GOES ALL(DOWN) size--

#define APPEND(p) :: d_step { MAY_COME(p) -> size++; place[p] = size }
#define PREPEND(p) :: d_step { MAY_COME(p) -> at = 1; COMES(p) }
#define ATTACH_BEFORE(p, q) :: d_step { MAY_COME(p) && place[q] -> at = place[q]; COMES(p) }
#define ATTACH_AFTER(p, q) :: d_step { MAY_COME(p) && place[q] -> at = place[q] + 1; COMES(p) }
#define DETACH(p) :: d_step { place[p] -> at = place[p]; place[p] = 0; GOES }

#define BEFORE_EACH(p) Q(ATTACH_BEFORE, p)
#define AFTER_EACH(p) Q(ATTACH_AFTER, p)

active proctype requests() {
  do
  P(APPEND)
  P(PREPEND)
  P(BEFORE_EACH)
  P(AFTER_EACH)
  P(DETACH)
  :: d_step { size -> at = 1; ALL(GONE) GOES }
  :: d_step { size -> at = size; ALL(GONE) GOES }
  od
}
