// SPDX-License-Identifier: GPL-2.0-only
/* kmod/hw_ixgbe*.c against an 82599 that lies. */
#include "hw_rig.h"
#include "hw_ixgbe_rig.h"
#include "hw_hostile.h"

int main(void)
{
	static const char *const options[] = {
		"mac=02:11:22:33:44:55", "mac=02:11:22:33:44:55,trap=on",
	};

	return hostile_main(options, ARRAY_SIZE(options), 200);
}
