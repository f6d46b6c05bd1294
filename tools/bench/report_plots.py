# SPDX-License-Identifier: GPL-2.0-only
#
# The pictures of tools/bench/report; @data is that program, whose classes hold the figures.
import math
import os
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  the backend comes first
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator  # noqa: E402

NATIVE = ("Rings in plain memory, no card, no VM: what the library costs, not what a card does.")
# Okabe and Ito's colours, which colour-blind people can tell apart; marks and lines differ as well.
STYLES = {
	"ndrv-poll": ("#0072B2", "o", "-"), "ndrv-adaptive": ("#56B4E9", "s", "--"),
	"ndrv-uring": ("#14375e", "^", ":"), "ndrv-kernel": ("#8aa9c4", "v", "-."),
	"dpdk-scalar": ("#E69F00", "D", "--"), "dpdk-vector": ("#D55E00", "P", "-"),
	"af_xdp-zc": ("#009E73", "X", "-"), "af_xdp-copy": ("#6fbfa5", "x", "--"), "af_xdp": ("#009E73", "X", "-"),
	"xdp": ("#CC79A7", "*", "-"), "bridge": ("#333333", "d", "--"),
	"pktgen": ("#888888", "h", ":"), "pktgen-best": ("#5b5b00", "p", "-."),
	"pktgen-best-noiommu": ("#000000", "8", "--"), "ndrv-vector": ("#0a7d8c", "<", "--"), "ndrv-irq": ("#7a4b94", ">", "-."),
}
OTHERS = ("#7a4b94", "#a0522d", "#2f4f4f", "#b8860b")
WORK_STYLES = {"rx": ("#009E73", "s"), "tx": ("#E69F00", "^"), "forward": ("#0072B2", "o")}
WORK_NAMES = {"rx": "receive, drop", "tx": "send", "forward": "forward"}
# Light to dark, for what has an order.
SHADES = plt.get_cmap("cividis_r")

plt.rcParams.update({
	"font.size": 10, "axes.titlesize": 11, "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.6,
	"axes.axisbelow": True, "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
	"svg.hashsalt": "ndrv", "figure.facecolor": "white",
})


def style(who, names):
	if who in STYLES:
		return STYLES[who]
	unknown = [n for n in names if n not in STYLES]
	i = unknown.index(who)
	return OTHERS[i % len(OTHERS)], "<>1234"[i % 6], "-"


def short(v, _=None):
	"""Tick labels: 0.001, 0.5, 64, 4k."""
	if v >= 1024 and v % 1024 == 0:
		return f"{v / 1024:.0f}k"
	return f"{v:g}"


def log_ticks(axis, low, high):
	"""1, 2, 5 of each power where few powers are in view, or a log axis has one label, or none."""
	powers = math.log10(high / low)
	steps = (1, 1.5, 2, 3, 5, 7) if powers < 0.7 else (1, 2, 5) if powers < 2.5 else (1,)
	ticks = [s * 10.0 ** e for e in range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1) for s in steps]
	axis.set_ticks([t for t in ticks if low * 0.999 <= t <= high * 1.001])
	axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
	axis.set_minor_locator(NullLocator())
	axis.set_minor_formatter(NullFormatter())


def log_y(ax, values, room=1.25):
	low, high = min(values) / room, max(values) * room
	if high < 2.2 * low:
		low, high = low / 1.3, high * 1.3
	ax.set_yscale("log")
	ax.set_ylim(low, high)
	log_ticks(ax.yaxis, low, high)


def doubling_x(ax, xs, label, text=short):
	ax.set_xscale("log", base=2)
	ax.set_xticks(xs)
	ax.xaxis.set_major_formatter(FuncFormatter(text))
	ax.xaxis.set_minor_locator(NullLocator())
	ax.tick_params(axis="x", labelsize=8.5 if len(xs) > 8 else 10)
	ax.set_xlabel(label)


