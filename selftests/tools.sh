#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command line tools on two ports joined by a cable, of any family: what they send, capture and
# forward, that others can read their output (tshark, jq), and what they say to bad input.
# shellcheck disable=SC2317  # functions are called by name
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_two_ports
need_commands ndrv ndrv-fwd ndrv-pktgen ndrv-dump ndrv-tap tshark jq setpriv

tmp=$(mktemp -d)
dump_pid=
# shellcheck disable=SC2317  # called by the trap
cleanup()
{
	[ -z "$dump_pid" ] || kill "$dump_pid" 2>/dev/null
	rm -rf "$tmp" "$out"
}
trap cleanup EXIT

a=$(name_of "$port0") b=$(name_of "$port1")

# The widest loops that this CPU has; other scripts take the library's choice, which is none in an emulated CPU.
export NDRV_SIMD=avx512

# holds JQ-EXPRESSION FILE: the file is JSON and the expression is true of it
holds()
{
	jq -e "$1" "$2" || { cat "$2"; return 1; }
}

# json JQ-EXPRESSION COMMAND...: the expression is true of what the command prints
json()
{
	local expr=$1

	shift
	"$@" > "$tmp/json" || return
	holds "$expr" "$tmp/json"
}

# A tool that was just begun has come so far.
says()			# TEXT FILE
{
	until_true 30 grep -q "$1" "$2" > "$tmp/wait" || cat "$tmp/wait" "$2"
}

# Begins a capture on port b; what it says goes to $tmp/dump.err, what it prints to $tmp/dump.out.
begin_dump()		# OPTION...
{
	ndrv-dump "$@" "$b" > "$tmp/dump.out" 2> "$tmp/dump.err" < /dev/null &
	dump_pid=$!
	says 'capturing on' "$tmp/dump.err"
}

