#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ndrv-fwd between two ports under full load is killed by SIGKILL at random moments, NDRV_KILLS times
# (50). The card must have stopped before its memory went, the link must not notice, and the next
# start works at once. NDRV_SEED repeats a run. Needs the simulator: it makes the load and judges.
# shellcheck disable=SC2317  # functions are called by name
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_two_ports
need_commands ndrv-fwd
have_sim || skip_all "needs the simulator, which makes the load and counts"
need_commands jq

kills=${NDRV_KILLS:-$(volume 50)}
window=1000			# milliseconds; where a program takes longer to start, more
[ "${NDRV_QUICK:-}" != 1 ] || window=4000
seed=${NDRV_SEED:-$RANDOM}
RANDOM=$seed
fwd=

# shellcheck disable=SC2317  # called by the trap
cleanup()
{
	[ -z "$fwd" ] || kill -KILL "$fwd" 2>/dev/null
	for w in 0:none 1:none cable:0,1; do
		simctl wire "$w" > /dev/null
	done
	rm -f "$out"
}
trap cleanup EXIT

simctl_ok()
{
	answer=$(simctl "$@")
	echo "simctl $*: $answer"
	[ "$(jq -r .ok <<< "$answer")" = true ]
}

# "FRAMES QUEUES": what both ports sent so far, and how many of their queues are enabled now.
look()
{
	simctl stats | jq -r '.devices[0:2] |
		"\([.[].counters.tx_frames] | add) \([.[].state.queues | length] | add)"'
}

transitions() { echo "$(counter 0 link_transitions)+$(counter 1 link_transitions)"; }

# Forwards that many packets and ends by itself.
forwards() { timeout -k 1 20 ndrv-fwd --quiet --count="$1" "$port0" "$port1"; }

load()			# start|stop
{
	for p in 0 1; do
		simctl_ok gen $p "$1" || return 1
	done
}

echo "TAP version 13"
echo "# seed $seed"
check "a generator and a sink on both ports" eval \
	'simctl_ok wire 0:none && simctl_ok wire 1:none && simctl_ok wire 0:gen,sink &&
	 simctl_ok wire 1:gen,sink && simctl_ok gen 0 set size=64 count=0 &&
	 simctl_ok gen 1 set size=64 count=0 && load start'
check "forwards before" forwards 1000
simctl stats reset > /dev/null
before=$(transitions)

worked=0 ended=0 left=0
read -r frames queues < <(look)
for ((i = 1; i <= kills; i++)); do
	ndrv-fwd --quiet "$port0" "$port1" > "$out" 2>&1 & fwd=$!
	ms=$((RANDOM % window))
	sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
	kill -KILL $fwd || { ended=$((ended + 1)); sed "s/^/# round $i: /" "$out"; }
	wait $fwd 2>/dev/null
	fwd=
	was=$frames
	read -r frames queues < <(look)
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
load stop > /dev/null
for p in 0 1; do
	check "port $p: no DMA after a stop" [ "$(counter $p dma_after_stop)" = 0 ]
	check "port $p: no DMA fault" [ "$(counter $p dma_faults)" = 0 ]
	check "port $p: no reset" [ "$(counter $p resets)" = 0 ]
done
check "the link did not notice" [ "$(transitions)" = "$before" ]
finish