class Picture:
	"""A figure with a title above, and below it the caption and the line that it must not be without."""

	def __init__(self, title, caption, note, rows, columns, size, legend_lines=0):
		self.fig, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
		self.axes = [a for row in axes for a in row]
		self.width, self.height = size
		text = []
		for part in caption:
			text += textwrap.wrap(part, int(self.width * 13.5)) or [""]
		inch = 1 / self.height
		bottom = (0.19 * (len(text) + 1) + 0.15) * inch
		self.fig.text(0.012, 1 - 0.10 * inch, title, fontsize=13, fontweight="bold", va="top")
		self.fig.text(0.012, 0.06 * inch, note, fontsize=9.5, fontweight="bold", color="#8a1c00", va="bottom")
		if text:
			self.fig.text(0.012, 0.28 * inch, "\n".join(text), fontsize=9.5, va="bottom", linespacing=1.3)
		self.legend_y = 1 - 0.40 * inch
		top = 1 - (0.45 + 0.24 * legend_lines) * inch
		self.rect = (0.005, bottom + 0.05 * inch, 0.995, top)

	def legend(self, handles, labels, columns):
		self.fig.legend(handles, labels, loc="upper left", bbox_to_anchor=(0.005, self.legend_y), ncol=columns,
				borderaxespad=0, columnspacing=1.4, handlelength=2.4, fontsize=9.5)

	def save(self, out, name, png):
		self.fig.tight_layout(rect=self.rect)
		made = []
		for kind in ("svg", "png") if png else ("svg",):
			path = os.path.join(out, f"{name}.{kind}")
			self.fig.savefig(path, dpi=110, metadata={"Date": None} if kind == "svg" else None)
			made.append(path)
		plt.close(self.fig)
		return made


