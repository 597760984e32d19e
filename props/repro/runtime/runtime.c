// SPDX-License-Identifier: GPL-2.0-only
// All pieces of the runtime of C reproducers, in the order in which they are written. A reproducer
// has those that it uses; a piece is what stands between two empty lines. What is for programs with
// two network namespaces stands behind `#ifdef TWO_SPACES`.
#define _GNU_SOURCE
#include "headers.c"

#include "example.h"

#include "check.c"
#include "objects.c"
#include "lists.c"
#include "raw.c"
#include "foreign.c"
#include "netns.c"
#include "netlink.c"
#include "netkit.c"
#include "packets.c"
#include "send.c"
