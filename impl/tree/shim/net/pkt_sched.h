/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_NET_PKT_SCHED_H
#define _SHIM_NET_PKT_SCHED_H

#include <net/sch_generic.h>

#endif
