#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# abi-names.sh HEADER ABI.C: every constant and every structure field of the uapi header has a row in
# the frozen table of abi.c, and the header includes nothing but linux/types.h and linux/ioctl.h.
set -eu

header=$1
table=$2
failed=0

names()
{
	sed -n 's/^#define[[:space:]]*\(NDRV_[A-Z0-9_]*\)[[:space:]].*/NUM(\1,/p' "$header"
	awk '/^struct ndrv_[a-z_]* \{/ { s = $2 }
		/^}/ { s = "" }
		s && /^\t(__[a-z_]*[us]|__be)[0-9]+ / {
			f = $2
			sub(/[;[].*/, "", f)
			print "FIELD(" s ", " f ","
		}' "$header"
}

n=0
for row in $(names | tr ' ' '~'); do
	row=$(echo "$row" | tr '~' ' ')
	n=$((n + 1))
	if ! grep -qF "$row" "$table"; then
		echo "# no row $row ...)"
		failed=$((failed + 1))
	fi
done
echo "# $n names in the header"
[ "$n" -gt 100 ] || failed=$((failed + 1))
[ $failed = 0 ] && echo "ok 1 - every name of the header is frozen" ||
	echo "not ok 1 - every name of the header is frozen"

extra=$(sed -n 's/^#[[:space:]]*include[[:space:]]*//p' "$header" |
	grep -v -e '^<linux/types.h>$' -e '^<linux/ioctl.h>$' || true)
if [ -z "$extra" ]; then
	echo "ok 2 - the header stands alone"
else
	echo "# includes $extra"
	echo "not ok 2 - the header stands alone"
	failed=$((failed + 1))
fi
echo 1..2
[ $failed = 0 ]
