// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: MSI-X vectors from probe to remove, arming, and who is woken. Knows no register: what a
 * vector does in the card is the family's business (queue_arm, vector_off, misc_off, misc_arm).
 *
 * Why nobody sleeps through a packet
 *
 *	process			kernel				card
 *
 *	NDRV_ARM -------------> A1 ready = 0, armed = 1
 *				A2 queue_arm <--------------> A3 may send one message
 *	B  looks at the
 *	   descriptors
 *				. . . . . . . . . . . . . . . D1 writes a descriptor back
 *							      D2 sends the message
 *				C1 ready = armed, armed = 0 <~ ~
 *	poll(2) --------------> P1 joins ctx->wait
 *				P2 sleeps if ready = 0
 *				C2 wakes ctx->wait
 *
 * A1 and A2 happen under the vector's lock, and so do C1 and C2. A message arrives some time after it
 * was sent, but never before the descriptors that were written ahead of it. D1 may happen at any time:
 *  - B sees it: the process does not sleep.
 *  - B does not see it. Then it was not in memory when A2 returned, and that is what queue_arm
 *    promises a message for (hw.h). That message arrives behind D1, so after A1, and its C1 finds
 *    armed = 1, unless the C1 of another message has done so before it.
 *  - If C1 comes before P2, P2 sees ready: C1 stores it before C2 takes the lock of ctx->wait, and P1
 *    has held that lock before P2 loads. If C1 comes after P2, C2 finds the process in ctx->wait.
 *
 * It needs this order: with B before NDRV_ARM, D1 between the two is reported to nobody. With A1 after
 * A2, C1 finds nobody armed, or A1 wipes out what C1 has stored. A message that is late, and was
 * meant for what came before A1, or for another pair of the vector, wakes in vain: that is allowed.
 */
#include <linux/interrupt.h>
#include <linux/poll.h>

#include "ndrv.h"

/* So many queue vectors even where there are few processors: pairs should not wake each other. */
#define MIN_QUEUE_VECTORS	8

/* A card that sends messages about everything but queues without end is listened to this often. */
#define MISC_INTERVAL		(HZ / 50 + 1)

static struct ndrv_vector *ctx_vector(struct ndrv_ctx *ctx)
{
	return &ctx->ndev->vectors[ctx->q.vector];
}

static __poll_t events_of(u32 sides)
{
	return (sides & NDRV_ARM_RX ? EPOLLIN | EPOLLRDNORM : 0) |
	       (sides & NDRV_ARM_TX ? EPOLLOUT | EPOLLWRNORM : 0);
}

/* What poll(2) reports of the pair. Racy, in the way that is drawn above. */
__poll_t ndrv_irq_poll(struct ndrv_ctx *ctx)
{
	return events_of(READ_ONCE(ctx->ready));
}

/* C1 and C2 */
static void ctx_report(struct ndrv_ctx *ctx)
{
	u32 armed = ctx->armed;

	lockdep_assert_held(&ctx_vector(ctx)->lock);
	if (!armed)
		return;
	ctx->armed = 0;
	WRITE_ONCE(ctx->interrupts, ctx->interrupts + 1);
	WRITE_ONCE(ctx->ready, ctx->ready | armed);
	wake_up_interruptible_poll(&ctx->wait, events_of(armed));
	ndrv_uring_complete(ctx, armed);
}

static irqreturn_t queue_handler(int irq, void *data)
{
	struct ndrv_vector *v = data;
	struct ndrv_dev *ndev = v->ndev;
	struct ndrv_ctx *ctx;
	unsigned long flags;

	spin_lock_irqsave(&v->lock, flags);
	/* A device that is being reset answers with all ones, which would be taken for its end. */
	if (!READ_ONCE(ndev->resetting))
		ndev->hw.info->ops->vector_off(&ndev->hw, v->index);
	list_for_each_entry(ctx, &v->ctxs, vector_node)
		ctx_report(ctx);
	spin_unlock_irqrestore(&v->lock, flags);
	return IRQ_HANDLED;
}

/* Everything but queues needs process context: the periodic work comes early. */
static irqreturn_t misc_handler(int irq, void *data)
{
	struct ndrv_vector *v = data;
	struct ndrv_dev *ndev = v->ndev;
	unsigned long flags, delay = 0;

	spin_lock_irqsave(&v->lock, flags);
	if (!READ_ONCE(ndev->resetting))
		ndev->hw.info->ops->misc_off(&ndev->hw);
	if (ndev->misc_open) {
		if (time_before(jiffies, ndev->misc_next))
			delay = ndev->misc_next - jiffies;
		ndev->misc_next = jiffies + delay + MISC_INTERVAL;
		mod_delayed_work(system_wq, &ndev->poll_work, delay);
	}
	spin_unlock_irqrestore(&v->lock, flags);
	return IRQ_HANDLED;
}

