// SPDX-License-Identifier: GPL-2.0-only
/* The slip that is selected in the calling thread, for the copy of impl/core in a process. */
#include "slips.h"

__thread unsigned int mprog_slip;
