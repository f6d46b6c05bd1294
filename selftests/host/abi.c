// SPDX-License-Identifier: GPL-2.0-only
/*
 * The binary interface of uapi/linux/ndrv.h, frozen: sizes, offsets, numbers. The values here were
 * worked out by hand from the rules (natural alignment, 64-bit fields 8-aligned), never printed
 * from the header. The same file is compiled as C, as C++, and for 32 bit; all must agree with the
 * table, so they agree with each other. ABI_COMPILE_ONLY turns every row into a static assertion,
 * for machines without a 32-bit C library. A changed row is a broken program somewhere: new
 * fields and calls get new rows, old rows never change.
 */
#include <linux/ndrv.h>
#include <stddef.h>

#ifdef __cplusplus
#define ABI_ASSERT(cond, text) static_assert(cond, text)
#else
#define ABI_ASSERT(cond, text) _Static_assert(cond, text)
#endif

#define ABI_MEMBER(type, field) sizeof(((struct type *)0)->field)

/* SIZE(struct, bytes), FIELD(struct, field, offset, bytes), NUM(constant, value) */
#define ABI_TABLE(SIZE, FIELD, NUM) \
	NUM(NDRV_TYPE, 0xbd) \
	NUM(NDRV_ABI_VERSION, 1) \
	NUM(NDRV_MAX_RING_ENTRIES, 8192) \
	NUM(NDRV_ADDR_LEN, 6) \
	NUM(NDRV_MMAP_RX_RING, 0) \
	NUM(NDRV_MMAP_TX_RING, 16777216) \
	NUM(NDRV_MMAP_RX_DOORBELL, 33554432) \
	NUM(NDRV_MMAP_TX_DOORBELL, 50331648) \
	NUM(NDRV_MMAP_STATUS, 67108864) \
	NUM(NDRV_STATE_IDLE, 0) \
	NUM(NDRV_STATE_READY, 1) \
	NUM(NDRV_STATE_RUNNING, 2) \
	NUM(NDRV_STATE_REVOKED, 3) \
	NUM(NDRV_STATE_GONE, 4) \
	NUM(NDRV_DESC_IXGBE, 1) \
	NUM(NDRV_DESC_ICE, 2) \
	NUM(NDRV_DESC_IGB, 3) \
	NUM(NDRV_IOMMU_NONE, 0) \
	NUM(NDRV_IOMMU_IDENTITY, 1) \
	NUM(NDRV_IOMMU_DMA, 2) \
	NUM(NDRV_IOMMU_DMA_FQ, 3) \
	NUM(NDRV_FEAT_RX_CSUM, 0x01) \
	NUM(NDRV_FEAT_RX_HASH, 0x02) \
	NUM(NDRV_FEAT_RX_VLAN, 0x04) \
	NUM(NDRV_FEAT_TX_CSUM, 0x08) \
	NUM(NDRV_FEAT_TX_TSO, 0x10) \
	NUM(NDRV_FEAT_TX_VLAN, 0x20) \
	NUM(NDRV_QUEUE_ANY, 0xffffffff) \
	NUM(NDRV_QUEUE_F_KERNEL_DOORBELL, 1) \
	NUM(NDRV_QUEUE_F_VLAN_STRIP, 2) \
	NUM(NDRV_DOORBELL_F_RX, 1) \
	NUM(NDRV_DOORBELL_F_TX, 2) \
	NUM(NDRV_RX_MODE_PROMISC, 1) \
	NUM(NDRV_RX_MODE_ALLMULTI, 2) \
	NUM(NDRV_INFO, 0xbd00) \
	NUM(NDRV_QUEUE_SETUP, 0xbd01) \
	NUM(NDRV_QUEUE_START, 0xbd02) \
	NUM(NDRV_QUEUE_STOP, 0xbd03) \
	NUM(NDRV_DOORBELL, 0xbd04) \
	NUM(NDRV_POOL_CREATE, 0xbd05) \
	NUM(NDRV_POOL_ATTACH, 0xbd06) \
	NUM(NDRV_POOL_DETACH, 0xbd07) \
	NUM(NDRV_RX_MODE, 0xbd08) \
	NUM(NDRV_STATS, 0xbd09) \
	NUM(NDRV_LINK, 0xbd0a) \
	NUM(NDRV_RSS, 0xbd0b) \
	NUM(NDRV_RSS_KEY_LEN, 40) \
	NUM(NDRV_RSS_TABLE_LEN, 128) \
	NUM(NDRV_RSS_F_SPREAD, 1) \
	NUM(NDRV_ARM, 0xbd0c) \
	NUM(NDRV_QUEUE_GET, 0xbd0d) \
	NUM(NDRV_FILTER_ADD, 0xbd0e) \
	NUM(NDRV_FILTER_DEL, 0xbd0f) \
	NUM(NDRV_URING_DOORBELL, 0xbd40) \
	NUM(NDRV_URING_ARM, 0xbd41) \
	NUM(NDRV_URING_WAIT, 0xbd42) \
	NUM(NDRV_URING_CANCEL, 0xbd43) \
	NUM(NDRV_MMAP_COUNTERS, 83886080) \
	NUM(NDRV_POOL_ALL, 0xffffffff) \
	NUM(NDRV_FEAT_WAIT, 0x40) \
	NUM(NDRV_FEAT_FILTER_MAC, 0x80) \
	NUM(NDRV_FEAT_FILTER_MAC_QUEUE, 0x100) \
	NUM(NDRV_FEAT_FILTER_VLAN, 0x200) \
	NUM(NDRV_FEAT_FILTER_ETHERTYPE, 0x400) \
	NUM(NDRV_FEAT_FILTER_TUPLE, 0x800) \
	NUM(NDRV_FEAT_QUEUE_STATS, 0x1000) \
	NUM(NDRV_FEAT_URING_WAIT, 0x2000) \
	NUM(NDRV_ARM_RX, 1) \
	NUM(NDRV_ARM_TX, 2) \
	NUM(NDRV_FILTER_MAC, 1) \
	NUM(NDRV_FILTER_VLAN, 2) \
	NUM(NDRV_FILTER_ETHERTYPE, 3) \
	NUM(NDRV_FILTER_TUPLE, 4) \
	NUM(NDRV_FILTER_F_PROTO, 0x01) \
	NUM(NDRV_FILTER_F_SRC_IP, 0x02) \
	NUM(NDRV_FILTER_F_DST_IP, 0x04) \
	NUM(NDRV_FILTER_F_SRC_PORT, 0x08) \
	NUM(NDRV_FILTER_F_DST_PORT, 0x10) \
	NUM(NDRV_EVENT_LINK, 1) \
	NUM(NDRV_EVENT_REVOKED, 2) \
	NUM(NDRV_EVENT_RESTORED, 3) \
	NUM(NDRV_EVENT_GONE, 4) \
	NUM(NDRV_EVENT_ERROR, 5) \
	NUM(NDRV_EVENT_LOST, 6) \
	NUM(NDRV_REASON_RESET, 1) \
	NUM(NDRV_REASON_ADMIN, 2) \
	NUM(NDRV_REASON_SUSPEND, 3) \
	NUM(NDRV_REASON_PCI_ERROR, 4) \
	NUM(NDRV_REASON_LOST, 5) \
	NUM(NDRV_ERROR_DESC, 1) \
	NUM(NDRV_ERROR_STRAY, 2) \
	NUM(NDRV_ERROR_HARDWARE, 3) \
	SIZE(ndrv_status, 64) \
	FIELD(ndrv_status, generation, 0, 8) \
	FIELD(ndrv_status, state, 8, 4) \
	FIELD(ndrv_status, link_up, 12, 4) \
	FIELD(ndrv_status, link_mbps, 16, 4) \
	FIELD(ndrv_status, __reserved, 20, 44) \
	SIZE(ndrv_info, 104) \
	FIELD(ndrv_info, size, 0, 4) \
	FIELD(ndrv_info, flags, 4, 4) \
	FIELD(ndrv_info, out_abi, 8, 4) \
	FIELD(ndrv_info, out_desc_format, 12, 4) \
	FIELD(ndrv_info, out_features, 16, 4) \
	FIELD(ndrv_info, out_iommu, 20, 4) \
	FIELD(ndrv_info, out_max_queues, 24, 4) \
	FIELD(ndrv_info, out_ring_min, 28, 4) \
	FIELD(ndrv_info, out_ring_max, 32, 4) \
	FIELD(ndrv_info, out_ring_align, 36, 4) \
	FIELD(ndrv_info, out_rx_desc_size, 40, 4) \
	FIELD(ndrv_info, out_tx_desc_size, 44, 4) \
	FIELD(ndrv_info, out_rx_buf_align, 48, 4) \
	FIELD(ndrv_info, out_rx_buf_max, 52, 4) \
	FIELD(ndrv_info, out_max_frame, 56, 4) \
	FIELD(ndrv_info, out_numa_node, 60, 4) \
	FIELD(ndrv_info, out_pci_domain, 64, 4) \
	FIELD(ndrv_info, out_pci_bdf, 68, 2) \
	FIELD(ndrv_info, out_pci_vendor, 70, 2) \
	FIELD(ndrv_info, out_pci_device, 72, 2) \
	FIELD(ndrv_info, out_mac, 74, 6) \
	FIELD(ndrv_info, out_pool_limit, 80, 8) \
	FIELD(ndrv_info, out_rss_queues, 88, 4) \
	FIELD(ndrv_info, out_vectors, 92, 4) \
	FIELD(ndrv_info, __reserved, 96, 8) \
	SIZE(ndrv_queue_setup, 48) \
	FIELD(ndrv_queue_setup, size, 0, 4) \
	FIELD(ndrv_queue_setup, flags, 4, 4) \
	FIELD(ndrv_queue_setup, queue, 8, 4) \
	FIELD(ndrv_queue_setup, rx_entries, 12, 4) \
	FIELD(ndrv_queue_setup, tx_entries, 16, 4) \
	FIELD(ndrv_queue_setup, rx_buf_bytes, 20, 4) \
	FIELD(ndrv_queue_setup, out_queue, 24, 4) \
	FIELD(ndrv_queue_setup, out_rx_ring_bytes, 28, 4) \
	FIELD(ndrv_queue_setup, out_tx_ring_bytes, 32, 4) \
	FIELD(ndrv_queue_setup, out_rx_tail_off, 36, 4) \
	FIELD(ndrv_queue_setup, out_tx_tail_off, 40, 4) \
	FIELD(ndrv_queue_setup, __reserved, 44, 4) \
	SIZE(ndrv_queue_start, 16) \
	FIELD(ndrv_queue_start, size, 0, 4) \
	FIELD(ndrv_queue_start, flags, 4, 4) \
	FIELD(ndrv_queue_start, out_generation, 8, 8) \
	SIZE(ndrv_queue_stop, 8) \
	FIELD(ndrv_queue_stop, size, 0, 4) \
	FIELD(ndrv_queue_stop, flags, 4, 4) \
	SIZE(ndrv_doorbell, 16) \
	FIELD(ndrv_doorbell, size, 0, 4) \
	FIELD(ndrv_doorbell, flags, 4, 4) \
	FIELD(ndrv_doorbell, rx_tail, 8, 4) \
	FIELD(ndrv_doorbell, tx_tail, 12, 4) \
	SIZE(ndrv_pool_create, 24) \
	FIELD(ndrv_pool_create, size, 0, 4) \
	FIELD(ndrv_pool_create, flags, 4, 4) \
	FIELD(ndrv_pool_create, len_bytes, 8, 8) \
	FIELD(ndrv_pool_create, out_fd, 16, 4) \
	FIELD(ndrv_pool_create, out_contig_bytes, 20, 4) \
	SIZE(ndrv_pool_attach, 40) \
	FIELD(ndrv_pool_attach, size, 0, 4) \
	FIELD(ndrv_pool_attach, flags, 4, 4) \
	FIELD(ndrv_pool_attach, fd, 8, 4) \
	FIELD(ndrv_pool_attach, nr_iovas, 12, 4) \
	FIELD(ndrv_pool_attach, iovas_ptr, 16, 8) \
	FIELD(ndrv_pool_attach, out_len_bytes, 24, 8) \
	FIELD(ndrv_pool_attach, out_piece_shift, 32, 4) \
	FIELD(ndrv_pool_attach, out_pool, 36, 4) \
	SIZE(ndrv_pool_detach, 16) \
	FIELD(ndrv_pool_detach, size, 0, 4) \
	FIELD(ndrv_pool_detach, flags, 4, 4) \
	FIELD(ndrv_pool_detach, pool, 8, 4) \
	FIELD(ndrv_pool_detach, __reserved, 12, 4) \
	SIZE(ndrv_rx_mode, 16) \
	FIELD(ndrv_rx_mode, size, 0, 4) \
	FIELD(ndrv_rx_mode, flags, 4, 4) \
	FIELD(ndrv_rx_mode, max_frame_bytes, 8, 4) \
	FIELD(ndrv_rx_mode, __reserved, 12, 4) \
	SIZE(ndrv_stats, 112) \
	FIELD(ndrv_stats, size, 0, 4) \
	FIELD(ndrv_stats, flags, 4, 4) \
	FIELD(ndrv_stats, out_rx_packets, 8, 8) \
	FIELD(ndrv_stats, out_rx_bytes, 16, 8) \
	FIELD(ndrv_stats, out_rx_missed, 24, 8) \
	FIELD(ndrv_stats, out_rx_no_desc, 32, 8) \
	FIELD(ndrv_stats, out_rx_errors, 40, 8) \
	FIELD(ndrv_stats, out_rx_broadcast, 48, 8) \
	FIELD(ndrv_stats, out_rx_multicast, 56, 8) \
	FIELD(ndrv_stats, out_tx_packets, 64, 8) \
	FIELD(ndrv_stats, out_tx_bytes, 72, 8) \
	FIELD(ndrv_stats, out_tx_broadcast, 80, 8) \
	FIELD(ndrv_stats, out_tx_multicast, 88, 8) \
	FIELD(ndrv_stats, out_resets, 96, 8) \
	FIELD(ndrv_stats, out_link_changes, 104, 8) \
	SIZE(ndrv_link, 16) \
	FIELD(ndrv_link, size, 0, 4) \
	FIELD(ndrv_link, flags, 4, 4) \
	FIELD(ndrv_link, out_up, 8, 4) \
	FIELD(ndrv_link, out_mbps, 12, 4) \
	SIZE(ndrv_rss, 304) \
	FIELD(ndrv_rss, size, 0, 4) \
	FIELD(ndrv_rss, flags, 4, 4) \
	FIELD(ndrv_rss, key, 8, 40) \
	FIELD(ndrv_rss, table, 48, 256) \
	SIZE(ndrv_counters, 64) \
	FIELD(ndrv_counters, rx_packets, 0, 8) \
	FIELD(ndrv_counters, rx_bytes, 8, 8) \
	FIELD(ndrv_counters, tx_packets, 16, 8) \
	FIELD(ndrv_counters, tx_bytes, 24, 8) \
	FIELD(ndrv_counters, rx_errors, 32, 8) \
	FIELD(ndrv_counters, sleeps, 40, 8) \
	FIELD(ndrv_counters, __reserved, 48, 16) \
	SIZE(ndrv_arm, 8) \
	FIELD(ndrv_arm, size, 0, 4) \
	FIELD(ndrv_arm, flags, 4, 4) \
	SIZE(ndrv_queue_get, 112) \
	FIELD(ndrv_queue_get, size, 0, 4) \
	FIELD(ndrv_queue_get, flags, 4, 4) \
	FIELD(ndrv_queue_get, out_state, 8, 4) \
	FIELD(ndrv_queue_get, out_queue, 12, 4) \
	FIELD(ndrv_queue_get, out_flags, 16, 4) \
	FIELD(ndrv_queue_get, out_rx_entries, 20, 4) \
	FIELD(ndrv_queue_get, out_tx_entries, 24, 4) \
	FIELD(ndrv_queue_get, out_rx_buf_bytes, 28, 4) \
	FIELD(ndrv_queue_get, out_rx_ring_bytes, 32, 4) \
	FIELD(ndrv_queue_get, out_tx_ring_bytes, 36, 4) \
	FIELD(ndrv_queue_get, out_rx_tail_off, 40, 4) \
	FIELD(ndrv_queue_get, out_tx_tail_off, 44, 4) \
	FIELD(ndrv_queue_get, out_counted, 48, 4) \
	FIELD(ndrv_queue_get, __reserved, 52, 4) \
	FIELD(ndrv_queue_get, out_generation, 56, 8) \
	FIELD(ndrv_queue_get, out_interrupts, 64, 8) \
	FIELD(ndrv_queue_get, out_rx_packets, 72, 8) \
	FIELD(ndrv_queue_get, out_rx_bytes, 80, 8) \
	FIELD(ndrv_queue_get, out_rx_no_desc, 88, 8) \
	FIELD(ndrv_queue_get, out_tx_packets, 96, 8) \
	FIELD(ndrv_queue_get, out_tx_bytes, 104, 8) \
	SIZE(ndrv_filter_add, 48) \
	FIELD(ndrv_filter_add, size, 0, 4) \
	FIELD(ndrv_filter_add, flags, 4, 4) \
	FIELD(ndrv_filter_add, type, 8, 4) \
	FIELD(ndrv_filter_add, queue, 12, 4) \
	FIELD(ndrv_filter_add, mac, 16, 6) \
	FIELD(ndrv_filter_add, vlan, 22, 2) \
	FIELD(ndrv_filter_add, ethertype, 24, 2) \
	FIELD(ndrv_filter_add, proto, 26, 1) \
	FIELD(ndrv_filter_add, __reserved0, 27, 1) \
	FIELD(ndrv_filter_add, src_ip, 28, 4) \
	FIELD(ndrv_filter_add, dst_ip, 32, 4) \
	FIELD(ndrv_filter_add, src_port, 36, 2) \
	FIELD(ndrv_filter_add, dst_port, 38, 2) \
	FIELD(ndrv_filter_add, out_filter, 40, 4) \
	FIELD(ndrv_filter_add, __reserved, 44, 4) \
	SIZE(ndrv_filter_del, 16) \
	FIELD(ndrv_filter_del, size, 0, 4) \
	FIELD(ndrv_filter_del, flags, 4, 4) \
	FIELD(ndrv_filter_del, filter, 8, 4) \
	FIELD(ndrv_filter_del, __reserved, 12, 4) \
	SIZE(ndrv_event, 40) \
	FIELD(ndrv_event, type, 0, 4) \
	FIELD(ndrv_event, queue, 4, 4) \
	FIELD(ndrv_event, time_ns, 8, 8) \
	FIELD(ndrv_event, generation, 16, 8) \
	FIELD(ndrv_event, arg, 24, 16) \
	SIZE(ndrv_uring, 16) \
	FIELD(ndrv_uring, flags, 0, 4) \
	FIELD(ndrv_uring, rx_tail, 4, 4) \
	FIELD(ndrv_uring, tx_tail, 8, 4) \
	FIELD(ndrv_uring, __reserved, 12, 4)

