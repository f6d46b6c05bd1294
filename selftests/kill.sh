#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ndrv-fwd between two ports under full load is killed by SIGKILL at random moments, NDRV_KILLS times
# (50). The card must have stopped before its memory went, the link must not notice, and the next
# start works at once. NDRV_SEED repeats a run. The simulator makes the load and judges. Without it four
# ports are needed, of which the second and the fourth make the load at the other ends of two cables;
# then the IOMMU judges: a card that goes on finds its memory gone.
# shellcheck disable=SC2317  # functions are called by name
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_two_ports
need_commands ndrv ndrv-fwd ndrv-pktgen jq

kills=${NDRV_KILLS:-$(volume 50)}
window=1000			# milliseconds; where a program takes longer to start, more
[ "${NDRV_QUICK:-}" != 1 ] || window=4000
seed=${NDRV_SEED:-$RANDOM}
RANDOM=$seed
fwd='' gens=''

# The simulator plugs its generators and sinks into the two ports, in place of their cable.
simctl_ok()
{
	answer=$(simctl "$@")
	echo "simctl $*: $answer"
	[ "$(jq -r .ok <<< "$answer")" = true ]
}

sim_load()		# start|stop
{
	for p in 0 1; do
		simctl_ok gen "$p" "$1" || return 1
	done
}

sim_plug()
{
	simctl_ok wire 0:none && simctl_ok wire 1:none && simctl_ok wire 0:gen,sink &&
		simctl_ok wire 1:gen,sink && simctl_ok gen 0 set size=64 count=0 &&
		simctl_ok gen 1 set size=64 count=0 && sim_load start
}

# "FRAMES QUEUES": what both ports sent so far, and how many of their queues are enabled now.
sim_look()
{
	simctl stats | jq -r '.devices[0:2] |
		"\([.[].counters.tx_frames] | add) \([.[].state.queues | length] | add)"'
}

sim_transitions() { echo "$(counter 0 link_transitions)+$(counter 1 link_transitions)"; }

sim_judges()
{
	for p in 0 1; do
		check "port $p: no DMA after a stop" [ "$(counter "$p" dma_after_stop)" = 0 ]
		check "port $p: no DMA fault" [ "$(counter "$p" dma_faults)" = 0 ]
		check "port $p: no reset" [ "$(counter "$p" resets)" = 0 ]
	done
}

# Two cables: far ends make the load, near ends forward it. The card is read by those who have it.
far_load()		# start|stop
{
	if [ "$1" = start ]; then
		for p in $far; do
			ndrv-pktgen --quiet --rate=20000 "$p" > /dev/null 2>&1 &
			gens="$gens $!"
		done
	else
		# shellcheck disable=SC2086  # a list of words
		kill $gens && wait $gens
		gens=
	fi
}

far_look()
{
	for p in $port0 $port1; do
		ndrv stats --json "$p"
		cat "/sys/class/ndrv/$(name_of "$p")/queues" >&4
	done 4> "$out.queues" | jq -rs --argjson queues "$(wc -l < "$out.queues")" \
		'"\([.[].tx_packets] | add) \($queues)"'
}

far_transitions()
{
	for p in $port0 $port1; do
		ndrv stats --json "$p" | jq .link_changes
	done
}

resets()
{
	for p in $port0 $port1; do
		ndrv stats --json "$p" | jq .resets
	done
}

far_judges()
{
	check "no DMA fault" no_dma_faults
	check "no reset" [ "$(resets)" = "$resets_before" ]
}

no_dma_faults() { ! dmesg | tail -n "+$((dmesg_before + 1))" | grep -E 'DMAR:.*fault|AMD-Vi:.*FAULT'; }

# Forwards that many packets and ends by itself.
forwards() { timeout -k 1 20 ndrv-fwd --quiet --count="$1" "$port0" "$port1"; }

# shellcheck disable=SC2317  # called by the trap
cleanup()
{
	[ -z "$fwd" ] || kill -KILL "$fwd" 2>/dev/null
	[ -z "$gens" ] || far_load stop
	if [ "$by" = sim ]; then
		for w in 0:none 1:none cable:0,1; do
			simctl wire "$w" > /dev/null
		done
	fi
	rm -f "$out" "$out.queues"
}

if have_sim; then
	by=sim
else
	by=far
	# shellcheck disable=SC2046  # a list of words
	set -- $(echo "${NDRV_DEV:-$(bound_ports)}" | tr ',' ' ')
	[ $# -ge 4 ] || skip_all "needs the simulator's generators, or four ports on two cables"
	port0=$1 port1=$3 far="$2 $4"
	dmesg_before=$(dmesg | wc -l)
	resets_before=$(resets)
fi
trap cleanup EXIT

echo "TAP version 13"
echo "# seed $seed"
if [ "$by" = sim ]; then
	check "a generator and a sink on both ports" sim_plug
else
	far_load start
fi
check "forwards before" forwards 1000
[ "$by" = far ] || simctl stats reset > /dev/null
before=$(${by}_transitions)

worked=0 ended=0 left=0
read -r frames queues < <(${by}_look)
for ((i = 1; i <= kills; i++)); do
	ndrv-fwd --quiet "$port0" "$port1" > "$out" 2>&1 & fwd=$!
	ms=$((RANDOM % window))
	sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
	kill -KILL $fwd || { ended=$((ended + 1)); sed "s/^/# round $i: /" "$out"; }
	wait $fwd 2>/dev/null
	fwd=
	was=$frames
	read -r frames queues < <(${by}_look)
	# At full load the ring is empty before the process is gone, so a queue that was left enabled
	# does no DMA: that it is off must be seen by itself.
	left=$((left + queues))
	[ "$frames" -gt "$was" ] && worked=$((worked + 1))
	[ $((i % 10)) != 0 ] || echo "# round $i: after $ms ms, $((frames - was)) frames, ${SECONDS} s"
done
check "it never ended by itself" [ $ended = 0 ]
echo "# packets were on their way in $worked of $kills rounds"
check "no queue was enabled once the process was gone" [ "$left" = 0 ]
check "packets were on their way in most rounds" [ $((worked * 10)) -ge $((kills * 5)) ]
check "the next start works at once" forwards 1000
${by}_load stop > /dev/null
${by}_judges
check "the link did not notice" [ "$(${by}_transitions)" = "$before" ]
finish
