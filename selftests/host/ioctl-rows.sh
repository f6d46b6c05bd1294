#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ioctl-rows.sh HEADER CDEV.C IOCTL.C: the ioctls of the uapi header, of the module's dispatch table
# and of the sweeps in the kselftest ioctl.c (rows and variants) are the same. Commands of io_uring
# have their numbers in the same space, but are no ioctls.
set -eu

numbers()
{
	sed -n 's/^#define[[:space:]]*\(NDRV_[A-Z_]*\)[[:space:]]*_IO[WR]*(NDRV_TYPE.*/\1/p' "$1" |
		grep -v '^NDRV_URING_'
}

# Names of header ioctls that occur in an argument list within $2 lines that match $1.
rows()
{
	grep -E "$1" "$2" | grep -oE 'NDRV_[A-Z_]+' | sort -u |
		while read -r name; do
			numbers "$header" | grep -x "$name" || true
		done
}

n=0
compare()
{
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "# header: $(echo "$2" | paste -sd' ')"
		echo "# there:  $(echo "$3" | paste -sd' ')"
		echo "not ok $n - $1"
		failed=1
	fi
}

header=$1 cdev=$2 test=$3 failed=0
want=$(numbers "$header" | sort -u)
[ "$(echo "$want" | wc -l)" -ge 16 ] || { echo "Bail out! $header has no ioctls"; exit 1; }

if [ -f "$cdev" ]; then
	compare "the module dispatches every ioctl" "$want" \
		"$(rows '^[[:space:]]*(\{|\[|[A-Z_]+\().*NDRV_' "$cdev")"
else
	n=$((n + 1))
	echo "not ok $n - the module dispatches every ioctl # $cdev is missing"
	failed=1
fi
compare "ioctl.c has a row for every ioctl" "$want" "$(rows '^[[:space:]]*ROW\(NDRV_' "$test")"
compare "ioctl.c sweeps every ioctl" "$want" \
	"$(sed -n 's/^VARIANT(\([A-Z_]*\));/NDRV_\1/p' "$test" | sort -u)"
echo "1..$n"
exit $failed