/* After the link was read, so that what came before cannot be missed. */
void ndrv_irq_misc_arm(struct ndrv_dev *ndev)
{
	unsigned long flags;

	lockdep_assert_held(&ndev->lock);
	if (!ndev->hw.vectors || ndev->gone || ndev->resetting)
		return;
	spin_lock_irqsave(&ndev->vectors[0].lock, flags);
	ndev->hw.info->ops->misc_arm(&ndev->hw);
	spin_unlock_irqrestore(&ndev->vectors[0].lock, flags);
}

/* Vector 0 may start the periodic work from open to close. */
void ndrv_irq_misc_open(struct ndrv_dev *ndev)
{
	unsigned long flags;

	if (!ndev->hw.vectors)
		return;
	spin_lock_irqsave(&ndev->vectors[0].lock, flags);
	ndev->misc_next = jiffies;
	ndev->misc_open = true;
	spin_unlock_irqrestore(&ndev->vectors[0].lock, flags);
}

void ndrv_irq_misc_close(struct ndrv_dev *ndev)
{
	unsigned long flags;

	if (!ndev->hw.vectors)
		return;
	spin_lock_irqsave(&ndev->vectors[0].lock, flags);
	ndev->misc_open = false;
	spin_unlock_irqrestore(&ndev->vectors[0].lock, flags);
}

static int arm_check(struct ndrv_ctx *ctx, u32 sides)
{
	/* pairs with ndrv_ctx_set_state(): who has left IDLE has a pair to look at */
	u32 state = smp_load_acquire(&ctx->state);

	if (sides & ~(NDRV_ARM_RX | NDRV_ARM_TX))
		return -EOPNOTSUPP;
	if (state == NDRV_STATE_GONE)
		return -ENODEV;
	if (!ctx->ndev->hw.vectors)
		return -EOPNOTSUPP;
	if (state == NDRV_STATE_IDLE)
		return -ENXIO;
	if (!sides || (sides & NDRV_ARM_RX && !ctx->q.rx_entries) ||
	    (sides & NDRV_ARM_TX && !ctx->q.tx_entries))
		return -EINVAL;
	return state == NDRV_STATE_RUNNING ? 0 : -EPIPE;
}

/*
 * A1 and A2. @cmd: is completed when these sides are reported; NULL: nobody waits here. Never sleeps, so
 * io_uring can have it done before it returns to the process, which looks then. The state is only good
 * for an errno; what keeps the pair running is its place in the list.
 */
int ndrv_irq_arm(struct ndrv_ctx *ctx, u32 sides, struct io_uring_cmd *cmd)
{
	struct ndrv_dev *ndev = ctx->ndev;
	struct ndrv_vector *v;
	unsigned long flags;
	int ret;

	ret = arm_check(ctx, sides);
	if (ret)
		return ret;
	v = ctx_vector(ctx);
	spin_lock_irqsave(&v->lock, flags);
	ret = list_empty(&ctx->vector_node) ? -EPIPE : 0;
	if (!ret && cmd)
		ret = ndrv_uring_wait(ctx, cmd);
	if (!ret) {
		WRITE_ONCE(ctx->ready, ctx->ready & ~sides);
		ctx->armed |= sides;
		ndev->hw.info->ops->queue_arm(&ndev->hw, &ctx->q, ctx->armed & NDRV_ARM_RX,
					      ctx->armed & NDRV_ARM_TX);
	}
	spin_unlock_irqrestore(&v->lock, flags);
	return ret;
}

/* The pair runs: it may be armed. */
void ndrv_irq_join(struct ndrv_ctx *ctx)
{
	struct ndrv_vector *v;
	unsigned long flags;

	lockdep_assert_held(&ctx->ndev->lock);
	if (!ctx->ndev->hw.vectors)
		return;
	v = ctx_vector(ctx);
	spin_lock_irqsave(&v->lock, flags);
	list_add_tail(&ctx->vector_node, &v->ctxs);
	spin_unlock_irqrestore(&v->lock, flags);
}

/*
 * The pair stops, or has been stopped: no handler and no arming reaches it after this, and nothing is
 * reported of it. Who waits in io_uring gets @res.
 */
