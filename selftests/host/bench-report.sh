#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench-report.sh REPORT: what tools/bench/report makes of small files whose medians and ratios are known, and what
# it says of files that are not as they should be. Tables only; that they need no matplotlib is a case too.
set -u
report=$1
n=0 failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

result()		# NAME FINDINGS: good if there are none
{
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "$2" | sed 's/^/# /'
		echo "not ok $n - $1"
		failed=$((failed + 1))
	fi
}

# Whoever imports matplotlib here fails.
mkdir "$tmp/poison"
echo 'raise ImportError("imported")' > "$tmp/poison/matplotlib.py"

run()			# ARGUMENT...: -> $tmp/said, and its exit status
{
	PYTHONPATH=$tmp/poison "$report" "$@" > "$tmp/said" 2>&1
}

# Medians, which are not means: send 2.4, 0.1, 0.3; forward 1.2, 0.2, 1.5.
files()
{
	rm -rf "$tmp/csv" "$tmp/out"
	mkdir "$tmp/csv"
	cat > "$tmp/csv/bench.csv" <<-END
		# nic: 82599
		# reps: 3
		curve,work,who,size,batch,ring,pool,queues,rep,mpps,frames,lost
		size,tx,pktgen,64,32,512,4096,1,1,0.09,1000,
		size,tx,pktgen,64,32,512,4096,1,2,0.1,1000,
		size,tx,pktgen,64,32,512,4096,1,3,0.11,1000,
		size,tx,pktgen-best,64,32,512,4096,1,1,0.3,1000,
		size,tx,ndrv-poll,64,32,512,4096,1,1,2.4,1000,
		size,tx,ndrv-poll,64,32,512,4096,1,2,3.0,1000,
		size,tx,ndrv-poll,64,32,512,4096,1,3,1.2,1000,
		size,fwd,a new one,64,32,512,4096,1,1,0.6,1000,0
		size,fwd,af_xdp-zc,64,32,512,4096,1,1,0.2,990,10
		size,fwd,dpdk-vector,64,32,512,4096,1,1,1.5,1000,0
		size,fwd,ndrv-poll,64,32,512,4096,1,1,1.0,1000,0
		size,fwd,ndrv-poll,64,32,512,4096,1,2,1.4,1000,0
		batch,fwd,ndrv-poll,64,1,512,4096,1,1,9.9,1000,0
	END
	cat > "$tmp/csv/latency.csv" <<-END
		who,load_pct,rate_pps,rep,frames,lost,p50_ns,p90_ns,p99_ns,p999_ns,p9999_ns,max_ns,hist
		ndrv-poll,10,1000,1,100,0,11000,15000,20000,30000,40000,50000,10000:90 20000:10
		ndrv-poll,10,1000,2,100,0,13000,15000,20000,30000,40000,50000,10000:90 20000:10
		ndrv-poll,40,4000,1,100,0,21000,25000,250000,300000,400000,500000,20000:100
	END
	echo "curve,card,simd,work,burst,ring,pool,queues,size,instructions,near_ns,near_ns_min,near_ns_max,far_ns,far_ns_min,far_ns_max" \
		> "$tmp/csv/bench-native.csv"
	cat >> "$tmp/csv/bench-native.csv" <<-END
		table,82599,scalar,forward,32,512,4096,1,64,112,6,5,7,15,14,16
		table,82599,avx2,forward,32,512,4096,1,64,48,3,2,4,20,19,21
		table,82599,avx512,forward,32,512,4096,1,64,-,2,2,2,31,30,32
		table,82599,dpdk,forward,32,512,4096,1,64,109,7,6,8,-,-,-
	END
	printf '%s\n' "before" "<!-- bench:begin -->" "an old table" "<!-- bench:end -->" "after" > "$tmp/README.md"
}

# A table's row, without blanks.
has_row()		# FILE ROW
{
	tr -d ' ' < "$1" | grep -qxF "$2" || echo "no row $2 in:" "$(grep '^|' "$1")"
}

says()			# NAME STATUS TEXT ARGUMENT...: after whatever was done to the files
{
	local name=$1 want=$2 text=$3 rc=0

	shift 3
	run "$@" || rc=$?
	result "$name" "$([ $rc = "$want" ] && grep -qF -- "$text" "$tmp/said" && ! grep -q Traceback "$tmp/said" ||
		echo "exit status $rc, wanted $want and \"$text\": $(cat "$tmp/said")")"
}

tables()
{
	run --no-pictures "$@" "$tmp/csv" "$tmp/out" || cat "$tmp/said"
}

wrong()			# NAME TEXT: one of the files is; the README stays as it is
{
	cp "$tmp/README.md" "$tmp/was"
	says "$1" 1 "$2" --no-pictures --readme "$tmp/README.md" "$tmp/csv" "$tmp/out"
	cmp -s "$tmp/README.md" "$tmp/was" || result "$1: README untouched" "changed"
	files
}

