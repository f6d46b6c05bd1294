#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# man-names.sh LIB: every call of libndrv (its version script, and the inline functions of <ndrv/uring.h>) is in
# the NAME line and in the synopsis of exactly one man page of section 3, and these pages name nothing else.
# Every page that a page refers to is there.
set -u
lib=$1
n=0 failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# quiet NAME FILE: a case that holds if FILE, the findings, is empty
quiet()
{
	n=$((n + 1))
	if [ -s "$2" ]; then
		sed 's/^/# /' "$2"
		echo "not ok $n - $1"
		failed=$((failed + 1))
	else
		echo "ok $n - $1"
	fi
}

{
	sed 's,/\*.*\*/,,' "$lib/libndrv.map" | grep -o '\bndrv_[a-z0-9_]*;' | tr -d ';'
	sed -n 's/^static inline .*[ *]\(ndrv_uring_[a-z_]*\)(.*/\1/p' "$lib/include/ndrv/uring.h"
} | sort > "$tmp/calls"
[ "$(wc -l < "$tmp/calls")" -gt 60 ] || echo "only $(wc -l < "$tmp/calls") calls found" > "$tmp/few"
quiet "calls are found" "$tmp/few"

for page in "$lib"/man/*.3; do
	own=$(basename "$page" .3)
	sed -n '/^\.SH NAME/{n;s/ *\\-.*//;s/,//g;p;}' "$page" | tr ' ' '\n' | while read -r call; do
		if grep -qx "$call" "$tmp/calls"; then
			echo "$call"
			sed -n '/^\.SH SYNOPSIS/,/^\.SH DESCRIPTION/p' "$page" | grep -q "\b$call(" ||
				echo "$own(3): $call is not in the synopsis" >&2
		elif [ "$call" != "$own" ]; then
			echo "$own(3): $call is no call of the library" >&2
		fi
	done
done 2> "$tmp/wrong" | sort > "$tmp/named"
uniq -d "$tmp/named" | sed 's/$/ is in two pages/' >> "$tmp/wrong"
quiet "pages name and declare calls of the library" "$tmp/wrong"

comm -23 "$tmp/calls" "$tmp/named" | sed 's/$/ is in no page/' > "$tmp/missing"
quiet "every call has a page" "$tmp/missing"

sed -n 's/^\.BR \(ndrv[a-z_]*\) (\([37]\)).*/\1 \2/p' "$lib"/man/*.[37] | sort -u | while read -r name section; do
	[ -f "$lib/man/$name.$section" ] || grep -qx "$name" "$tmp/named" || echo "$name($section) is referred to"
done > "$tmp/dead"
quiet "references lead somewhere" "$tmp/dead"
echo "1..$n"
[ $failed = 0 ]
