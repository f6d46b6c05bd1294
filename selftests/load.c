// SPDX-License-Identifier: GPL-2.0-only
/* Traffic that goes on while something happens to a card; see load.h. */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ENOUGH		50		/* frames each way that show that traffic flows */
#define WINDOW		100		/* frames of the neighbours under way */
#define DEAD_STORES	100

/* The doorbells are dead until the next start: stores go nowhere, and loads do not fault. */
static void ring_dead_doorbells(struct port *p)
{
	int i;

	for (i = 0; i < DEAD_STORES; i++)
		port_tail(p, NDRV_DOORBELL_F_RX | NDRV_DOORBELL_F_TX, i, i);
	(void)*(volatile uint32_t *)(p->tx_page + p->qs.out_tx_tail_off);
}

/* Sees and answers what happened to its pair, as any program has to. 0 or -errno. */
static int look_after(struct load *l, int i)
{
	struct port *p = &l->p[i];
	int err, events;

	if (l->gone[i] || p->status->generation == p->generation)
		return 0;
	events = poll_fd(p->fd, POLLIN, 0);
	l->no_hangup += (events & (POLLERR | POLLHUP)) != (POLLERR | POLLHUP);
	ring_dead_doorbells(p);
	if (p->status->state == NDRV_STATE_GONE) {
		l->gone[i] = true;
		return 0;
	}
	err = port_start(p);
	if (err == -EAGAIN || err == -ENODEV) {
		l->again += err == -EAGAIN;
		sleep_ms(1);
		return 0;
	}
	if (err)
		return err;
	l->got[i] = 0;
	l->restarts[i]++;
	return 0;
}

static unsigned int take_all(struct load *l, int i)
{
	uint8_t frame[FRAME_MAX];
	unsigned int n = 0;
	uint64_t seq;
	int len;

	while (n < 32 && (len = port_recv(&l->p[i], frame, sizeof(frame), 0))) {
		n++;
		seq = len > 0 ? frame_seq(frame) : UINT64_MAX;
		l->wrong += seq == UINT64_MAX || frame_check(frame, len, seq);
		l->got[i]++;
		l->total++;
	}
	return n;
}

static void send_some(struct load *l, int i)
{
	uint8_t frame[FRAME_MAX];
	unsigned int n, len;

	for (n = 0; n < 4; n++) {
		len = FRAME_MIN + l->seq % 500;
		frame_fill(frame, len, l->p[!i].info.out_mac, l->p[i].info.out_mac, l->seq);
		if (port_send(&l->p[i], frame, len))
			return;
		l->seq++;
	}
}

static void *load_thread(void *arg)
{
	struct load *l = arg;
	int i, err = 0;

	while (!l->stop && !err) {
		unsigned int n = 0;

		for (i = 0; i < 2 && !err; i++) {
			err = look_after(l, i);
			/* A pair that is taken away in between: rings are memory, nothing faults. */
			if (!l->gone[i]) {
				n += take_all(l, i);
				send_some(l, i);
			}
		}
		if (!n)
			sleep_ms(1);
	}
	l->err = err;
	return NULL;
}

static int take_port(struct load *l, int i, unsigned int nr)
{
	int err = port_setup(&l->p[i], nr, NULL);

	if (err)
		return err;
	if (fcntl(l->p[i].fd, F_SETFL, O_NONBLOCK))
		return -errno;
	return port_start(&l->p[i]);
}

int load_start(struct load *l, unsigned int first)
{
	int i, err;

	memset(l, 0, sizeof(*l));
	l->p[0].fd = l->p[1].fd = -1;
	for (i = 0; i < 2; i++) {
		err = take_port(l, i, first + i);
		if (err)
			return err;
	}
	err = pthread_create(&l->thread, NULL, load_thread, l);
	l->runs = !err;
	return -err;
}

int load_replace(struct load *l, int i, unsigned int nr)
{
	int err;

	port_close(&l->p[i]);
	err = take_port(l, i, nr);
	if (err)
		return err;
	l->got[i] = 0;
	__atomic_store_n(&l->gone[i], false, __ATOMIC_RELEASE);
	return 0;
}

void load_end(struct load *l)
{
	int i;

	l->stop = true;
	if (l->runs)
		pthread_join(l->thread, NULL);
	l->runs = false;
	for (i = 0; i < 2; i++)
		if (l->p[i].fd >= 0)
			port_close(&l->p[i]);
}

int load_flows(struct load *l)
{
	uint64_t had[2] = { l->got[0], l->got[1] }, end = now_ms() + PATIENCE_MS;
	int i, flowing;

	do {
		if (l->err)
			return l->err;
		for (i = 0, flowing = 0; i < 2; i++) {
			if (l->got[i] < had[i])
				had[i] = 0;	/* started again */
			flowing += l->got[i] >= had[i] + ENOUGH;
		}
		if (flowing == 2)
			return 0;
		sleep_ms(2);
	} while (now_ms() < end);
	return -ETIMEDOUT;
}