files
result "tables are written without matplotlib" "$(tables --readme "$tmp/README.md")"
md=$tmp/out/bench.md
result "medians, relative to ndrv-poll" "$(has_row "$md" '|af_xdp-zc|-|6.00|'
	has_row "$md" '|pktgen|24.0|-|'; has_row "$md" '|pktgen-best|8.00|-|')"
result "the median of two is between them" "$(has_row "$md" '|dpdk-vector|-|0.80|')"
result "contestants in their order, unknown ones last" "$(
	order=$(sed -n 's/^| \([a-z][a-z_ -]*\) | [-0-9.]* | [-0-9.]* |$/\1/p' "$md" | paste -sd,)
	[ "$order" = "dpdk-vector,af_xdp-zc,pktgen,pktgen-best,a new one" ] || echo "$order")"
result "latency in us" "$(has_row "$md" '|ndrv-poll|0.01|12.0/20.0/30.0|21.0/250/300|')"
result "instructions and ns" "$(has_row "$md" '|82599|avx2|-/-/-|-/-/-|48.0/3.00/20.0|')"
result "spread and loss" "$(for t in "at most 50 % off" "af_xdp-zc 1 % (forward)"; do
	grep -qF "$t" "$md" || echo "no \"$t\""; done)"
result "the README has the table, and the rest of it" "$(has_row "$tmp/README.md" '|pktgen|24.0|-|'
	grep -q "an old table" "$tmp/README.md" && echo "the old table too"
	[ "$(sed -n '1p;2p;$p' "$tmp/README.md" | paste -sd,)" = "before,<!-- bench:begin -->,after" ] || echo "rest")"
cp "$tmp/README.md" "$tmp/was"
result "a second time nothing changes" "$(tables --readme "$tmp/README.md"; cmp "$tmp/README.md" "$tmp/was")"

says "bars: one missed is exit status 2" 2 "met      send, 64 B: ndrv-poll at least 20 x pktgen: ndrv-poll is 24.0" \
	--no-pictures --check "$tmp/csv" "$tmp/out"
result "bars: each by its own figures" "$(for t in "met      send, 64 B: ndrv-poll at least 3 x pktgen at its best: ndrv-poll is 8.00 x pktgen-best" \
	"met      forward, 64 B: ndrv at least 5 x af_xdp: ndrv-poll is 6.00 x af_xdp-zc" \
	"missed   forward, 64 B: ndrv at least as fast as DPDK: ndrv-poll is 0.80 x dpdk-vector" \
	"missed   library, 82599: forward at most 30 ns with the card on another core: 31.0 ns (avx512)" \
	"met      library, 82599: forward with no more instructions than DPDK's vector code: 48.0 (avx2) against 109"
do grep -qF "$t" "$tmp/said" || echo "no \"$t\""; done)"
says "pictures need matplotlib, and it says so" 1 "apt install python3-matplotlib" "$tmp/csv" "$tmp/out"

sed -i 's/,mpps,/,Mpps,/' "$tmp/csv/bench.csv"
wrong "a missing column" "csv/bench.csv:3: no column mpps"
sed -i '5s/0\.1/fast/' "$tmp/csv/bench.csv"
wrong "not a number" 'csv/bench.csv:5: mpps is "fast"'
sed -i '5s/0\.1/nan/' "$tmp/csv/bench.csv"
wrong "NaN is no number" 'csv/bench.csv:5: mpps is "nan"'
sed -i '5s/,1000,$//' "$tmp/csv/bench.csv"
wrong "a line cut off" "csv/bench.csv:5: 10 fields, but the header names 12"
sed -i '4s/^size/length/' "$tmp/csv/bench.csv"
wrong "an unknown curve" 'csv/bench.csv:4: curve is "length"'
sed -i '4,$d' "$tmp/csv/bench.csv"
wrong "no rows" "csv/bench.csv: no rows"
: > "$tmp/csv/latency.csv"
wrong "an empty file" "csv/latency.csv: no rows"
sed -i '3s/20000:10$/20000/' "$tmp/csv/latency.csv"
wrong "a bucket without count" 'csv/latency.csv:3: hist has "20000"'
sed -i '2s/,112,/,many,/' "$tmp/csv/bench-native.csv"
wrong "not a number of instructions" 'csv/bench-native.csv:2: instructions is "many"'
sed -i '/bench:end/d' "$tmp/README.md"
wrong "a README without its second mark" 'README.md: no line "<!-- bench:end -->"'
sed -i '$a <!-- bench:begin -->' "$tmp/README.md"
wrong "a README with a mark too many" "README.md:6: \"<!-- bench:begin -->\" a second time"
rm "$tmp/csv"/*
wrong "a folder with nothing in it" "has none of bench.csv, latency.csv, bench-native.csv"
says "a folder that is not there" 1 "nowhere: no such folder" --no-pictures "$tmp/nowhere" "$tmp/out"
echo "1..$n"
[ $failed = 0 ]
