// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E810 family: life of the function (reset, start, shutdown), receive mode, and what the core
 * asks for once in a while. Queues, switch, scheduler and firmware have files of their own.
 *
 * What has been run, and where: on a software model only.
 */
#include "hw_e810_port.h"
#include "hw_e810_regs.h"

#include <linux/ndrv.h>

#define STD_FRAME		1518	/* until the core says more */

/* The bound of every wait: polls times microseconds. */
#define PFR_POLLS		800
#define PFR_POLL_US		1000
#define CARD_RESET_POLL_US	100000	/* the unit of GRSTDEL */
#define CARD_RESET_EXTRA	10	/* beyond GRSTDEL, as the data sheet wants it */
#define ULD_POLLS		80
#define ULD_POLL_US		10000
#define FW_LOADING_POLLS	300
#define FW_LOADING_POLL_US	10000

#define FEATURES_SAFE		(NDRV_FEAT_RX_VLAN | NDRV_FEAT_TX_VLAN | NDRV_FEAT_FILTER_MAC | \
				 NDRV_FEAT_FILTER_VLAN)
#define FEATURES		(FEATURES_SAFE | NDRV_FEAT_RX_CSUM | NDRV_FEAT_TX_CSUM | \
				 NDRV_FEAT_TX_TSO | NDRV_FEAT_RX_HASH | \
				 NDRV_FEAT_FILTER_MAC_QUEUE | NDRV_FEAT_FILTER_ETHERTYPE)

static int e810_attach(struct ndrv_hw *hw)
{
	struct e810 *e;
	int ret;

	e = ndrv_hw_zalloc(hw, sizeof(*e));
	if (!e)
		return -ENOMEM;
	hw->priv = e;
	ret = -ENOMEM;
	e->port = ndrv_hw_zalloc(hw, sizeof(*e->port));
	if (!e->port)
		goto err_free;
	ret = e810_aq_alloc(hw);
	if (ret)
		goto err_free_port;
	e810_ddp_get(hw);
	return 0;

err_free_port:
	ndrv_hw_free(hw, e->port);
err_free:
	ndrv_hw_free(hw, e);
	hw->priv = NULL;
	return ret;
}

static void e810_detach(struct ndrv_hw *hw)
{
	e810_rss_forget(hw);
	e810_ddp_put(hw);
	e810_aq_free(hw);
	ndrv_hw_free(hw, e810_port(hw));
	ndrv_hw_free(hw, hw->priv);
	hw->priv = NULL;
}

/* Waits until (reg & mask) == want. Says nothing: the caller knows what a timeout means. */
static int e810_poll_reg(struct ndrv_hw *hw, u32 reg, u32 mask, u32 want, u32 polls, u32 poll_us)
{
	u32 i;

	for (i = 0; i < polls; i++) {
		u32 value = ndrv_rd32(hw, reg);

		if (ndrv_hw_gone(hw))
			return -ENODEV;
		if ((value & mask) == want)
			return 0;
		ndrv_hw_sleep_us(hw, poll_us);
	}
	return -ETIMEDOUT;
}

/*
 * Another function, or firmware, may be resetting the whole card, which takes as long as GRSTDEL
 * says and some more. A function reset in the middle of that would be lost.
 */
static int e810_card_ready(struct ndrv_hw *hw)
{
	u32 delay = FIELD_GET(E810_GLGEN_RSTCTL_GRSTDEL, ndrv_rd32(hw, E810_GLGEN_RSTCTL));
	int ret;

	ret = e810_poll_reg(hw, E810_GLGEN_RSTAT, E810_GLGEN_RSTAT_DEVSTATE, 0,
		       delay + CARD_RESET_EXTRA, CARD_RESET_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "GLGEN_RSTAT.DEVSTATE stays set: a reset of the whole card does not end; power-cycle the machine\n");
	if (ret)
		return ret;
	ret = e810_poll_reg(hw, E810_GLNVM_ULD, E810_GLNVM_ULD_DONE, E810_GLNVM_ULD_DONE, ULD_POLLS,
		       ULD_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "GLNVM_ULD is 0x%x: the NVM was not loaded completely; power-cycle the machine\n",
			    ndrv_rd32(hw, E810_GLNVM_ULD));
	return ret;
}

