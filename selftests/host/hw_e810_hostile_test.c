// SPDX-License-Identifier: GPL-2.0-only
/* kmod/hw_e810*.c against an E810 that lies. */
#include "hw_rig.h"
#include "hw_e810_rig.h"
#include "hw_hostile.h"

int main(void)
{
	static const char *const options[] = {
		"mac=02:11:22:33:44:55", "mac=02:11:22:33:44:55,trap=on",
		"mac=02:11:22:33:44:55,pages=off",
	};

	return hostile_main(options, ARRAY_SIZE(options), 200);
}
