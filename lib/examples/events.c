/* SPDX-License-Identifier: MIT */
/*
 * Prints what happens to a device: link, resets, errors, its end. Needs no queue pair and sleeps in between;
 * ends with the device, or after COUNT events if that is given.
 *
 *	events ndrv0
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <ndrv.h>

static int check(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "events: %s: %s\n", what, ndrv_strerror(result));
		exit(1);
	}
	return result;
}

static void print(const struct ndrv_event *e)
{
	static const char *const reasons[] = {
		[NDRV_REASON_RESET] = "it did not answer",
		[NDRV_REASON_ADMIN] = "somebody asked for it",
		[NDRV_REASON_SUSPEND] = "the system goes to sleep",
		[NDRV_REASON_PCI_ERROR] = "PCI error",
		[NDRV_REASON_LOST] = "somebody else has reset the card",
	};
	const size_t nr_reasons = sizeof(reasons) / sizeof(reasons[0]);

	printf("%" PRIu64 ".%06" PRIu64 " ", (uint64_t)e->time_ns / 1000000000,
	       (uint64_t)e->time_ns / 1000 % 1000000);
	switch (e->type) {
	case NDRV_EVENT_LINK:
		if (e->arg[0])
			printf("link up, %u Mbit/s\n", e->arg[1]);
		else
			printf("link down\n");
		break;
	case NDRV_EVENT_REVOKED:
		printf("queue %u taken away: %s\n", e->queue,
		       e->arg[0] < nr_reasons && reasons[e->arg[0]] ? reasons[e->arg[0]] : "reset");
		break;
	case NDRV_EVENT_RESTORED:
		printf("works again\n");
		break;
	case NDRV_EVENT_GONE:
		printf("gone\n");
		break;
	case NDRV_EVENT_ERROR:
		printf("error %u, queue %d\n", e->arg[0], (int)e->queue);
		break;
	case NDRV_EVENT_LOST:
		printf("%u events were lost\n", e->arg[0]);
		break;
	default:			/* of a newer kernel */
		printf("event %u\n", e->type);
		break;
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct ndrv_queue_opts opts = { .size = sizeof(opts), .flags = NDRV_OPEN_F_NO_QUEUE };
	long left = argc == 3 ? strtol(argv[2], NULL, 0) : -1;
	struct ndrv_event events[16];
	struct ndrv_waiter *waiter;
	struct ndrv_queue *device;
	int n, i;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "Usage: events DEVICE [COUNT]\n");
		return 2;
	}
	check(ndrv_queue_open(&device, argv[1], &opts), argv[1]);
	check(ndrv_waiter_open(&waiter, NDRV_WAIT_IRQ), "waiter");
	check(ndrv_waiter_add(waiter, device, NDRV_WAIT_EVENTS), "waiter");
	fprintf(stderr, "watching\n");

	while (left) {
		n = ndrv_queue_event(device, events, 16);
		if (n == -ENODEV)
			break;
		if (n == -EAGAIN) {
			check(ndrv_wait(waiter, -1), "wait");
			continue;
		}
		check(n, "read");
		for (i = 0; i < n && left; i++) {
			print(&events[i]);
			left -= left > 0;
		}
	}
	ndrv_waiter_close(waiter);
	ndrv_queue_close(device);
	return 0;
}
