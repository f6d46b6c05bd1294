/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: what happens to devices, queue pairs and pools. Devices are named by their minor
 * number, which is the N of /dev/ndrvN.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ndrv

#if !defined(NDRV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define NDRV_TRACE_H

#include <linux/tracepoint.h>
#include <linux/ndrv.h>

#define ndrv_show_state(state) __print_symbolic(state, \
	{ NDRV_STATE_IDLE, "idle" }, { NDRV_STATE_READY, "ready" }, \
	{ NDRV_STATE_RUNNING, "running" }, { NDRV_STATE_REVOKED, "revoked" }, \
	{ NDRV_STATE_GONE, "gone" })

DECLARE_EVENT_CLASS(ndrv_dev_class,
	TP_PROTO(int minor, unsigned int bdf),
	TP_ARGS(minor, bdf),
	TP_STRUCT__entry(__field(int, minor) __field(unsigned int, bdf)),
	TP_fast_assign(__entry->minor = minor; __entry->bdf = bdf;),
	TP_printk("ndrv%d %02x:%02x.%x", __entry->minor, __entry->bdf >> 8,
		  (__entry->bdf >> 3) & 0x1f, __entry->bdf & 7)
);

DEFINE_EVENT(ndrv_dev_class, ndrv_bind,
	TP_PROTO(int minor, unsigned int bdf), TP_ARGS(minor, bdf));
DEFINE_EVENT(ndrv_dev_class, ndrv_unbind,
	TP_PROTO(int minor, unsigned int bdf), TP_ARGS(minor, bdf));
DEFINE_EVENT(ndrv_dev_class, ndrv_reset,
	TP_PROTO(int minor, unsigned int bdf), TP_ARGS(minor, bdf));

TRACE_EVENT(ndrv_queue_state,
	TP_PROTO(int minor, u32 queue, u32 from, u32 to, u64 generation),
	TP_ARGS(minor, queue, from, to, generation),
	TP_STRUCT__entry(
		__field(int, minor)
		__field(u32, queue)
		__field(u32, from)
		__field(u32, to)
		__field(u64, generation)
	),
	TP_fast_assign(
		__entry->minor = minor;
		__entry->queue = queue;
		__entry->from = from;
		__entry->to = to;
		__entry->generation = generation;
	),
	TP_printk("ndrv%d queue=%u %s -> %s generation=%llu", __entry->minor, __entry->queue,
		  ndrv_show_state(__entry->from), ndrv_show_state(__entry->to),
		  __entry->generation)
);

TRACE_EVENT(ndrv_doorbell,
	TP_PROTO(int minor, u32 queue, bool tx, u32 tail),
	TP_ARGS(minor, queue, tx, tail),
	TP_STRUCT__entry(__field(int, minor) __field(u32, queue) __field(bool, tx)
			 __field(u32, tail)),
	TP_fast_assign(
		__entry->minor = minor;
		__entry->queue = queue;
		__entry->tx = tx;
		__entry->tail = tail;
	),
	TP_printk("ndrv%d queue=%u %s tail=%u", __entry->minor, __entry->queue,
		  __entry->tx ? "tx" : "rx", __entry->tail)
);

DECLARE_EVENT_CLASS(ndrv_pool_class,
	TP_PROTO(int minor, u32 id, u64 len, u64 iova, unsigned int pieces),
	TP_ARGS(minor, id, len, iova, pieces),
	TP_STRUCT__entry(__field(int, minor) __field(u32, id) __field(u64, len)
			 __field(u64, iova) __field(unsigned int, pieces)),
	TP_fast_assign(
		__entry->minor = minor;
		__entry->id = id;
		__entry->len = len;
		__entry->iova = iova;
		__entry->pieces = pieces;
	),
	TP_printk("ndrv%d pool=%u len=%llu iova=0x%llx pieces=%u", __entry->minor, __entry->id,
		  __entry->len, __entry->iova, __entry->pieces)
);

DEFINE_EVENT(ndrv_pool_class, ndrv_pool_attach,
	TP_PROTO(int minor, u32 id, u64 len, u64 iova, unsigned int pieces),
	TP_ARGS(minor, id, len, iova, pieces));
DEFINE_EVENT(ndrv_pool_class, ndrv_pool_detach,
	TP_PROTO(int minor, u32 id, u64 len, u64 iova, unsigned int pieces),
	TP_ARGS(minor, id, len, iova, pieces));

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