static void e810_mask_interrupts(struct ndrv_hw *hw)
{
	ndrv_wr32(hw, E810_PFINT_OICR_ENA, 0);
	ndrv_wr32(hw, E810_PFINT_OICR_CTL, 0);
	ndrv_wr32(hw, E810_PFINT_FW_CTL, 0);
	ndrv_wr32(hw, E810_PFINT_MBX_CTL, 0);
	ndrv_wr32(hw, E810_PFINT_SB_CTL, 0);
	ndrv_rd32(hw, E810_PFINT_OICR);
}

/* Whatever was in firmware or in contexts went with the reset. */
static void e810_port_forget(struct ndrv_hw *hw)
{
	struct e810_port *port = e810_port(hw);
	bool sized = port->sized, known = port->tail_known, pages = port->tail_pages;
	bool lldp = port->lldp_stopped;
	struct ndrv_hw_stats late = port->late;

	memset(port, 0, sizeof(*port));
	port->sized = sized;
	port->tail_known = known;
	port->tail_pages = pages;
	port->lldp_stopped = lldp;
	port->late = late;
	port->link_changed = true;
	e810_rss_forget(hw);
}

/*
 * From then on the doorbells are where they are: user space maps them. Only the NVM decides about
 * it, when the card gets power.
 */
static void e810_find_tails(struct ndrv_hw *hw)
{
	struct e810_port *port = e810_port(hw);

	if (port->tail_known)
		return;
	port->tail_pages = hw->regs_bytes >= E810_PAGES_MIN_BYTES &&
			   ndrv_rd32(hw, E810_GLPCI_LBARCTRL) & E810_GLPCI_LBARCTRL_PAGES_PF;
	port->tail_known = true;
}

/*
 * PFR stops the function's queues, admin queue included, and makes firmware forget its VSIs and
 * rules. It asks nothing of firmware's willingness to answer.
 */
