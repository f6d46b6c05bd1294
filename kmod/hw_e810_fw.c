// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands to the E810's firmware that are about firmware itself: versions, capabilities, locks
 * between functions, good-bye (E810 data sheet 613875, 9.5.3 and 9.5.4).
 */
#include "hw.h"
#include "hw_e810.h"

#include <linux/ndrv.h>

/* The interface version that this driver was written against; minor ones only add. */
#define E810_API_MAJOR		1

#define E810_DRIVER_NAME	"ndrv " NDRV_VERSION

/* One capability in the answer to 000A */
#define E810_CAP_BYTES		32
#define E810_CAP_ID		0
#define E810_CAP_NUMBER		4
#define E810_CAP_LOGICAL	8
#define E810_CAP_PHYSICAL	12
#define E810_CAP_VSI		0x0017
#define E810_CAP_RSS		0x0040
#define E810_CAP_RX_QUEUES	0x0041
#define E810_CAP_TX_QUEUES	0x0042
#define E810_CAP_VECTORS	0x0043
#define E810_CAP_MAX_MTU	0x0047

#define E810_LOCK_WRITE		2
#define E810_LOCK_GRANTED	0	/* what GLOBAL answers, in place of an error */
#define E810_LOCK_DONE		2
#define E810_LOCK_HOLD_MS	5000	/* firmware takes it back from a holder that died */
#define E810_LOCK_TRIES		500	/* the bound of waiting for one */
#define E810_LOCK_TRY_US	10000

/* "1.2.3" as four bytes. */
static void e810_version_bytes(const char *text, u8 out[4])
{
	u32 part = 0;

	memset(out, 0, 4);
	for (; *text && part < 4; text++) {
		if (*text >= '0' && *text <= '9')
			out[part] = out[part] * 10 + (*text - '0');
		else
			part++;
	}
}

int e810_fw_hello(struct ndrv_hw *hw)
{
	struct e810_aq_desc d = { .opcode = E810_OP_GET_VERSION };
	char name[] = E810_DRIVER_NAME;
	int ret;

	ret = e810_aq_cmd(hw, &d, NULL, 0, 0);
	if (ret)
		return ret;
	if (d.param[13] != E810_API_MAJOR) {
		ndrv_hw_err(hw, "opcode 0x0001: firmware %u.%u.%u speaks version %u.%u of its interface, this driver knows %u: update one of them\n",
			    d.param[9], d.param[10], d.param[11], d.param[13], d.param[14],
			    E810_API_MAJOR);
		return -EOPNOTSUPP;
	}

	/* Firmware may show it to a management console; that is all it does with it. */
	d = (struct e810_aq_desc){ .opcode = E810_OP_DRIVER_VERSION };
	e810_version_bytes(NDRV_VERSION, d.param);
	ret = e810_aq_cmd(hw, &d, name, sizeof(name) - 1, E810_AQ_F_RD | E810_AQ_F_QUIET);
	return e810_aq_lost(ret) ? ret : 0;
}

void e810_fw_bye(struct ndrv_hw *hw)
{
	struct e810_aq_desc d = { .opcode = E810_OP_QUEUE_SHUTDOWN };

	/* Bit 0: the driver is being unloaded, not merely reset. */
	put_unaligned_le32(BIT(0), d.param);
	e810_aq_cmd(hw, &d, NULL, 0, E810_AQ_F_QUIET);
}

int e810_fw_caps(struct ndrv_hw *hw)
{
	struct e810_caps *caps = &e810_priv(hw)->caps;
	struct e810_aq_desc d = { .opcode = E810_OP_FUNC_CAPS };
	u8 *buf, *cap;
	u32 number;
	int ret;

	buf = e810_scratch_get(hw, E810_AQ_BUF_BYTES);
	if (!buf)
		return -ENOMEM;
	memset(caps, 0, sizeof(*caps));
	ret = e810_aq_cmd(hw, &d, buf, E810_AQ_BUF_BYTES, 0);
	for (cap = buf; !ret && cap + E810_CAP_BYTES <= buf + d.len; cap += E810_CAP_BYTES) {
		number = get_unaligned_le32(cap + E810_CAP_NUMBER);
		switch (get_unaligned_le16(cap + E810_CAP_ID)) {
		case E810_CAP_VSI:
			caps->vsis = number;
			break;
		case E810_CAP_RSS:
			caps->rss_table = number;
			caps->rss_width = get_unaligned_le32(cap + E810_CAP_LOGICAL);
			break;
		case E810_CAP_RX_QUEUES:
			caps->rx_queues = number;
			caps->rx_first = get_unaligned_le32(cap + E810_CAP_PHYSICAL);
			break;
		case E810_CAP_TX_QUEUES:
			caps->tx_queues = number;
			caps->tx_first = get_unaligned_le32(cap + E810_CAP_PHYSICAL);
			break;
		case E810_CAP_VECTORS:
			caps->vectors = number;
			break;
		case E810_CAP_MAX_MTU:
			caps->max_mtu = number;
			break;
		}
	}
	e810_scratch_put(hw);
	if (!ret && (!caps->rx_queues || !caps->tx_queues)) {
		ndrv_hw_err(hw, "opcode 0x000a: firmware gives this function %u receive and %u transmit queues\n",
			    caps->rx_queues, caps->tx_queues);
		ret = -EIO;
	}
	return ret;
}

int e810_fw_lock(struct ndrv_hw *hw, enum e810_lock what)
{
	struct e810_aq_desc d;
	u32 i, status;
	int ret;

	for (i = 0; i < E810_LOCK_TRIES; i++) {
		d = (struct e810_aq_desc){ .opcode = E810_OP_REQUEST_RESOURCE };
		put_unaligned_le16(what, d.param);
		put_unaligned_le16(E810_LOCK_WRITE, d.param + 2);
		put_unaligned_le32(E810_LOCK_HOLD_MS, d.param + 4);
		ret = e810_aq_cmd(hw, &d, NULL, 0, E810_AQ_F_QUIET);
		status = what == E810_LOCK_GLOBAL ? get_unaligned_le16(d.param + 12) :
						    E810_LOCK_GRANTED;
		if (!e810_aq_lost(ret) && what == E810_LOCK_GLOBAL && status == E810_LOCK_DONE)
			return 1;
		if (!ret && status == E810_LOCK_GRANTED)
			return 0;
		if (ret && ret != -EBUSY && ret != -EAGAIN)
			break;
		ret = -EBUSY;
		ndrv_hw_sleep_us(hw, E810_LOCK_TRY_US);
	}
	if (!e810_aq_lost(ret))
		ndrv_hw_err(hw, "firmware does not grant lock %u (%d)\n", what, ret);
	return ret;
}

void e810_fw_unlock(struct ndrv_hw *hw, enum e810_lock what)
{
	struct e810_aq_desc d = { .opcode = E810_OP_RELEASE_RESOURCE };

	put_unaligned_le16(what, d.param);
	e810_aq_cmd(hw, &d, NULL, 0, 0);
}
