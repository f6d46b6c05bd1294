// SPDX-License-Identifier: GPL-2.0-only
/* RSS of kmod/hw_ixgbe.c on the host, against the 82599 model. */
#include "hw_rig.h"
#include "hw_ixgbe_rig.h"
#include "hw_rss.h"

int main(void)
{
	struct rig r;

	tap_eq(ndrv_ixgbe_info.rss_queues, 16, "16 queues");
	tap_ok(rig_up(&r, "rss", "mac=02:11:22:33:44:55"), "port up");
	rss_test(&r);
	tap_eq(host.errors, 0, "nothing to complain of");
	rig_close(&r);
	return tap_done();
}
