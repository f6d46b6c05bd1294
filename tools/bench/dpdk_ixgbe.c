// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet costs in the vector bursts of DPDK's ixgbe PMD, measured as bench_native measures libndrv's:
 * rings in plain memory, a card that writes back whole 64-byte frames, receive and send them on.
 *   dpdk_ixgbe time WORK BURST WINDOWS	 ns a packet
 *   dpdk_ixgbe count WORK BURST PACKETS the same work for callgrind, which is to collect in step()
 * WORK: rx (receive and drop), tx (allocate and send), forward.
 *
 * The queues are set up by the PMD's own functions, in a port that exists in this program only, with
 * registers that are plain memory. What they are given is in no installed header, so the PMD is compiled
 * from DPDK's source: see tools/bench/native.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_mbuf.h>
#include <ethdev_driver.h>

#include "base/ixgbe_type.h"
#include "ixgbe_ethdev.h"
#include "ixgbe_rxtx.h"

#define ENTRIES		512
#define NR_BUFS		4096
#define FRAME_BYTES	60
#define BURST_MAX	64
#define ROUND		256
#define MAX_WINDOWS	4096
#define REG_BYTES	0x20000

static struct rte_eth_dev dev;
static struct rte_eth_dev_data data;
static struct rte_mempool *pool;
static struct ixgbe_rx_queue *rxq;
static struct ixgbe_tx_queue *txq;
static unsigned int rx_head, tx_head;

