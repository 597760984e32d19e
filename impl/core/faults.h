/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mistakes to be planted, one at a time, to see that the harness finds them.
 *
 * X(name, dialects, sentence). Each is a slip that a patch could contain, many that one did. Where
 * it sits in the code, `mprog_fault(net, name)` asks for it; see internal.h. Each shows in what a
 * caller can observe: an error, an answer, a list, a revision, the sum of the references.
 */
#ifndef _MPROG_FAULTS_H
#define _MPROG_FAULTS_H

/* clang-format off */
#define MPROG_FAULTS(X) \
	/* Places */ \
	X(after_one_too_far, both, "AFTER an object inserts one entry too far back.") \
	X(before_lands_behind, both, "BEFORE an object inserts behind it.") \
	X(prepend_appends, mainline, "BEFORE of nothing appends.") \
	X(replace_beside_wrong_neighbour, mainline, "REPLACE with BEFORE or AFTER wants its anchor on the other side.") \
	X(directives_need_not_agree, mainline, "Directives that name different places are not refused; the first one wins.") \
	X(relative_unused, both, "A relative object, ID or LINK without a directive is ignored.") \
	X(relative_owner_ignored, both, "A relative link means any entry with its program, whoever owns it.") \
	X(relative_type_unchecked, both, "A relative program of another type is not refused as such.") \
	X(id_of_nothing, both, "ID with 0 means no relative object.") \
	X(link_of_nothing, both, "LINK with descriptor 0 means no relative object.") \
	/* Owners */ \
	X(replace_owner_ignored, both, "REPLACE by program takes over a link's entry.") \
	X(named_detach_takes_link_entry, both, "A detach that names the program removes a link's entry.") \
	X(unnamed_detach_takes_link_entry, both, "A detach that names no program removes a link's entry.") \
	X(link_owned_not_counted_as_there, both, "A program that a link has on the list can be attached once more.") \
	X(update_forgets_owner, both, "A link update leaves an entry that belongs to no link.") \
	X(update_makes_duplicate, both, "A link update to a program on the list is accepted.") \
	X(update_of_detached_accepted, both, "A link that is on no list can be updated.") \
	X(update_ignores_old, both, "A link update does not look whether the old program is the current one.") \
	X(link_close_leaves_entry, both, "The last close of a link leaves its entry behind.") \
	X(device_forgets_links, both, "Links are not told that their device goes.") \
	X(link_create_on_wrong_side, both, "A link for egress lands on the ingress list.") \
	/* Which error wins, which request is refused */ \
	X(exist_before_stale, mainline, "EEXIST wins over ESTALE.") \
	X(relative_before_exist, mainline, "The relative object's error wins over EEXIST.") \
	X(full_before_relative, mainline, "ERANGE of a full list wins over the relative object's error.") \
	X(exist_before_full, rfc2, "EEXIST wins over ENOSPC.") \
	X(absent_before_exist, rfc2, "ENOENT for the replaced program wins over EEXIST.") \
	X(device_before_flags, both, "ENODEV wins over EINVAL for unknown flags.") \
	X(perm_before_nolink, both, "EPERM wins over ENOLINK in a link update.") \
	X(unknown_flags_ignored, both, "Unknown flag bits are ignored.") \
	X(old_without_replace_ignored, mainline, "A program to be replaced is ignored where nothing is replaced.") \
	/* The full list */ \
	X(full_list_pushes_last_off, both, "BEFORE on a full list is accepted and the last entry falls off the end.") \
	X(full_one_early, both, "A list is full one entry early.") \
	X(full_one_late, both, "A list takes one entry too many, where there is a slot for it.") \
	X(replace_refused_when_full, both, "REPLACE on a full list is refused.") \
	X(update_refused_when_full, both, "A link update on a full list is refused.") \
	/* References */ \
	X(replaced_not_put, both, "The reference of the replaced program is never dropped.") \
	X(replaced_put_twice, both, "The reference of the replaced program is dropped twice.") \
	X(detached_not_put, both, "The reference of the detached program is never dropped.") \
	X(old_leaked_on_error, mainline, "A failed REPLACE keeps a reference to the program it named.") \
	X(prog_leaked_on_stale, both, "An attach refused as stale keeps a reference to its program.") \
	X(named_leaked_on_failed_detach, both, "A failed detach keeps a reference to the program it named.") \
	X(relative_leaked_on_error, both, "A request that fails after the relative object was found keeps a reference to it.") \
	X(relative_leaked_on_type, both, "A relative program refused for its type keeps a reference.") \
	X(relative_link_puts_prog, both, "A relative link drops a reference of its program as well as its own.") \
	X(link_create_leaks_prog, both, "A failed link create keeps a reference to its program.") \
	X(link_create_puts_prog_twice, both, "A failed link create frees what its cleanup frees again.") \
	X(update_leaks_old, both, "A link update keeps the reference to the old program.") \
	X(update_to_same_leaks, both, "A link update to the current program keeps one reference more.") \
	X(device_keeps_references, both, "A device that goes keeps the references of its plain entries.") \
	/* The revision */ \
	X(replace_keeps_revision, both, "REPLACE does not move the revision.") \
	X(detach_keeps_revision, both, "A detach does not move the revision.") \
	X(update_keeps_revision, both, "A link update does not move the revision.") \
	X(link_detach_keeps_revision, both, "LINK_DETACH does not move the revision.") \
	X(link_close_keeps_revision, both, "The last close of a link does not move the revision.") \
	X(update_to_same_moves_revision, both, "A link update to the current program moves the revision.") \
	X(failed_attach_moves_revision, both, "A failed attach moves the revision.") \
	X(revision_restarts_when_empty, both, "The revision starts afresh when the last program is detached.") \
	X(revision_wraps_to_zero, both, "The revision becomes 0 when it wraps.") \
	X(revision_compared_on_32_bits, mainline, "Only the low half of the expected revision is compared.") \
	X(last_revision_accepted, both, "The revision before the current one is accepted as well.") \
	X(detach_never_stale, both, "A detach does not look at the expected revision.") \
	X(link_create_never_stale, both, "A link create does not look at the expected revision.") \
	/* FIRST and LAST */ \
	X(replace_loses_first, rfc2, "REPLACE with FIRST leaves an entry without it.") \
	X(replace_keeps_flags, rfc2, "REPLACE cannot drop FIRST and LAST.") \
	X(replace_gains_first_anywhere, rfc2, "REPLACE may take FIRST away from the head.") \
	X(first_lost_on_insert, rfc2, "The head loses FIRST when an entry is inserted behind it.") \
	X(last_lost_on_append, rfc2, "The tail loses LAST when an entry is inserted in front of it.") \
	X(second_first_accepted, rfc2, "A second FIRST is accepted and pushes the first one back.") \
	X(second_last_accepted, rfc2, "A second LAST is accepted.") \
	X(first_before_anything, rfc2, "FIRST with BEFORE does not look whether the object is the head.") \
	X(before_first_accepted, rfc2, "BEFORE the FIRST entry is accepted.") \
	X(after_last_accepted, rfc2, "AFTER the LAST entry is accepted.") \
	X(before_nothing_means_head, rfc2, "BEFORE of nothing means the head even if it is FIRST.") \
	X(append_ignores_last, rfc2, "An append goes behind the LAST entry.") \
	X(sole_entry_not_respected, rfc2, "An append beside a sole FIRST and LAST entry is accepted.") \
	/* Detach */ \
	X(detach_before_head_takes_head, both, "A detach BEFORE the head removes the head.") \
	X(detach_after_tail_takes_tail, both, "A detach AFTER the tail removes the tail.") \
	X(detach_takes_wrong_neighbour, both, "A detach BEFORE an object removes the one behind it, and the reverse.") \
	X(unnamed_detach_takes_first, mainline, "A detach that says nothing removes the first entry.") \
	X(named_detach_ignores_directive, both, "A detach that names a program ignores which neighbour it is to be.") \
	X(stale_slot_after_detach, both, "The slot behind the end keeps the program that stood last, and it runs.") \
	/* Query */ \
	X(query_one_short, both, "A truncated query fills one entry less than there is room for.") \
	X(query_without_enospc, both, "A truncated query does not say so.") \
	X(query_counts_what_fits, both, "A truncated query reports the room as the count.") \
	X(query_without_link_ids, both, "A query reports no link ids.") \
	X(query_without_flags, rfc2, "A query reports no flags of entries.") \
	X(query_wants_prog_ids, both, "A query that gives no room for program ids gets nothing else either.") \
	X(query_flags_ignored, both, "A query with flags is not refused.") \
	X(query_past_room, both, "A truncated query fills one entry more than there is room for.") \
	X(query_for_anybody, both, "A query asks for no capability.") \
	X(query_writes_past_attribute, both, "A query answers behind the end of a short attribute.") \
	/* The system call around it */ \
	X(tail_ignored, both, "Bytes behind the last field are ignored.") \
	X(short_attribute_refused, both, "An attribute that ends before its last field is refused.") \
	X(unnamed_detach_for_anybody, mainline, "A detach that names no program asks for no capability.") \
	X(info_keeps_device, both, "A link whose device is gone still names it.") \
	X(qdisc_takes_lists, both, "A qdisc that goes takes the lists of its device along.") \
	/* Packets */ \
	X(run_skips_second, both, "The second program of a list does not run.") \
	X(run_goes_on_after_pass, both, "PASS does not end the run.") \
	X(drop_passes, both, "DROP ends the run, and the packet passes.") \
	X(unknown_verdict_ends_run, both, "A verdict that nobody defined ends the run.") \
	/* Filters, and the links that own them */ \
	X(filter_link_takes_over, both, "A link takes the place of a filter that netlink made.") \
	X(filter_link_over_link, both, "A link takes the place of another link's filter.") \
	X(filter_of_link_changed, both, "Netlink changes a filter that a link owns.") \
	X(filter_of_link_deleted, both, "Netlink deletes a filter that a link owns.") \
	X(filter_never_replaced, both, "Netlink cannot replace a filter of its own.") \
	X(filter_change_creates, both, "A change makes the filter that is not there.") \
	X(filter_link_flags_unchecked, both, "Flags of a link's filter are not looked at.") \
	X(filter_place_before_flags, both, "A device that is not there wins over EINVAL for a link's flags.") \
	X(filter_skip_sw_installed, both, "A filter for hardware alone is installed where there is none.") \
	X(filter_chain_ignored, both, "A filter lands in chain 0, whichever was asked for.") \
	X(filter_at_hook_of_no_qdisc, both, "An ingress qdisc takes filters for egress.") \
	X(filter_for_anybody, both, "Filters by netlink ask for no capability.") \
	X(filter_link_for_anybody, both, "A link's filter asks for no capability.") \
	X(filter_replaced_not_put, both, "The reference of a filter's old program is never dropped.") \
	X(filter_prog_leaked_on_error, both, "A filter refused as it is there keeps a reference to its program.") \
	X(filter_link_put_twice, both, "A failed creation frees what the cleanup of its link frees again.") \
	X(filter_link_leaked_on_error, both, "A failed creation leaves its link behind.") \
	X(filter_priority_reversed, both, "The filter of the highest priority value is asked first.") \
	X(filter_of_link_is_no_action, both, "What the program of a link's filter says is taken for a class, and the packet passes.") \
	X(filters_before_list, both, "Filters are asked before the list.") \
	X(filters_of_all_chains_run, both, "Packets come to the filters of every chain.") \
	X(chain_takes_other_chains, both, "A chain that goes takes the others along.") \
	X(chain_spares_links, both, "A chain that goes leaves the filters of links.") \
	X(chain_forgets_links, both, "Links are not told that the chain of their filter goes.") \
	X(chain_keeps_references, both, "A chain that goes keeps the references of netlink's filters.") \
	X(qdisc_forgets_links, both, "Links are not told that the qdisc of their filter goes.") \
	X(qdisc_replaced_keeps_filters, both, "A qdisc of the other kind takes over the filters.") \
	X(unregister_forgets_links, both, "Links are not told that the device of their filter goes.") \
	X(update_spares_filter, both, "A link update leaves the filter with the old program.") \
	X(link_detach_spares_filter, both, "LINK_DETACH leaves the link's filter.") \
	X(link_close_spares_filter, both, "The last close of a link leaves its filter behind.") \
	/* Who may attach at netkit, and where it lands */ \
	X(peer_may_attach, both, "The peer side may attach programs as the primary does.") \
	X(single_may_attach, both, "A single device takes programs.") \
	X(peer_hook_is_primary, both, "What is attached at the peer's hook lands on the primary's own list.") \
	X(not_netkit_is_nodev, both, "A device that is no netkit is taken for none at all.") \
	X(caller_space_ignored, both, "A device is found by its index from any namespace.") \
	X(netkit_link_leaked_on_error, both, "A link create that fails at netkit leaks the link.") \
	X(netkit_forgets_links, both, "A link at netkit keeps pointing to the list of a device that is gone.") \
	/* Making a device */ \
	X(primary_may_be_given, both, "PRIMARY in a request is ignored, where it is to be refused.") \
	X(short_attribute_accepted, both, "An attribute of netkit may be shorter than its value.") \
	X(first_duplicate_counts, both, "Of an attribute that is given twice the first counts.") \
	X(unknown_attribute_refused, both, "An attribute that nobody has defined is refused.") \
	X(scrub_range_unchecked, both, "Any value will do for SCRUB.") \
	X(policy_unchecked, both, "Any value will do for a policy.") \
	X(no_address_is_wrong, both, "A multicast address, or none but zeros, will do.") \
	X(mtu_has_no_upper_end, both, "An MTU above 65535 will do.") \
	X(no_queue_accepted, both, "A device may have no queue at all.") \
	X(name_taken_unnoticed, both, "That the primary's name is taken turns out late, with another device in hand.") \
	X(peer_sizes_unchecked, both, "MTU and queues of the peer are not looked at.") \
	X(l3_peer_may_have_address, both, "In mode L3 only the primary is refused an address.") \
	X(single_with_peer_policy, both, "A single device may be given the policy of a peer.") \
	X(single_with_policy, both, "A single device may be given a policy other than PASS.") \
	X(peer_is_where_primary_is, both, "The peer comes to the namespace of the primary, whatever PEER_INFO says.") \
	X(peer_mtu_inherited, both, "The peer inherits the MTU even where PEER_INFO was given.") \
	X(peer_address_ignored, both, "The peer gets a random address, whatever PEER_INFO says.") \
	X(peer_name_ignored, both, "The peer gets a name that is made up, whatever PEER_INFO says.") \
	X(peer_name_taken_unnoticed, both, "The peer's name may be taken.") \
	X(peer_index_ignored, both, "Whether the peer's interface index is taken is not looked at.") \
	X(peer_left_behind, both, "The peer stays where the primary turns out to have no name.") \
	X(rooms_on_one_side, both, "HEADROOM and TAILROOM are for the primary only.") \
	X(new_device_keeps_revision, both, "A new device begins with the revision of the one that had its place.") \
	/* Changing, moving and removing it */ \
	X(change_applies_half, both, "POLICY is changed although PEER_POLICY is refused.") \
	X(peer_may_change, both, "The peer side may change policies.") \
	X(fixed_attribute_ignored, both, "MODE, SCRUB and the like are ignored in a change, where they are to be refused.") \
	X(peer_policy_is_own, both, "PEER_POLICY in a change sets the primary's own.") \
	X(single_policy_changes, both, "The policy of a single device can be changed.") \
	X(l3_address_changes, both, "In mode L3 an address can be set.") \
	X(rename_to_taken_name, both, "A device may be renamed to a name that is taken.") \
	X(name_taken_where_moved, both, "A device may be moved to where its name is taken.") \
	X(moved_device_stays_up, both, "A device that is moved stays up.") \
	X(moved_device_loses_list, both, "A device that is moved loses its programs.") \
	X(moved_list_starts_afresh, both, "The revision starts afresh when the device is moved.") \
	X(carrier_with_one_side_up, both, "A side has a carrier once it is up itself.") \
	X(carrier_stays_on_other_side, both, "Where one side is closed the other keeps its carrier.") \
	X(single_opening_needs_peer, both, "A single device cannot be opened for want of a peer.") \
	X(single_tells_scrub, both, "A single device tells SCRUB in a dump.") \
	X(peer_outlives_primary, both, "The peer stays when the primary is removed.") \
	X(space_end_spares_other_side, both, "A namespace that ends leaves other sides elsewhere behind.") \
	/* From side to side */ \
	X(unknown_verdict_goes_on_at_netkit, both, "A verdict that nobody defined lets the next program of netkit be asked.") \
	X(policy_asked_after_programs, both, "The policy decides although there were programs, and they said NEXT.") \
	X(policy_of_other_side, both, "The policy of the receiving side decides.") \
	X(programs_run_for_peer_that_is_down, both, "Programs run before anybody looks whether the other side is up.") \
	X(packet_still_on_sender, both, "Programs of netkit see the packet on the sending device.") \
	X(scrubbed_in_same_space, both, "Mark and priority are lost within a namespace.") \
	X(never_scrubbed, both, "Mark and priority are kept across namespaces whatever SCRUB says.") \
	X(scrub_keeps_priority, both, "Scrubbing forgets the priority.") \
	X(other_side_scrubs, both, "SCRUB of the receiving side decides.") \
	X(drop_not_counted, both, "What netkit drops is not counted.") \
	X(dropped_counts_as_sent, both, "What netkit drops is counted as sent, too.") \
	X(drop_not_told, both, "The sender does not learn that netkit dropped its packet.") \
	X(redirect_not_counted, both, "What netkit redirects is not counted as sent.") \
	X(received_without_head, both, "The ethernet head is not counted at the receiving side.") \
	X(ingress_of_other_side_skipped, both, "Programs at tcx ingress of the receiving side do not run.") \
	X(head_counts_for_mtu, both, "A frame with its head may not be longer than the MTU.")

/* Those that show only where commands, and packets, run side by side; see `mprogcheck stress`. */
#define MPROG_RACES(X) \
	X(revision_checked_early, both, "The lock is let go of between the look at the revision and the change.") \
	X(query_in_two_steps, both, "A query takes the revision first and the entries later.") \
	X(readers_not_waited_for, both, "A list is written again while packets may still be reading it.")
/* clang-format on */

enum mprog_fault {
	MPROG_FAULT_none,
#define X(name, dialects, sentence) MPROG_FAULT_##name,
	MPROG_FAULTS(X) MPROG_RACES(X)
#undef X
};

#endif