int load_restarted(struct load *l, int i, uint64_t before)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (l->restarts[i] == before) {
		if (l->err || l->gone[i])
			return l->err ? l->err : -ENODEV;
		if (now_ms() > end)
			return -ETIMEDOUT;
		sleep_ms(1);
	}
	return 0;
}

int load_gone(struct load *l, int i)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (!__atomic_load_n(&l->gone[i], __ATOMIC_ACQUIRE)) {
		if (l->err)
			return l->err;
		if (now_ms() > end)
			return -ETIMEDOUT;
		sleep_ms(1);
	}
	return 0;
}

uint64_t load_resets(struct load *l, int i)
{
	struct ndrv_stats st;

	return get_stats(l->p[i].fd, &st) ? 0 : st.out_resets;
}

/* ---- the neighbour ---------------------------------------------------------------------------- */

static void *neighbour_thread(void *arg)
{
	struct neighbour *n = arg;
	uint8_t frame[FRAME_MAX];
	uint64_t end = 0;
	int len;

	while (!n->stop || (n->got < n->sent && now_ms() < end)) {
		bool idle = true;

		if (!n->stop)
			end = now_ms() + MS(5000);
		while ((len = port_recv(&n->to, frame, sizeof(frame), 0))) {
			if (len < 0 || frame_check(frame, len, n->got))
				n->wrong++;
			n->got++;
			idle = false;
		}
		while (!n->stop && n->sent - n->got < WINDOW) {
			len = FRAME_MIN + n->sent % 700;
			frame_fill(frame, len, n->to.info.out_mac, n->from.info.out_mac, n->sent);
			if (port_send(&n->from, frame, len))
				break;
			n->sent++;
		}
		if (idle)
			sleep_ms(1);
	}
	return NULL;
}

int neighbour_start(struct neighbour *n, unsigned int first)
{
	int err;

	memset(n, 0, sizeof(*n));
	n->from.fd = n->to.fd = -1;
	err = port_setup(&n->from, first, NULL);
	if (!err)
		err = port_setup(&n->to, first + 1, NULL);
	if (!err)
		err = port_start(&n->from);
	if (!err)
		err = port_start(&n->to);
	/* The second may have taken the link of the first for a moment. */
	if (!err)
		err = port_wait_link(&n->to, LINK_MS);
	if (!err)
		err = port_wait_link(&n->from, LINK_MS);
	if (err)
		return err;
	n->generation[0] = n->from.status->generation;
	n->generation[1] = n->to.status->generation;
	err = pthread_create(&n->thread, NULL, neighbour_thread, n);
	n->runs = !err;
	return -err;
}

void neighbour_stop(struct neighbour *n)
{
	n->stop = true;
	if (n->runs)
		pthread_join(n->thread, NULL);
	n->runs = false;
}

void neighbour_end(struct neighbour *n)
{
	neighbour_stop(n);
	if (n->from.fd >= 0)
		port_close(&n->from);
	if (n->to.fd >= 0)
		port_close(&n->to);
}

bool neighbour_unharmed(const struct neighbour *n)
{
	return n->sent && n->sent == n->got && !n->wrong &&
	       n->generation[0] == n->from.status->generation &&
	       n->generation[1] == n->to.status->generation;
}

/* ---- events, sysfs ------------------------------------------------------------------------------ */

int events_read(int fd, struct events *e)
{
	struct ndrv_event ev[16];
	ssize_t n, i;

	memset(e, 0, sizeof(*e));
	while ((n = read(fd, ev, sizeof(ev))) > 0) {
		for (i = 0; i < n / (ssize_t)sizeof(ev[0]); i++) {
			if (!ev[i].type || ev[i].type > NDRV_EVENT_LOST)
				return -EPROTO;
			e->of[ev[i].type]++;
			e->last = ev[i].type;
			e->backwards |= ev[i].time_ns < e->time_ns;
			e->time_ns = ev[i].time_ns;
			if (ev[i].type != NDRV_EVENT_REVOKED)
				continue;
			e->reason = ev[i].arg[0];
			e->queue = ev[i].queue;
			e->generation = ev[i].generation;
		}
	}
	e->end = !n;
	return n < 0 && errno != EAGAIN ? -errno : 0;
}

int sysfs_write(const char *pci, const char *file, const char *text)
{
	char path[256];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s%s%s%s", pci ? "/sys/bus/pci/devices/" : "", pci ? pci : "",
		 pci ? "/" : "", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}