static int e810_reset(struct ndrv_hw *hw)
{
	u32 rid;
	int ret;

	e810_aq_stop(hw);
	e810_mask_interrupts(hw);
	ret = e810_card_ready(hw);
	if (ret)
		return ret;
	/* After the reset the counters go on, but from where start will look at them. */
	e810_stats(hw, &e810_port(hw)->late);
	ndrv_wr32(hw, E810_PFGEN_CTRL,
		  ndrv_rd32(hw, E810_PFGEN_CTRL) | E810_PFGEN_CTRL_PFSWR);
	ret = e810_poll_reg(hw, E810_PFGEN_CTRL, E810_PFGEN_CTRL_PFSWR, 0, PFR_POLLS, PFR_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "PFGEN_CTRL.PFSWR does not clear: the reset did not finish\n");
	if (ret)
		return ret;

	e810_mask_interrupts(hw);
	e810_port_forget(hw);
	e810_find_tails(hw);
	rid = ndrv_rd32(hw, E810_PF_FUNC_RID);
	e810_priv(hw)->pf = FIELD_GET(E810_PF_FUNC_RID_FUNC, rid);
	hw->lan_id = FIELD_GET(E810_PFGEN_PORTNUM_PORT, ndrv_rd32(hw, E810_PFGEN_PORTNUM));
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

/* A card in recovery mode answers to little more than an NVM update. */
static int e810_firmware_ready(struct ndrv_hw *hw)
{
	u32 mode, fla;
	int ret;

	ret = e810_poll_reg(hw, E810_GL_MNG_FWSM, E810_GL_MNG_FWSM_LOADING, 0, FW_LOADING_POLLS,
		       FW_LOADING_POLL_US);
	if (ret == -ETIMEDOUT)
		ndrv_hw_err(hw, "GL_MNG_FWSM.FW_LOADING stays set: firmware does not start; power-cycle the machine\n");
	if (ret)
		return ret;
	mode = FIELD_GET(E810_GL_MNG_FWSM_MODES, ndrv_rd32(hw, E810_GL_MNG_FWSM));
	fla = ndrv_rd32(hw, E810_GLNVM_FLA);
	if (ndrv_hw_gone(hw))
		return -ENODEV;
	if (mode) {
		ndrv_hw_err(hw, "firmware is in %s mode (GL_MNG_FWSM.FW_MODES %u): update the card's NVM\n",
			    mode & E810_GL_MNG_FWSM_RECOVERY ? "recovery" : "a debug or roll-back",
			    mode);
		return -EIO;
	}
	if (!(fla & E810_GLNVM_FLA_LOCKED)) {
		ndrv_hw_err(hw, "GLNVM_FLA.LOCKED is clear: the card has no valid NVM image; update it\n");
		return -EIO;
	}
	return 0;
}

/* A command without a buffer. Firmware's refusal is an error unless it is `tolerate`. */
static int e810_command(struct ndrv_hw *hw, struct e810_aq_desc *d, int tolerate)
{
	int ret = e810_aq_cmd(hw, d, NULL, 0, tolerate ? E810_AQ_F_QUIET : 0);

	if (ret == tolerate)
		return 0;
	if (ret && tolerate && !e810_aq_lost(ret))
		e810_aq_complain(hw, d);
	return ret;
}

/* Nothing is left of whoever had the function before, boot agents included. */
static int e810_clear_config(struct ndrv_hw *hw)
{
	struct e810_aq_desc clear = { .opcode = E810_OP_CLEAR_PF_CONFIG };
	struct e810_aq_desc pxe = { .opcode = E810_OP_CLEAR_PXE, .param = { 2 } };
	int ret;

	ret = e810_command(hw, &clear, 0);
	/* EEXIST: already out of the mode for boot agents */
	return ret ?: e810_command(hw, &pxe, -EEXIST);
}

/*
 * The first start finds out what the card has; later ones must not find less, because user space has
 * been told.
 */
static int e810_apply_limits(struct ndrv_hw *hw, u32 sched_queues)
{
	const struct e810_caps *caps = &e810_priv(hw)->caps;
	struct e810_port *port = e810_port(hw);
	u32 queues = min_t(u32, sched_queues, E810_MAX_QUEUES);

	queues = min_t(u32, queues, min_t(u32, caps->rx_queues, caps->tx_queues));
	if (port->sized && queues < hw->max_queues) {
		ndrv_hw_err(hw, "firmware now gives the function %u queue pairs, not %u any more (opcodes 0x000a, 0x0412); unbind it and bind it again\n",
			    queues, hw->max_queues);
		return -EIO;
	}
	if (port->sized)
		return 0;
	hw->max_queues = min_t(u32, hw->max_queues, queues);
	hw->rss_queues = min_t(u32, hw->max_queues, hw->rss_queues);
	if (caps->rss_width < 8)
		hw->rss_queues = min_t(u32, hw->rss_queues, 1U << caps->rss_width);
	if (e810_priv(hw)->safe_mode || !caps->rss_table)
		hw->rss_queues = 0;
	if (e810_priv(hw)->safe_mode)
		hw->features &= FEATURES_SAFE;
	port->sized = true;
	return 0;
}

/* The port's address in the NVM, or whatever has replaced it. */
static int e810_read_mac(struct ndrv_hw *hw)
{
	struct e810_aq_desc d = { .opcode = E810_OP_MAC_READ };
	u8 buf[8 * 8] = {};		/* port, kind (0: LAN), address */
	u32 i, count;
	int ret;

	ret = e810_aq_cmd(hw, &d, buf, sizeof(buf), 0);
	if (ret)
		return ret;
	count = min_t(u32, d.param[4], d.len / 8);
	for (i = 0; i < count; i++) {
		if (buf[8 * i + 1])
			continue;
		memcpy(hw->mac, buf + 8 * i + 2, 6);
		return 0;
	}
	ndrv_hw_err(hw, "opcode 0x0107: no address for this port (flags 0x%x, %u addresses); update the card's NVM\n",
		    get_unaligned_le16(d.param), d.param[4]);
	return -EIO;
}

static int e810_set_max_frame(struct ndrv_hw *hw, u32 max_frame)
{
	struct e810_aq_desc d = { .opcode = E810_OP_SET_MAC_CONFIG };

	put_unaligned_le16(min_t(u32, max_frame + E810_FCS, E810_MAX_FRAME), d.param);
	return e810_command(hw, &d, 0);
}

static int e810_set_rx_mode(struct ndrv_hw *hw, bool promisc, bool allmulti, u32 max_frame)
{
	int ret;

	ret = e810_set_max_frame(hw, max_frame);
	return ret ?: e810_rule_promisc(hw, promisc, allmulti);
}

/* What start does with the switch and the scheduler, in the order in which one needs the other. */
static int e810_setup_paths(struct ndrv_hw *hw)
{
	struct e810_aq_desc port_params = { .opcode = E810_OP_SET_PORT_PARAMS };
	struct e810_sched sched;
	u32 queues = 0;
	int ret;

	ret = e810_switch_find(hw);
	if (!ret)
		ret = e810_read_mac(hw);
	if (!ret)
		ret = e810_sched_query(hw, &sched, &queues);
	if (!ret)
		ret = e810_apply_limits(hw, queues);
	if (!ret)
		ret = e810_sched_build(hw, &sched);
	if (!ret)
		ret = e810_command(hw, &port_params, 0);
	if (!ret)
		ret = e810_vsi_add(hw);
	if (!ret)
		ret = e810_rss_set(hw, e810_port(hw)->vsi, NULL);
	if (!ret)
		ret = e810_rule_set(hw, E810_RULE_OWN_MAC, true);
	if (!ret)
		ret = e810_rule_set(hw, E810_RULE_BROADCAST, true);
	if (!ret)
		ret = e810_set_rx_mode(hw, false, false, STD_FRAME);
	return ret;
}

/*
 * Firmware's LLDP agent keeps the LLDP frames for itself, and may agree with the switch on lossless
 * traffic classes, in which queues hold each other up. It may be off already (EPERM), or not exist.
 */
static int e810_lldp(struct ndrv_hw *hw, bool on)
{
	struct e810_aq_desc d = { .opcode = on ? E810_OP_START_LLDP : E810_OP_STOP_LLDP };
	struct e810_port *port = e810_port(hw);
	int ret;

	if (on && !port->lldp_stopped)
		return 0;
	d.param[0] = 1;
	ret = e810_aq_cmd(hw, &d, NULL, 0, E810_AQ_F_QUIET);
	if (!ret)
		port->lldp_stopped = !on;
	return e810_aq_lost(ret) ? ret : 0;
}

static int e810_start(struct ndrv_hw *hw)
{
	int ret;

	ret = e810_firmware_ready(hw);
	if (!ret)
		ret = e810_aq_init(hw);
	if (ret)
		return ndrv_hw_gone(hw) ? -ENODEV : ret;
	ret = e810_fw_hello(hw);
	if (!ret)
		ret = e810_clear_config(hw);
	if (!ret)
		ret = e810_fw_caps(hw);
	if (!ret)
		ret = e810_ddp_load(hw);
	if (!ret)
		ret = e810_lldp(hw, false);
	if (!ret)
		ret = e810_setup_paths(hw);
	if (!ret)
		ret = e810_link_start(hw);
	if (ret) {
		e810_aq_stop(hw);
		return ndrv_hw_gone(hw) ? -ENODEV : e810_op_result(ret);
	}
	e810_queue_setup(hw);
	e810_irq_start(hw);
	e810_stats_start(hw);
	return ndrv_hw_gone(hw) ? -ENODEV : 0;
}

static int e810_shutdown(struct ndrv_hw *hw)
{
	e810_lldp(hw, true);
	e810_fw_bye(hw);
	return e810_reset(hw);
}

static int e810_rss(struct ndrv_hw *hw, const struct ndrv_hw_rss *table)
{
	return e810_rss_set(hw, e810_port(hw)->vsi, table);
}

/*
 * No rx_drop: a receive queue without descriptors drops (GLV_RDPC counts it) as long as its traffic
 * class is not lossless, which only priority flow control would make it. So queues cannot hold each
 * other up.
 */
static const struct ndrv_hw_ops e810_ops = {
	.attach = e810_attach,
	.detach = e810_detach,
	.reset = e810_reset,
	.start = e810_start,
	.shutdown = e810_shutdown,
	.queue_start = e810_queue_start,
	.queue_stop = e810_queue_stop,
	.sweep = e810_queue_sweep,
	.doorbell = e810_doorbell,
	.tail_off = e810_tail_off,
	.queue_arm = e810_queue_arm,
	.vector_off = e810_vector_off,
	.misc_off = e810_misc_off,
	.misc_arm = e810_misc_arm,
	.filter_add = e810_filter_add,
	.filter_del = e810_filter_del,
	.rss = e810_rss,
	.set_rx_mode = e810_set_rx_mode,
	.link = e810_link,
	.stats = e810_stats,
};

const struct ndrv_hw_info ndrv_e810_info = {
	.name = "E810 family",
	.ops = &e810_ops,
	.desc_format = NDRV_DESC_ICE,
	.features = FEATURES,
	.regs_bar = 0,
	.regs_min_bytes = E810_CSR_BYTES,
	.alive_reg = E810_GLGEN_RSTAT,
	.max_queues = E810_MAX_QUEUES,
	.max_vectors = E810_MAX_VECTORS,
	.rss_queues = E810_MAX_QUEUES,
	.ring_min = 64,
	.ring_max = 8160,
	.ring_align = 32,
	.rx_desc_size = 32,
	.tx_desc_size = 16,
	.rx_buf_align = 128,
	.rx_buf_max = 16256,
	.max_frame = E810_MAX_FRAME - E810_FCS,
};
