#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What cards do to frames that are sent with requests: checksums, segments, tags, and all of it at once.
# The program offload sends them by one port, ndrv-dump captures at the other, and tshark, which knows
# nothing of us, checks every checksum and takes the frames apart; sequence numbers, identifications,
# flags, lengths and all bytes must be what was asked for.
# shellcheck disable=SC2317  # functions are called by name
# shellcheck source=lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
need_two_ports
PATH=$dir:$PATH
need_commands offload ndrv ndrv-dump tshark awk jq

tmp=$(mktemp -d)
dump=
trap 'kill $dump 2>/dev/null; rm -rf "$tmp" "$out"' EXIT

a=$(name_of "$port0") b=$(name_of "$port1")
fields="ip.version ipv6.version vlan.id ip.checksum.status tcp.srcport udp.srcport sctp.srcport
	tcp.checksum.status udp.checksum.status sctp.checksum.status tcp.seq_raw ip.id tcp.flags
	tcp.payload udp.payload data.data"

# One line of tshark's fields for each frame in, one line of the program's list for each request out.
requests()
{
	awk -F'\t' '
	BEGIN { CONVFMT = OFMT = "%.0f" }
	function hex(s,    i, v) {
		s = tolower(s)
		sub(/^0x/, "", s)
		for (i = 1; i <= length(s); i++)
			v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
		return v + 0
	}
	function bad(id, why) {
		if (!(id in wrong))
			wrong[id] = why
	}
	{
		id = ($5 $6 $7) - 30000
		ver = $2 ? 6 : 4
		proto = $5 ? 6 : $6 ? 17 : 132
		sum = $8 $9 $10
		data = $5 ? $14 : $6 ? $15 : $16
		gsub(/:/, "", data)
		n = length(data) / 2
		if (sum != 1 && sum != "Good")
			bad(id, "L4 checksum " sum)
		if (ver == 4 && $4 != 1 && $4 != "Good")
			bad(id, "IP checksum " $4)
		if (!(id in count)) {
			what[id] = ver " " proto " " ($3 == "" ? "-" : $3)
			seq[id] = $11 + 0
			ip_id[id] = hex($12)
			each[id] = n
			first[id] = hex($13)
			mid[id] = 0
		} else {
			if (what[id] != ver " " proto " " ($3 == "" ? "-" : $3))
				bad(id, "another header in segment " count[id])
			if (total[id] != count[id] * each[id])
				bad(id, "a segment of another length before segment " count[id])
			if ($11 + 0 != (seq[id] + total[id]) % 4294967296)
				bad(id, "sequence number of segment " count[id])
			if (ver == 4 && hex($12) != (ip_id[id] + count[id]) % 65536)
				bad(id, "identification of segment " count[id])
			if (count[id] == 2)
				mid[id] = last[id]
			if (count[id] > 2 && mid[id] != last[id])
				bad(id, "flags of the segment before segment " count[id])
		}
		last[id] = hex($13)
		count[id]++
		total[id] += n
		payload[id] = payload[id] data
		most = id > most ? id : most
	}
	END {
		for (id = 0; id <= most; id++)
			if (id in wrong)
				print id, wrong[id]
			else if (id in count)
				print id, what[id], count[id], each[id], seq[id], ip_id[id], first[id],
					mid[id], last[id], payload[id]
	}'
}

# QEMU's 82576 is no card in two ways. Requests that, uncut, are longer than an IP packet can be get lost;
# they are sent all the same, and what comes behind them must be as ever. And FIN and PSH, which belong
# into the last segment, are in none. Says how many are lost; what then must come is in $tmp/rest.
as_qemu()
{
	awk -v rest="$tmp/rest" '
		length($12) > 2 * 65535 { lost++; next }
		$3 == 6 && $11 % 2 { $11 -= 9; $9 -= $9 % 2 ? 9 : 0 }
		{ print > rest }
		END { print lost + 0 }' "$tmp/want"
}

captured()		# NUMBER: that many frames are there, or no more come
{
	local old=-1 now

	while now=$(rx_packets) && [ "$now" -lt "$1" ] && [ "$now" -gt "$old" ]; do
		old=$now
		sleep 1
	done
	[ "$now" -ge "$1" ] || echo "$now of $1 frames came"
}

rx_packets() { ndrv stats --json "$b" | jq .rx_packets; }

# The longest frame that both ports can do
max=$({ ndrv info --json "$a"; ndrv info --json "$b"; } | jq -s 'map(.max_frame) | min')

echo "TAP version 13"
ndrv-dump -p --rx-ring=4096 --max-frame="$max" -w "$tmp/wire.pcapng" "$b" > "$out" 2> "$tmp/dump.err" < /dev/null &
dump=$!
until_true 30 grep -q 'capturing on' "$tmp/dump.err" > /dev/null || cat "$tmp/dump.err"
before=$(rx_packets)
offload "$a" "$(cat "/sys/class/ndrv/$b/mac")" "$max" "$tmp/want" > "$tmp/sent" 2>&1
ok $? "send: $(cat "$tmp/sent")"
frames=$(sed -n 's/.*, \([0-9]*\) frames/\1/p' "$tmp/sent")
lost=0 longest="18[12]"
if on_qemu; then
	lost=$(as_qemu)
	mv "$tmp/rest" "$tmp/want"
	[ "$lost" = 2 ]
	ok $? "two requests are too long for QEMU"
	lost=$((frames - $(awk '{ n += $5 } END { print n }' "$tmp/want")))
	longest=45
fi
captured $((before + frames - lost)) | sed 's/^/# /'
sleep 0.2
kill -INT $dump
wait $dump
ok $? "capture"

# shellcheck disable=SC2046  # a list of words
tshark -r "$tmp/wire.pcapng" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
	-o udp.check_checksum:TRUE -o 'sctp.checksum:CRC 32c' -o tcp.desegment_tcp_streams:FALSE \
	-T fields $(printf -- '-e %s ' $fields) > "$tmp/fields" 2> "$tmp/tshark.err"
ok $? "tshark reads it"
requests < "$tmp/fields" > "$tmp/got"
[ "$frames" -gt 2000 ] && [ "$(wc -l < "$tmp/fields")" = $((frames - lost)) ]
ok $? "all frames came: $(wc -l < "$tmp/fields") of $((frames - lost))"
diff "$tmp/want" "$tmp/got" > "$tmp/diff"
rc=$?
cut -c1-160 "$tmp/diff" | head -n 20 | sed 's/^/# /'
ok $rc "each is what was asked for: checksums, segments, tags, bytes"
for what in "4 6 - 1 " "4 6 [0-9]+,77 [2-9]" "6 6 [0-9]+ [2-9]" "4 17 77 1" "6 17 [0-9]+,77 1" "4 132 - 1 " \
	"6 6 - $longest 1448" "4 17 - 1 $((max - 42)) "; do
	grep -qE "^[0-9]+ $what" "$tmp/got"
	ok $? "among them: $what"
done
finish