end_dump()		# the exit status of ndrv-dump; it must end by itself
{
	local rc

	until_true 30 gone "$dump_pid" > /dev/null || kill -INT "$dump_pid"
	wait "$dump_pid"
	rc=$?
	dump_pid=
	[ "$rc" = 0 ] || cat "$tmp/dump.err"
	return "$rc"
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# Nothing is left of what programs before have sent: a port that nobody receives from keeps frames, in
# its packet buffer or before its door, for the next who does.
calm()
{
	local port

	for port in "$a" "$b"; do
		ndrv-dump -q -p -t 0.3 "$port" > /dev/null
	done
}

# Without the line that says that capturing began: the summary.
dump_summary()
{
	grep -v '^ndrv-dump: ' "$tmp/dump.err" > "$tmp/summary"
	holds "$1" "$tmp/summary"
}

# What tshark finds in a capture: one frame's bytes a line.
frames_of()
{
	tshark -r "$1" -T json -x 2>> "$tmp/tshark.err" | jq -r '.[]._source.layers.frame_raw[0]'
}

zeroes() { printf '00%.0s' $(seq "$1"); }

echo "TAP version 13"
for t in ndrv ndrv-fwd ndrv-pktgen ndrv-dump ndrv-tap \
	"ndrv list" "ndrv bind" "ndrv unbind" "ndrv info" "ndrv stats" "ndrv events"; do
	check "$t --help" bash -c "$t --help | grep '^Usage: $t '"
	check "$t --version" bash -c "$t --version | grep -xE '$t [0-9]+[.][0-9]+[.][0-9]+'"
	# shellcheck disable=SC2086  # a command and its word
	refuses "$t: unknown option" 2 'Try|no command' $t --no-such-option
done

# What is there
check "list" bash -c "ndrv list | grep -w $port0 | grep -w $a"
check "list --json" json "map(select(.ndrv == \"$a\" or .ndrv == \"$b\")) | length == 2 and
	all(.driver == \"ndrv\" and .model != \"unknown\" and .iommu_group >= 0)" ndrv list --json
id=$(lspci -Dn -s "$port0" | awk '{ print $3 }')
check "info" bash -c "ndrv info $a | grep -F '$port0' | grep -F '$id'"
check "info --json" json ".pci == \"$port0\" and .id == \"$id\" and .model != \"unknown model\" and
	.mac == \"$(cat "/sys/class/ndrv/$a/mac")\" and .queues > 0 and .ring_max >= .ring_min" \
	ndrv info --json "$port0"
check "stats" bash -c "ndrv stats $a | grep 'frames received'"
check "stats --json" json '.rx_packets >= 0 and .tx_packets >= 0 and .resets >= 0' ndrv stats --json "$a"
check "stats --interval" bash -c "ndrv stats -i 0.1 -c 3 --json $a | jq -se 'length == 3'"

# Send and capture
calm
begin_dump -p -c 100 -w "$tmp/a.pcapng" --json
check "pktgen sends what it was asked for" json '.sent == 100 and .unsent == 0' \
	ndrv-pktgen -q --json -c 100 -s 128 --flows=4 --dst=02:00:00:00:00:77 "$a"
check "dump takes them all and ends" end_dump
check "its summary" dump_summary ".port == \"$b\" and .packets == 100 and .bytes == 12400 and .missed == 0"
tshark -r "$tmp/a.pcapng" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -T fields \
	-e eth.dst -e frame.len -e udp.dstport -e ip.checksum.status -e udp.srcport \
	> "$tmp/fields" 2> "$tmp/tshark.err"
check "tshark reads them from the file, four flows" bash -c "sort $tmp/fields | uniq -c |
	grep -cxE ' *25 02:00:00:00:00:77	124	28260	(1|Good)	102[4-7]' | grep -x 4 ||
	{ head -n 3 $tmp/fields; cat $tmp/tshark.err; false; }"
ndrv-dump -p -c 50 -t 60 -w - "$b" 2> "$tmp/dump.err" | tshark -r - -T fields -e ip.dst \
	> "$tmp/pipe" 2> "$tmp/tshark.err" &
pipe=$!
says 'capturing on' "$tmp/dump.err"
check "pktgen by the kernel's doorbell, at a rate" json '.sent == 50 and .seconds > 0.09 and .seconds < 3' \
	ndrv-pktgen -q --json -c 50 -r 500 --doorbell=kernel --dst-ip=192.0.2.7 "$a"
wait $pipe
check "tshark reads them from the pipe" bash -c \
	"[ \"\$(grep -cx 192.0.2.7 $tmp/pipe)\" = 50 ] || { cat $tmp/dump.err $tmp/tshark.err; false; }"

# Frames from a file go through unchanged, and dump says what they are
arp=ffffffffffff0200000000010806 arp+=0001080006040001 arp+=020000000001c0000201
arp+=000000000000c0000209$(zeroes 18)
vlan=02000000007702000000000181000007 vlan+=86dd6000000000083aff
vlan+=fe800000000000000000000000000001fe800000000000000000000000000002 vlan+=8000b6a500010001
long=020000000077020000000001ffff$(for i in $(seq 0 1499); do printf '%02x' $((i & 255)); done)
make_pcap "$tmp/in.pcap" "$arp" "$vlan" "$long"
begin_dump -p -c 6 -w "$tmp/b.pcapng" --doorbell=kernel
check "pktgen --pcap, twice" bash -c "ndrv-pktgen -q --pcap=$tmp/in.pcap $a && ndrv-pktgen -q --pcap=$tmp/in.pcap $a"
check "dump takes them" end_dump
frames_of "$tmp/b.pcapng" > "$tmp/frames"
check "their bytes are the same" diff "$tmp/frames" <(printf '%s\n' "$arp" "$vlan" "$long" "$arp" "$vlan" "$long")
begin_dump -p -c 3
check "pktgen replays what dump captured" ndrv-pktgen -q -c 3 --loop --pcap="$tmp/b.pcapng" "$a"
check "dump prints lines" end_dump
check "the ARP request" grep -E 'ARP request 192\.0\.2\.1 > 192\.0\.2\.9, 60 bytes' "$tmp/dump.out"
check "the tagged ICMPv6" grep -E 'VLAN 7 .*fe80::1 > fe80::2.*, 66 bytes' "$tmp/dump.out"
check "the unknown type" grep -E 'type 0xffff, 1514 bytes' "$tmp/dump.out"

# Only counted; and a sender that sleeps while its ring, of 64, is full
calm
begin_dump --null -p -c 5000 --rx-ring=4096 --json
check "pktgen --wait=adaptive" json '.sent == 2500 and .unsent == 0' \
	ndrv-pktgen -q --json -c 2500 -s 100 --tx-ring=64 --wait=adaptive "$a"
check "pktgen --wait=uring" json '.sent == 2500 and .unsent == 0' \
	ndrv-pktgen -q --json -c 2500 -s 100 --tx-ring=64 --wait=uring "$a"
check "dump --null ends" end_dump
check "and has counted" dump_summary '.packets == 5000 and .bytes == 480000 and .missed == 0'
check "and printed nothing" test ! -s "$tmp/dump.out"
refuses "--null and --write" 2 'does not go with --write' ndrv-dump --null -w "$tmp/none" "$b"

begin_dump -p --json
kill -INT $dump_pid
check "dump ends on SIGINT" end_dump
check "with a summary" dump_summary '.packets == 0'
ndrv-pktgen -q -t 60 -r 1000 "$a" > /dev/null 2>&1 &
gen=$!
check "a reader that has enough ends dump" bash -o pipefail -c "ndrv-dump -q -p -t 40 $b | head -n 1"
kill -INT $gen
wait $gen
calm

# Two captures on two queues share what arrives
if [ "$(ndrv info --json "$b" | jq .rss_queues)" -gt 1 ]; then
	ndrv-dump -p -q -t 60 --queue=1 --json "$b" > "$tmp/lines1" 2> "$tmp/queue1" &
	other=$!
	until_true 10 sh -c "grep -q '^1 running' /sys/class/ndrv/$b/queues" > "$tmp/wait"
	begin_dump -p --rss=2 --json
	refuses "a second --rss" 1 'another program does it' ndrv-dump -q --rss=2 --queue=2 "$b"
	check "send 64 flows" ndrv-pktgen -q -c 640 -r 2000 --flows=64 "$a"
	until_true 20 sh -c "[ \$(cat $tmp/dump.out $tmp/lines1 | wc -l) = 640 ]"
	kill -INT "$dump_pid" "$other"
	check "dump --rss ends" end_dump
	wait "$other"
	ok $? "and the one on queue 1"
	dump_summary '.packets > 0' > /dev/null
	cat "$tmp/summary" "$tmp/queue1" > "$tmp/both"
	check "each has whole flows, and together they have all" bash -c \
		"jq -se 'map(.packets) | add == 640 and all(. % 10 == 0 and . > 0)' $tmp/both || { cat $tmp/both; false; }"
else
	refuses "--rss where there is none" 1 'cannot spread .*not supported' ndrv-dump -q --rss=2 "$b"
fi

# Forward: what b sends comes in at a, goes out at b, and so on: ten packets make a thousand.
ndrv-fwd --one-way -c 1000 -t 60 --json "$a" "$b" > "$tmp/fwd" 2> "$tmp/fwd.err" &
fwd=$!
says 'forwarding' "$tmp/fwd.err"
check "packets to forward" ndrv-pktgen -q -c 10 "$b"
wait $fwd
ok $? "fwd --count ends by itself"
check "fwd forwards a thousand" holds '.received == 1000 and .sent == 1000 and .dropped == 0 and
	.missed == 0 and .restarts == 0 and (.directions | length) == 1' "$tmp/fwd"

# Waiting: what arrives ends the sleep; idle, a program that sleeps needs no processor.
begin_fwd()		# OPTION...
{
	ndrv-fwd --json "$@" "$a" "$b" > "$tmp/fwd" 2> "$tmp/fwd.err" &
	fwd=$!
	says 'forwarding' "$tmp/fwd.err"
}

for how in irq uring adaptive; do
	begin_fwd --wait=$how -c 1000 -t 60
	sleep 0.3
	[ $how != adaptive ] || check "fwd --wait=adaptive, idle, needs 2 % of a processor at most" idle_share $fwd 5 2
	check "packets for fwd --wait=$how" ndrv-pktgen -q -c 10 "$b"
	wait $fwd
	ok $? "it ends by itself"
	check "and has forwarded a thousand" holds '.received == 1000 and .sent == 1000 and .dropped == 0 and
		.missed == 0 and .restarts == 0 and .seconds < 50' "$tmp/fwd"
done
# More than fits into the transmit ring: what is left over waits for room there.
for how in irq uring; do
	begin_fwd --wait=$how -b 256 --rx-ring=4096 --tx-ring=64 --one-way -c 20000 -t 60
	check "packets for a small ring, --wait=$how" ndrv-pktgen -q -c 300 "$b"
	wait $fwd
	ok $? "it ends by itself"
	check "and has forwarded all" holds '.received == 20000 and .sent == 20000 and .dropped == 0' "$tmp/fwd"
done
calm
for how in poll irq uring; do
	begin_dump -p -c 20 -t 60 --wait=$how --json
	sleep 0.3
	check "packets for dump --wait=$how" ndrv-pktgen -q -c 20 -r 100 "$a"
	check "it takes them all" end_dump
	check "20" dump_summary '.packets == 20'
done
begin_fwd --wait=irq
kill -INT $fwd
wait $fwd
ok $? "fwd that sleeps ends on SIGINT"
begin_fwd --wait=irq --one-way
check "reset of the port that only sends" sh -c "echo 1 > /sys/bus/pci/devices/$port1/reset"
check "fwd that sleeps starts it again" until_true 20 grep -q "$b: started again" "$tmp/fwd.err"
check "and forwards" ndrv-pktgen -q -c 10 -r 100 "$b"
sleep 0.5
kill -INT $fwd
wait $fwd
ok $? "and ends"
check "all of it" holds '.received >= 10 and .sent == .received and .restarts == 1' "$tmp/fwd"
check "--seconds ends it, too" ndrv-fwd -q --wait=irq -t 0.3 "$a" "$b"

# Many queues: a thread for each, and all of it in one sum
if [ "$(ndrv info --json "$a" | jq .rss_queues)" -gt 3 ] &&
	[ "$(ndrv info --json "$b" | jq .rss_queues)" -gt 3 ]; then
	# What fwd sends comes back to the port, which does not take it because of its address.
	mac_a=$(cat "/sys/class/ndrv/$a/mac")
	for how in poll irq uring; do
		calm
		begin_fwd --queues=4 --cpus=0,1 --wait=$how --one-way --no-promisc --dst=02:00:00:00:00:77 \
			--rx-ring=4096 -c 6400 -t 60
		check "64 flows for fwd --queues=4 --wait=$how" \
			ndrv-pktgen -q -c 6400 -r 20000 --flows=64 --dst="$mac_a" "$b"
		wait $fwd
		ok $? "it ends by itself"
		check "each queue has whole flows, and the sum is right" holds '.received == 6400 and .sent == 6400 and
			.dropped == 0 and (.queues | length) == 4 and
			all(.queues[]; .directions[0].received | . > 0 and . % 100 == 0) and
			([.queues[].directions[0].received] | add) == 6400 and
			([.queues[].directions[0].sent] | add) == 6400' "$tmp/fwd"
	done
	calm
	begin_dump --json -p -t 60 -c 4001 --rx-ring=4096
	check "pktgen --queues=4" json '.sent == 4001 and .unsent == 0 and (.queues | length) == 4 and
		([.queues[].sent] | add) == 4001 and all(.queues[]; .sent >= 1000)' \
		ndrv-pktgen -q --json --queues=4 --cpus=0,1 -c 4001 -r 8000 --flows=8 "$a"
	check "all of them arrive" end_dump
	begin_fwd --queues=4 --wait=irq
	check "stats --queues shows them" json "[.queues[] | select(.pid == $fwd and .state == \"running\") |
		.queue] | sort == [0, 1, 2, 3]" ndrv stats --queues --json "$a"
	check "as text" bash -c "ndrv stats -Q $b | grep -cE '^ +[0-3] running .* $fwd ndrv-fwd' | grep -x 4"
	kill -INT $fwd
	wait $fwd
	ok $? "fwd --queues ends on SIGINT"
fi

# Events: a reset of the port
ndrv events --json "$a" > "$tmp/events" 2>&1 &
events=$!
until_true 20 grep -qE "^- idle .* $events " "/sys/class/ndrv/$a/queues" > "$tmp/wait"
check "reset" sh -c "echo 1 > /sys/bus/pci/devices/$port0/reset"
check "events tells that it works again" until_true 20 grep -q '"restored"' "$tmp/events"
if can_pull; then
	lines=$(wc -l < "$tmp/events")
	cable "$port0" down
	check "and of the link" until_true 20 sh -c "tail -n +$((lines + 1)) $tmp/events | grep '\"link_up\":false'"
	cable "$port0" up
	check "down and up" until_true 20 sh -c "tail -n 1 $tmp/events | grep '\"link_up\":true'"
fi
kill -INT $events
wait $events
ok $? "it ends on SIGINT"
check "all it said is JSON, in the order of time" bash -c "jq -se 'map(.time_ns) | . == sort' $tmp/events"

# What they refuse, and how they say it
refuses "a queue that there is not" 1 'no queue pair 100000: it has 0 to' ndrv-dump --queue=100000 "$a"
refuses "too many queues" 2 'outside 1 to 256' ndrv-fwd --queues=257 "$a" "$b"
rss=$(ndrv info --json "$a" | jq .rss_queues)
if [ "$rss" -lt "$(ndrv info --json "$a" | jq '[.queues, 64] | min')" ]; then
	refuses "more queues than RSS reaches" 1 "cannot spread over $((rss + 1)) queues: (its RSS reaches|not supp)" \
		ndrv-fwd --rx-ring=64 --tx-ring=64 --queues=$((rss + 1)) "$a" "$b"
fi
refuses "a processor that there is not" 1 'no processor 1023' ndrv-fwd --cpus=1023 "$a" "$b"
refuses "no list of processors" 2 'is not a list of processors' ndrv-fwd --cpus=0,x "$a" "$b"
refuses "no way to wait" 2 'neither poll, irq, uring nor adaptive' ndrv-dump --wait=long "$a"
refuses "a filter for nothing" 2 'does not say which frames' ndrv-dump --filter=queue=1 "$a"
refuses "a filter of two kinds" 2 'are filters of their own' ndrv-dump --filter=vlan=1,mac=02:00:00:00:00:01 "$a"
if ndrv info --json "$a" | jq -e '.features | index("filter-ethertype")' > /dev/null; then
	refuses "a filter for all of IPv4" 1 'filter 1: it cannot be filtered for' ndrv-dump --filter=ethertype=0x800 "$a"
	refuses "a filter to nowhere" 1 'filter 1: the card has no such queue' \
		ndrv-dump --filter=ethertype=0x88b5,queue=100000 "$a"
else
	refuses "a filter that the card has not" 1 'filter 1: the card has no such filter' \
		ndrv-dump --filter=ethertype=0x88b5,queue=1 "$a"
	refuses "a filter to nowhere" 1 'filter 1: the card has no such queue' \
		ndrv-dump --filter=mac=02:00:00:00:00:01,queue=100000 "$a"
fi
refuses "a filter by port without protocol, or none at all" 1 'ports need proto|no such filter' ndrv-dump --filter=dport=53 "$a"
max=$(ndrv info --json "$a" | jq .max_frame)
ring=$(ndrv info --json "$a" | jq .ring_max)
refuses "a frame too long for the device" 1 "frames have $max bytes at most" ndrv-dump --max-frame=$((max + 1)) "$a"
refuses "a frame too long for the other port" 1 "^ndrv-fwd: .*frames have" ndrv-fwd --max-frame=60000 "$a" "$b"
if [ "$ring" -lt 8192 ]; then
	refuses "a ring too large for the device" 1 'rings have 4096 descriptors at most' ndrv-dump --rx-ring=4097 "$a"
	check "its largest ring" ndrv-dump -q -t 0.1 --rx-ring=4096 "$a"
else
	check "the largest ring" ndrv-dump -q -t 0.1 --rx-ring=8192 "$a"
fi
refuses "a ring larger than any" 2 'outside 1 to 8192' ndrv-fwd --rx-ring=8193 "$a" "$b"
refuses "no port" 2 'one port is needed' ndrv-dump
refuses "one port" 2 'two ports are needed' ndrv-fwd "$a"
refuses "no such ndrv" 1 'no such device' ndrv-dump ndrv999
refuses "no such PCI device" 1 'no such device' ndrv info 0000:7f:1f.7
refuses "no name of a device" 2 'neither ndrvN' ndrv-pktgen eth0:x
refuses "no number" 2 "'many' is not a number" ndrv-pktgen -c many "$a"
refuses "no time" 2 'not a number of seconds' ndrv-dump -t -1 "$a"
refuses "no MAC address" 2 'not a MAC address' ndrv-pktgen --dst=02:00 "$a"
refuses "no IP address" 2 'not an IPv4 address' ndrv-pktgen --dst-ip=1.2.3 "$a"
refuses "no doorbell" 2 'neither mapped nor kernel' ndrv-fwd --doorbell=front "$a" "$b"
refuses "--loop alone" 2 'belongs to --pcap' ndrv-pktgen --loop "$a"
refuses "--count alone" 2 'belongs to --interval' ndrv stats -c 2 "$a"
refuses "--pcap on many queues" 2 'one queue only' ndrv-pktgen --pcap="$tmp/in.pcap" --queues=2 "$a"
refuses "no such command" 2 'is no command' ndrv nosuch
refuses "no such pcap file" 1 'No such file' ndrv-pktgen --pcap="$tmp/nosuch" "$a"
echo "no capture at all" > "$tmp/junk"
refuses "a file that is no capture" 1 'unknown file format' ndrv-pktgen --pcap="$tmp/junk" "$a"
make_pcap "$tmp/short.pcap" ffffffffffff
refuses "a capture without a frame to send" 1 'no packets to send' ndrv-pktgen --pcap="$tmp/short.pcap" "$a"
refuses "no place to write to" 1 'No such file' ndrv-dump -w "$tmp/no/such" "$a"
refuses "a full disk" 1 'No space left' ndrv-dump -w /dev/full "$a"
refuses "somebody without the right" 1 'permission denied' \
	setpriv --reuid=65534 --regid=65534 --clear-groups "$(command -v ndrv-dump)" "$a"
finish