void ndrv_irq_leave(struct ndrv_ctx *ctx, int res)
{
	struct ndrv_vector *v;
	unsigned long flags;

	lockdep_assert_held(&ctx->ndev->lock);
	if (!ctx->ndev->hw.vectors || list_empty(&ctx->vector_node))
		return;
	v = ctx_vector(ctx);
	spin_lock_irqsave(&v->lock, flags);
	list_del_init(&ctx->vector_node);
	ctx->armed = 0;
	WRITE_ONCE(ctx->ready, 0);
	ndrv_uring_complete(ctx, res);
	spin_unlock_irqrestore(&v->lock, flags);
}

/* No handler of this device is half way through any more. */
void ndrv_irq_sync(struct ndrv_dev *ndev)
{
	u32 i;

	for (i = 0; i < ndev->hw.vectors; i++)
		synchronize_irq(ndev->vectors[i].irq);
}

static void free_irqs(struct ndrv_dev *ndev, u32 nr)
{
	while (nr--)
		free_irq(ndev->vectors[nr].irq, &ndev->vectors[nr]);
}

static int request_irqs(struct ndrv_dev *ndev, u32 nr)
{
	struct ndrv_vector *v;
	u32 i;
	int ret;

	for (i = 0; i < nr; i++) {
		v = &ndev->vectors[i];
		spin_lock_init(&v->lock);
		INIT_LIST_HEAD(&v->ctxs);
		v->ndev = ndev;
		v->index = i;
		v->irq = pci_irq_vector(ndev->pdev, i);
		if (i)
			snprintf(v->name, sizeof(v->name), NDRV_NAME "%d-%u", ndev->minor, i);
		else
			snprintf(v->name, sizeof(v->name), NDRV_NAME "%d-misc", ndev->minor);
		ret = request_irq(v->irq, i ? queue_handler : misc_handler, 0, v->name, v);
		if (ret) {
			free_irqs(ndev, i);
			return ret;
		}
	}
	return 0;
}

static int vectors_wanted(struct ndrv_dev *ndev)
{
	const struct ndrv_hw_info *info = ndev->hw.info;
	u32 queues = max(2 * num_online_cpus(), MIN_QUEUE_VECTORS + 0U);

	queues = min(queues, ndev->hw.max_queues);
	return min(info->max_vectors, 1 + queues);
}

/* How many, or a negative errno; all or nothing. */
static int take_vectors(struct ndrv_dev *ndev)
{
	struct pci_dev *pdev = ndev->pdev;
	int nr, ret;

	/* One for everything but queues, one for queues */
	nr = pci_alloc_irq_vectors(pdev, 2, vectors_wanted(ndev), PCI_IRQ_MSIX);
	if (nr < 0)
		return nr;
	ret = -ENOMEM;
	ndev->vectors = kcalloc_node(nr, sizeof(*ndev->vectors), GFP_KERNEL,
				     dev_to_node(&pdev->dev));
	if (!ndev->vectors)
		goto err_vectors;
	ret = request_irqs(ndev, nr);
	if (ret)
		goto err_free;
	return nr;

err_free:
	kfree(ndev->vectors);
	ndev->vectors = NULL;
err_vectors:
	pci_free_irq_vectors(pdev);
	return ret;
}

/*
 * Before the first start. A card without interrupts is good for polling: no reason to refuse it. The
 * card cannot send messages yet: bus mastering is off, or its reset is to come.
 */
void ndrv_irq_setup(struct ndrv_dev *ndev)
{
	struct device *dev = &ndev->pdev->dev;
	int have = pci_msix_vec_count(ndev->pdev);
	int nr;

	if (ndev->hw.info->max_vectors < 2) {
		dev_info(dev, "no interrupts for this card: programs can only poll\n");
		return;
	}
	if (have < 2) {
		dev_info(dev, "the card has no MSI-X, or a single vector (%d): programs can only poll\n",
			 have);
		return;
	}
	nr = take_vectors(ndev);
	if (nr < 0) {
		dev_info(dev, "no MSI-X vectors to be had, of %d (%d): programs can only poll\n",
			 have, nr);
		return;
	}
	ndev->hw.vectors = nr;
	ndev->hw.features |= NDRV_FEAT_WAIT;
#ifdef NDRV_HAVE_URING_CANCEL
	ndev->hw.features |= NDRV_FEAT_URING_WAIT;
#endif
}

/*
 * The card is quiet, or gone, and no context runs. Waits for handlers, so without a lock. The vectors'
 * own locks stay, for files that are still open.
 */
void ndrv_irq_teardown(struct ndrv_dev *ndev)
{
	if (!ndev->hw.vectors)
		return;
	free_irqs(ndev, ndev->hw.vectors);
	pci_free_irq_vectors(ndev->pdev);
}