static void die(const char *what)
{
	fprintf(stderr, "dpdk_ixgbe: %s\n", what);
	exit(1);
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static __attribute__((noinline)) int step(char work, uint16_t burst)
{
	struct rte_mbuf *pkts[BURST_MAX];
	uint16_t n = burst, sent, i;

	if (work == 't') {
		if (rte_pktmbuf_alloc_bulk(pool, pkts, n))
			return 0;
		for (i = 0; i < n; i++)
			pkts[i]->data_len = pkts[i]->pkt_len = FRAME_BYTES;
	} else {
		n = dev.rx_pkt_burst(rxq, pkts, burst);
	}
	if (work == 'r') {
		rte_pktmbuf_free_bulk(pkts, n);
		return n;
	}
	sent = dev.tx_pkt_burst(txq, pkts, n);
	if (sent < n)
		rte_pktmbuf_free_bulk(pkts + sent, n - sent);
	return sent;
}

/* Frames arrive, at most @most, as the 82599 reports them; everything up to the tail is sent. */
static void card_turn(char work, unsigned int most)
{
	for (; work != 't' && most && rx_head != *rxq->rdt_reg_addr; most--) {
		volatile union ixgbe_adv_rx_desc *d = &rxq->rx_ring[rx_head];

		d->wb.lower.lo_dword.data = 0;
		d->wb.lower.hi_dword.rss = 0;
		d->wb.upper.length = FRAME_BYTES;
		d->wb.upper.vlan = 0;
		d->wb.upper.status_error = 3;		/* DD, EOP */
		rx_head = (rx_head + 1) % ENTRIES;
	}
	for (; work != 'r' && tx_head != *txq->tdt_reg_addr; tx_head = (tx_head + 1) % ENTRIES) {
		volatile union ixgbe_adv_tx_desc *d = &txq->tx_ring[tx_head];

		if ((d->read.cmd_type_len & 0xffff) != FRAME_BYTES)
			die("the card was given something else");
		if (d->read.cmd_type_len & 1u << 27)	/* RS */
			d->wb.status = 1;
	}
}

static void open_port(void)
{
	struct rte_eth_rxconf rx = { .rx_free_thresh = 32 };
	struct rte_eth_txconf tx = { .tx_rs_thresh = 32, .tx_free_thresh = 32 };
	struct ixgbe_adapter *adapter = calloc(1, sizeof(*adapter));
	static void *rx_queues[1], *tx_queues[1];
	unsigned int i;

	pool = rte_pktmbuf_pool_create("bench", NR_BUFS - 1, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	if (!pool || !adapter)
		die("no memory");
	adapter->hw.mac.type = ixgbe_mac_82599EB;
	adapter->hw.hw_addr = calloc(1, REG_BYTES);
	adapter->rx_bulk_alloc_allowed = true;
	adapter->rx_vec_allowed = true;
	dev.data = &data;
	data.dev_private = adapter;
	data.rx_queues = rx_queues;
	data.tx_queues = tx_queues;
	data.nb_rx_queues = data.nb_tx_queues = 1;
	data.mtu = 1500;
	if (ixgbe_dev_rx_queue_setup(&dev, 0, ENTRIES, 0, &rx, pool) ||
	    ixgbe_dev_tx_queue_setup(&dev, 0, ENTRIES, 0, &tx))
		die("the queues cannot be set up");
	rxq = rx_queues[0];
	txq = tx_queues[0];
	/* The headers are those of the library? */
	if (rxq->nb_rx_desc != ENTRIES || rxq->mb_pool != pool || txq->nb_tx_desc != ENTRIES ||
	    txq->tx_rs_thresh != 32 || rxq->rx_ring != rxq->mz->addr || txq->tx_ring != txq->mz->addr ||
	    (volatile uint8_t *)rxq->rdt_reg_addr - (volatile uint8_t *)adapter->hw.hw_addr != 0x1018 ||
	    (volatile uint8_t *)txq->tdt_reg_addr - (volatile uint8_t *)adapter->hw.hw_addr != 0x6018)
		die("DPDK_SRC is not the source of this library");
	ixgbe_set_rx_function(&dev);
	if (dev.rx_pkt_burst != ixgbe_recv_pkts_vec || !adapter->rx_vec_allowed ||
	    dev.tx_pkt_burst == ixgbe_xmit_pkts_simple || dev.tx_pkt_burst == ixgbe_xmit_pkts)
		die("not the vector path");
	for (i = 0; i < ENTRIES; i++) {
		struct rte_mbuf *m = rte_mbuf_raw_alloc(pool);

		m->data_off = RTE_PKTMBUF_HEADROOM;
		rxq->sw_ring[i].mbuf = m;
		rxq->rx_ring[i].read.hdr_addr = 0;
		rxq->rx_ring[i].read.pkt_addr = rte_mbuf_data_iova_default(m);
	}
	*rxq->rdt_reg_addr = ENTRIES - 1;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* As many bursts as a clock can tell apart. */
static double window(char work, unsigned int burst)
{
	unsigned int i, n = 0;
	double start;

	card_turn(work, ROUND);
	start = now_ns();
	for (i = 0; i < ROUND / burst; i++) {
		int k = step(work, burst);

		if (!k)
			break;
		n += k;
	}
	if (!n)
		die("packets were lost");
	return (now_ns() - start) / n;
}

int main(int argc, char **argv)
{
	char *eal[] = { argv[0], "--no-huge", "--no-pci", "--no-telemetry", "-m", "128", "-l", "0",
			"--log-level", "4", "--no-shconf" };
	unsigned long burst, n, i, k;
	static double ns[MAX_WINDOWS];

	if (argc != 5)
		return 2;
	burst = strtoul(argv[3], NULL, 0);
	n = strtoul(argv[4], NULL, 0);
	if (!burst || burst > BURST_MAX || !n)
		return 2;
	if (rte_eal_init(sizeof(eal) / sizeof(eal[0]), eal) < 0)
		die("no EAL");
	open_port();
	if (!strcmp(argv[1], "count")) {
		/* It receives at most 32 at a time, whatever the burst. */
		for (i = 0; i < n; i += k) {
			card_turn(argv[2][0], burst);
			k = step(argv[2][0], burst);
			if (!k)
				die("packets were lost");
		}
		printf("%lu\n", i);
		return 0;
	}
	n = n < MAX_WINDOWS ? n : MAX_WINDOWS;
	for (i = 0; i < n; i++)
		ns[i] = window(argv[2][0], burst);
	qsort(ns, n, sizeof(ns[0]), by_value);
	printf("%.2f\n", ns[n / 2]);
	return 0;
}
