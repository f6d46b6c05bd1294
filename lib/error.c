/* SPDX-License-Identifier: MIT */
/* Results in words, and the version. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE		/* strerrordesc_np */
#endif
#include <errno.h>
#include <string.h>

#include "internal.h"

#ifndef NDRV_VERSION
#define NDRV_VERSION "unknown"
#endif

static const struct {
	int result;
	const char *text;
} texts[] = {
	{ -EPERM, "not permitted" },
	{ -ENOENT, "no such device, or not bound to ndrv (see: ndrv list)" },
	{ -EACCES, "permission denied: be in group ndrv; or the IOMMU does not translate for it" },
	{ -EBUSY, "busy: another user has the device open, or the queue is taken" },
	{ -EEXIST, "exists already" },
	{ -EINVAL, "invalid argument" },
	{ -ERANGE, "beyond the limits of the device (see: ndrv info)" },
	{ -ENXIO, "no IOMMU confines the device, or it has no such queue" },
	{ -ENODEV, "the device is gone (unbound or unplugged)" },
	{ -ESTALE, "the kernel took the queue away (device reset); start it again" },
	{ -EPIPE, "the queue is not started" },
	{ -ENOSPC, "the table of the card, or of the kernel, is full" },
	{ -ENOTTY, "not a file of ndrv" },
	{ -ENOBUFS, "the pool has too few buffers" },
	{ -ENOMEM, "out of memory" },
	{ -EDQUOT, "over the pool limit of the module (parameter pool_limit_mib)" },
	{ -ETIMEDOUT, "timed out" },
	{ -EAGAIN, "the device is being reset; try again" },
	{ -EPROTONOSUPPORT, "kernel module and library do not fit together" },
	{ -EOPNOTSUPP, "not supported" },
	{ -EMSGSIZE, "the frame takes more handles than were given" },
	{ -EINTR, "interrupted by a signal" },
	{ -EMFILE, "too many open files" },
};

const char *ndrv_strerror(int result)
{
	const char *text;
	size_t i;

	if (result >= 0)
		return "success";
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].result == result)
			return texts[i].text;
	text = strerrordesc_np(-result);
	return text ? text : "unknown error";
}

const char *ndrv_version(void)
{
	return NDRV_VERSION;
}