#ifdef ABI_COMPILE_ONLY

#define ASSERT_SIZE(type, bytes) \
	ABI_ASSERT(sizeof(struct type) == (bytes), "sizeof " #type);
#define ASSERT_FIELD(type, field, off, bytes) \
	ABI_ASSERT(offsetof(struct type, field) == (off), #type "." #field); \
	ABI_ASSERT(ABI_MEMBER(type, field) == (bytes), "sizeof " #type "." #field);
#define ASSERT_NUM(name, value) \
	ABI_ASSERT((name) == (value), #name);

ABI_TABLE(ASSERT_SIZE, ASSERT_FIELD, ASSERT_NUM)

#else

#include "tap.h"

enum row_kind { ROW_IS_SIZE, ROW_IS_FIELD, ROW_IS_NUM };

struct row {
	const char *name;
	enum row_kind kind;
	unsigned long long got, want;	/* size, offset, or value */
	unsigned long long got_len, want_len;
};

#define ROW_SIZE(type, bytes)	{ "struct " #type, ROW_IS_SIZE, sizeof(struct type), bytes, 0, 0 },
#define ROW_FIELD(type, field, off, bytes) \
	{ #type "." #field, ROW_IS_FIELD, offsetof(struct type, field), off, \
	  ABI_MEMBER(type, field), bytes },
#define ROW_NUM(name, value)	{ #name, ROW_IS_NUM, name, value, 0, 0 },

static const struct row rows[] = {
	ABI_TABLE(ROW_SIZE, ROW_FIELD, ROW_NUM)
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

static int row_differs(const struct row *r)
{
	if (r->got == r->want && r->got_len == r->want_len)
		return 0;
	printf("# %s: %llu, frozen as %llu; length %llu, frozen as %llu\n", r->name, r->got,
	       r->want, r->got_len, r->want_len);
	return 1;
}

/* One structure: its size, its fields, and that they fill it without a gap. Returns the next row. */
static size_t check_struct(size_t first)
{
	unsigned long long sum = 0;
	int differs = row_differs(&rows[first]);
	size_t i;

	for (i = first + 1; i < NR_ROWS && rows[i].kind == ROW_IS_FIELD; i++) {
		differs |= row_differs(&rows[i]);
		sum += rows[i].got_len;
	}
	tap_ok(!differs, "%s has its frozen layout", rows[first].name);
	if (sum != rows[first].got)
		printf("# fields take %llu of %llu bytes\n", sum, rows[first].got);
	tap_ok(sum == rows[first].got, "%s has no padding", rows[first].name);
	return i;
}

int main(void)
{
	int differs = 0;
	size_t i;

	for (i = 0; i < NR_ROWS && rows[i].kind == ROW_IS_NUM; i++)
		differs |= row_differs(&rows[i]);
	tap_ok(!differs, "%zu constants have their frozen values", i);
	while (i < NR_ROWS)
		i = check_struct(i);
	/* Says that the 32-bit build is one. */
	tap_eq((long long)sizeof(void *) * 8, ABI_BITS, "bits of a pointer");
	return tap_done();
}

#endif