def lines_of(columns, n):
	return -(-n // columns)


# ---- bench.csv ---------------------------------------------------------------------------------------------

def mpps(data, bench, work):
	names, sizes = bench.who("size", work), bench.xs("size", work)
	title = f"Who can {data.WORKS[work]} how many packets a second"
	caption = ["Bars: median of the rounds; whiskers: lowest and highest. Within a contestant from the smallest frame to the "
		   "largest. Each line of the grid on the logarithmic axis is a factor, not a difference."]
	p = Picture(title, caption, data.EMULATED, 1, 1, (max(8.0, 1.5 + 1.05 * len(names)), 5.4), 1)
	ax, width, low, high = p.axes[0], 0.84 / len(sizes), [], []
	for j, size in enumerate(sizes):
		colour = SHADES(0.1 + 0.85 * j / max(1, len(sizes) - 1))
		for i, who in enumerate(names):
			v = bench.mpps.get(("size", work, who, size))
			if not v:
				continue
			m, x = data.median(v), i + (j - (len(sizes) - 1) / 2) * width
			ax.bar(x, m, width * 0.92, color=colour, edgecolor="#333333", linewidth=0.3)
			ax.errorbar(x, m, [[m - min(v)], [max(v) - m]], color="black", linewidth=0.9, capsize=2)
			low.append(min(v))
			high.append(max(v))
	log_y(ax, low + high, 1.6)
	ax.set_xticks(range(len(names)))
	ax.set_xticklabels([n.replace("-", "-\n", 1) for n in names])
	ax.set_xlim(-0.6, len(names) - 0.4)
	ax.set_ylabel("Mpps (million packets a second)")
	ax.grid(False, axis="x")
	patches = [plt.Rectangle((0, 0), 1, 1, facecolor=SHADES(0.1 + 0.85 * j / max(1, len(sizes) - 1)), edgecolor="#333333",
				 linewidth=0.3) for j in range(len(sizes))]
	p.legend(patches, [f"{s} B" for s in sizes], len(sizes))
	return p


def ratios(data, bench):
	works = [w for w in bench.works("size") if data.REFERENCE in bench.who("size", w)]
	works = [w for w in works if any(not n.startswith("ndrv") for n in bench.who("size", w))]
	if not works:
		return None
	every = data.in_order({n for w in works for n in bench.who("size", w) if not n.startswith("ndrv")})
	caption = [f"Above 1 {data.REFERENCE} is the faster one, below 1 the other. Ratio of the medians; the bar is from the "
		   "worst to the best pair of rounds."]
	columns = 6
	p = Picture(f"How many times as fast as others {data.REFERENCE} is", caption, data.EMULATED, 1, len(works),
		    (4.2 * len(works) + 0.6 if len(works) > 1 else 7.5, 5.2), lines_of(columns, len(every)))
	handles, values = {}, []
	for ax, work in zip(p.axes, works):
		sizes = bench.xs("size", work)
		for who in bench.who("size", work):
			if who.startswith("ndrv"):
				continue
			colour, mark, line = style(who, every)
			points = [(i, bench.ratio(work, data.REFERENCE, who, s)) for i, s in enumerate(sizes)]
			points = [(i, r) for i, r in points if r]
			if not points:
				continue
			handles[who], = ax.plot(*zip(*points), color=colour, marker=mark, linestyle=line, markersize=6)
			for i, r in points:
				a = bench.mpps["size", work, data.REFERENCE, sizes[i]]
				b = bench.mpps["size", work, who, sizes[i]]
				lo, hi = min(a) / max(b), max(a) / min(b)
				ax.plot([i, i], [lo, hi], color=colour, linewidth=1)
				values += [lo, hi]
		ax.set_xticks(range(len(sizes)))
		ax.set_xticklabels([str(s) for s in sizes])
		ax.set_xlabel("frame (bytes)")
		ax.set_title(data.WORKS[work])
	for ax in p.axes:
		log_y(ax, values + [1.0], 1.4)
		ax.axhline(1, color="black", linewidth=1.4)
	p.axes[0].set_ylabel(f"{data.REFERENCE} / other (times)")
	names = [n for n in every if n in handles]
	p.legend([handles[n] for n in names], names, columns)
	return p


AXES = {"batch": "packets a call", "ring": "ring (entries)", "pool": "pool (buffers)", "queues": "queues, a thread each"}


# Why a curve of the VM is not flat, where that is known.
VM_REASONS = {
	"batch": "Along 'packets a call' the cost of a call and of its doorbell, which the simulator has to see, is shared by more "
		 "packets.",
	"ring": "A small ring stays in the caches of both, program and simulator.",
	"queues": "With more queues the threads, which sleep when there is nothing, take turns on the one processor: each interrupt "
		  "and change of thread, 30 to 60 us under emulation, is for the few packets that one queue has of the 512 under way.",
}


def spread(points):
	return max(v for _, v in points) / min(v for _, v in points)


def growth(data, bench, work):
	curves = [c for c in AXES if bench.who(c, work)]
	if not curves:
		return None
	every = data.in_order({n for c in curves for n in bench.who(c, work)})
	line = {(c, who): [(x, 1000 / bench.median(c, work, who, x)) for x in bench.xs(c, work) if bench.median(c, work, who, x)]
		for c in curves for who in bench.who(c, work)}
	told, why = [], []
	for c in curves:
		who = data.REFERENCE if (c, data.REFERENCE) in line else bench.who(c, work)[0]
		s = spread(line[c, who])
		told.append(f"{c} {'flat' if s <= data.FLAT else f'{s:.2f} x'}")
		why += [VM_REASONS[c]] if s > data.FLAT and c in VM_REASONS else []
	caption = ["Dearest against cheapest point of ndrv ('flat': within 10 %): " + ", ".join(told) + ". " + " ".join(why) +
		   " What the library's share is, is in the pictures native-*."]
	columns = 5
	p = Picture(f"What a packet costs to {data.WORKS[work]}, 64 B: does it grow?", caption, data.EMULATED, 1, len(curves),
		    (3.1 * len(curves) + 0.8 if len(curves) > 1 else 7.5, 4.7), lines_of(columns, len(every)))
	handles = {}
	values = [v for points in line.values() for _, v in points]
	for ax, c in zip(p.axes, curves):
		for who in bench.who(c, work):
			colour, mark, kind = style(who, every)
			handles[who], = ax.plot(*zip(*line[c, who]), color=colour, marker=mark, linestyle=kind, markersize=5)
		doubling_x(ax, bench.xs(c, work), AXES[c])
		log_y(ax, values)
	p.axes[0].set_ylabel("ns a packet")
	names = [n for n in every if n in handles]
	p.legend([handles[n] for n in names], names, columns)
	return p


# ---- latency.csv -------------------------------------------------------------------------------------------

NINES = [(0, "0 %"), (1, "90"), (2, "99"), (3, "99.9"), (4, "99.99")]


def percentile_curve(data, latency, who, load):
	"""(nines, us): from all buckets where there are any, else from the percentiles' medians."""
	buckets = sorted(latency.hist.get((who, load), {}).items())
	total, seen, points = sum(n for _, n in buckets), 0, []
	for low, n in buckets:
		if n and low > 0:
			points.append((-math.log10(1 - seen / total), low / 1000))
		seen += n
	if points:
		return [pt for pt in points if pt[0] <= 4.3]
	return [(-math.log10(1 - pct / 100), latency.median(who, load, c) / 1000) for c, pct in data.PERCENTILES
		if latency.median(who, load, c)]


def latencies(data, latency):
	names, loads = latency.who(), latency.loads()
	line = {(w, load): percentile_curve(data, latency, w, load) for w in names for load in loads
		if (w, load) in latency.rounds}
	line = {k: v for k, v in line.items() if v}
	if not line:
		return None
	caption = ["Of the packets, the part on the lower axis took no longer than the line says, so what is to the right are the "
		   "few slowest; they are those that a system notices. All rounds together, to the width of a bucket of "
		   "latency.csv, where the rate behind each load is too. Milliseconds are the host's time slices: all of a VM's "
		   "threads share one processor, and whoever forwards stands still while another one has it."]
	p = Picture("How long a packet takes from card to card, and how long the slowest take", caption, data.EMULATED, 1,
		    len(loads), (4.1 * len(loads) + 0.6 if len(loads) > 1 else 7.5, 5.2), lines_of(6, len(names)))
	handles = {}
	values = [v for points in line.values() for _, v in points]
	for ax, load in zip(p.axes, loads):
		for who in names:
			if (who, load) not in line:
				continue
			colour, mark, kind = style(who, names)
			points = line[who, load]
			at = sorted({min(range(len(points)), key=lambda i, x=x: abs(points[i][0] - x)) for x, _ in NINES})
			handles[who], = ax.plot(*zip(*points), color=colour, linestyle=kind, marker=mark, markersize=5,
						markevery=at)
		ax.set_xticks([x for x, _ in NINES])
		ax.set_xticklabels([t for _, t in NINES])
		ax.set_xlim(-0.1, 4.35)
		ax.set_xlabel("percentile")
		ax.set_title(f"at {load:g} % load")
		log_y(ax, values)
	p.axes[0].set_ylabel("latency (us)")
	names = [n for n in names if n in handles]
	p.legend([handles[n] for n in names], names, 6)
	return p


# ---- bench-native.csv --------------------------------------------------------------------------------------

NATIVE_AXES = {"burst": "packets a call", "ring": "ring (entries)", "pool": "pool (buffers of 2 KiB)",
	       "queues": "queues served in turn by one thread", "size": "frame (bytes)"}
NATIVE_TITLES = {
	"burst": "A call has a price: the more packets share it, the cheaper they are",
	"ring": "What a packet costs with a larger ring",
	"pool": "What a packet costs with a larger pool",
	"queues": "What a packet costs when one thread serves more queues",
	"size": "What a packet costs when it is longer",
}
# Why something is not flat. Checked with callgrind's model of the first two cache levels (48 KiB, 2 MiB).
REASONS = {
	"ring": "The same instructions are executed. A ring pair takes 52 bytes an entry (E810: 68) in descriptors and lists of "
		"buffers: from 1024 entries on that is more than the first-level cache (48 KiB here), and half a line a packet "
		"comes from the second level, in order and therefore mostly ahead of its use. No more than that at 8192.",
	"pool": "The same instructions are executed, on the same few buffers: those used last are used next, so the size of the "
		"pool decides nothing. Differences are of where things happen to lie in memory, not a trend.",
	"queues": "The same instructions are executed (within 3 %: a queue's doorbell and counters). Each queue has 30 KiB of its "
		  "own: from two on the first-level cache (48 KiB here) does not hold them all, and from 16 on about a line a "
		  "packet to read and half a line to write come from the second level, anew at each change of queue. At 64 "
		  "they fill that, too. Sending alternates between two speeds, with two queues as with one that is served in "
		  "shorter turns; its instructions and cache misses are the same in both.",
	"size": "Up to 2048 bytes a frame is one descriptor, whose cost does not depend on what it says. 9018 bytes are five "
		"descriptors and five handles, and frames in pieces are looked at one by one, in all widths: "
		"forwarded, a piece costs about twice as much as a frame of one piece does in scalar code, and four times as "
		"much as one does in vector code.",
}


def native_caption(data, native, curve, cards):
	worst, flat, fits = [], True, []
	for card in cards:
		for value in ("instructions", "near_ns"):
			simd = native.widest(card, value, curve)
			for work in WORK_STYLES:
				points, base = native.line(curve, card, simd, work, value) if simd else ([], None)
				if not points or not base:
					continue
				x, v = max(points, key=lambda p, b=base: max(p[1] / b, b / p[1]))
				unit = "instructions" if value == "instructions" else "ns"
				if max(v / base, base / v) > data.FLAT:
					flat = False
					worst.append(f"{card} {WORK_NAMES[work]} {v / base:.2f} x {unit} at {short(x)}")
				if curve == "burst" and work == "forward" and len(points) > 1:
					(x0, y0), (x1, y1) = points[0], points[-1]
					call = (y0 - y1) / (1 / x0 - 1 / x1)
					fits.append(f"{card} {call:.0f} {unit} a call and {y1 - call / x1:.1f} a packet ({simd}), "
						    f"so at 32 the call is {100 * call / 32 / (call / 32 + y1 - call / x1):.0f} % of it")
	if curve == "burst":
		return ["Not flat, and cannot be: what a call costs is shared by its packets. Forward, from the two ends of the lines: "
			+ "; ".join(fits) + ". Groups of packets, which vector code needs, exist from 4 or 8 packets a call on: hence the "
			"steps there."]
	if flat:
		return ["Flat: all points of the widest code are within 10 % of the base (the filled marks)."]
	return ["Not within 10 % of the base (hollow marks): " + "; ".join(worst) + ".", REASONS[curve]]


def native_curve(data, native, curve):
	cards = [c for c in native.cards() if native.select(curve=curve, card=c)]
	caption = native_caption(data, native, curve, cards)
	p = Picture(NATIVE_TITLES[curve], caption, NATIVE, len(cards), 2, (11.5, 3.1 * len(cards) + 2.1), 1)
	handles = {}
	for i, card in enumerate(cards):
		for j, value in enumerate(("instructions", "near_ns")):
			ax, values, xs = p.axes[2 * i + j], [], set()
			wide = native.widest(card, value, curve)
			for simd in dict.fromkeys((wide, "scalar")):
				for work, (colour, mark) in WORK_STYLES.items():
					points, base = native.line(curve, card, simd, work, value) if simd else ([], None)
					if not points:
						continue
					near = [base and 1 / data.FLAT <= v / base <= data.FLAT for _, v in points]
					line, = ax.plot(*zip(*points), color=colour, linestyle="-" if simd == wide else ":", linewidth=1.4)
					for (x, v), good in zip(points, near):
						ax.plot(x, v, mark, color=colour, markersize=5.5, markerfacecolor=colour if good else "white")
					if value == "near_ns":
						rows = {r[curve]: r for r in native.select(curve=curve, card=card, simd=simd, work=work)}
						for x, _ in points:
							lo, hi = rows[x]["near_ns_min"], rows[x]["near_ns_max"]
							if lo and hi:
								ax.plot([x, x], [lo, hi], color=colour, linewidth=0.9)
					handles[f"{WORK_NAMES[work]}" if simd == wide else f"{WORK_NAMES[work]}, scalar"] = line
					values += [v for _, v in points]
					xs |= {x for x, _ in points}
			if not values:
				ax.text(0.5, 0.5, "not measured (no valgrind?)", ha="center", transform=ax.transAxes)
				continue
			doubling_x(ax, sorted(xs), NATIVE_AXES[curve], (lambda v, _: f"{v:g}") if curve == "size" else short)
			ax.set_xlim(min(xs) / 1.25, max(xs) * 1.25)
			log_y(ax, values)
			ax.set_ylabel("instructions a packet" if value == "instructions" else "ns a packet")
			ax.set_title(f"{card}, {wide} (scalar: dotted)" if wide != "scalar" else f"{card}, scalar")
	order = [n for n in ("receive, drop", "send", "forward", "receive, drop, scalar", "send, scalar", "forward, scalar")
		 if n in handles]
	p.legend([handles[n] for n in order], order, 6)
	return p


# ---- all of them -------------------------------------------------------------------------------------------

def draw(data, out, png, bench, latency, native):
	todo = []
	if bench:
		todo += [(f"mpps-{w}", lambda w=w: mpps(data, bench, w)) for w in bench.works("size")]
		todo.append(("ratios", lambda: ratios(data, bench)))
		todo += [(f"cost-{w}", lambda w=w: growth(data, bench, w)) for w in data.WORKS]
	if latency:
		todo.append(("latency", lambda: latencies(data, latency)))
	if native:
		todo += [(f"native-{c}", lambda c=c: native_curve(data, native, c)) for c in NATIVE_TITLES
			 if native.select(curve=c)]
	made = []
	for name, make in todo:
		picture = make()
		if picture:
			made += picture.save(out, name, png)
	return made
