// SPDX-License-Identifier: GPL-2.0-only
/* The list of device models that ndrv-sim has. Nothing else in the core names a model. */
#include "tran.h"

const struct sim_dev_ops *const sim_models[] = {
	&sim_ixgbe_ops,
	&sim_e810_ops,
	NULL,
};
