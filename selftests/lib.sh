# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the shell tests share: TAP, the ports, the tools, the simulator. Sourced, never run. Changes
# nothing by itself.

dir=$(dirname "$(readlink -f "$0")")
# The tools beside an install tree, beside the source, or installed.
PATH=${NDRV_TOOLS:+$NDRV_TOOLS:}$dir/../../tools:$dir/../build/tools:$PATH
export PATH
n=0 failed=0
out=$(mktemp)
exec 3>&1		# for figures, which are shown also when all is well

ok()			# STATUS NAME
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		failed=$((failed + 1))
		echo "not ok $n $2"
	fi
}

# check NAME COMMAND...: a case that holds if the command succeeds; its output is shown if not.
check()
{
	_name=$1
	shift
	"$@" > "$out" 2>&1 < /dev/null
	_rc=$?
	[ $_rc = 0 ] || sed 's/^/# /' "$out" | tail -n 40
	ok $_rc "$_name"
}

# refuses NAME STATUS TEXT COMMAND...: ends with that exit status and says TEXT (a regular expression).
refuses()
{
	_name=$1 _want=$2 _text=$3
	shift 3
	"$@" > "$out" 2>&1 < /dev/null
	_rc=$?
	if [ $_rc = "$_want" ] && grep -qE "$_text" "$out"; then
		ok 0 "$_name"
	else
		echo "# exit status $_rc, wanted $_want and '$_text' in:"
		sed 's/^/# /' "$out"
		ok 1 "$_name"
	fi
}

skip_all()		# WHY
{
	echo "1..0 # SKIP $*"
	rm -f "$out"
	exit 4
}

finish()
{
	rm -f "$out"
	echo "1..$n"
	[ $failed = 0 ] && [ $n -gt 0 ]
	exit
}

# volume N: as ndrv_volume() in util.h.
volume()
{
	if [ "${NDRV_QUICK:-}" != 1 ] || [ "$1" -lt 2 ]; then
		echo "$1"
	else
		echo $(($1 / 5 > 2 ? $1 / 5 : 2))
	fi
}

# until_true SECONDS COMMAND...
until_true()
{
	_tries=$(($1 * 10))
	shift
	while ! "$@"; do
		_tries=$((_tries - 1))
		[ $_tries -gt 0 ] || { echo "still not so: $*"; return 1; }
		sleep 0.1
	done
}

driver_of()		# PCI: name of its driver, nothing if none
{
	basename "$(readlink -f "/sys/bus/pci/devices/$1/driver")" 2>/dev/null | grep -vx driver
}

is_bound() { [ "$(driver_of "$1")" = "$2" ]; }

# Sets stock: the driver that the first port has on every other machine.
need_stock_driver()
{
	case $(cat "/sys/bus/pci/devices/$port0/device") in
	0x159[1-39ab]) stock=ice ;;
	0x10c9) stock=igb ;;
	*) stock=ixgbe ;;
	esac
	modinfo $stock > /dev/null 2>&1 && return
	[ "${NDRV_NEED:-0}" = 0 ] || { echo "Bail out! no stock driver $stock"; exit 1; }
	skip_all "no stock driver $stock"
}

name_of()		# PCI: ndrvN
{
	basename "$(echo "/sys/bus/pci/devices/$1/ndrv/"*)"
}

netdev_of()		# PCI
{
	for _d in /sys/bus/pci/devices/"$1"/net/*; do
		[ ! -e "$_d" ] || { basename "$_d"; return; }
	done
}

bound_ports()
{
	for _d in /sys/bus/pci/drivers/ndrv/*:*:*.*; do
		[ ! -e "$_d" ] || basename "$_d"
	done
}

# Sets port0 and port1: those of NDRV_DEV, or all that ndrv has, by address.
need_two_ports()
{
	[ "$(id -u)" = 0 ] || skip_all "needs root"
	# shellcheck disable=SC2046  # a list of words
	set -- $(echo "${NDRV_DEV:-$(bound_ports)}" | tr ',' ' ')
	if [ $# -lt 2 ]; then
		[ "${NDRV_NEED:-0}" -lt 2 ] || { echo "Bail out! $# ports, 2 needed"; exit 1; }
		skip_all "needs two ports"
	fi
	port0=$1 port1=$2
	for _p in $port0 $port1; do
		is_bound "$_p" ndrv && continue
		[ "${NDRV_NEED:-0}" -lt 2 ] || { echo "Bail out! $_p is not bound to ndrv"; exit 1; }
		skip_all "$_p is not bound to ndrv"
	done
}

need_commands()
{
	for _c; do
		command -v "$_c" > /dev/null && continue
		[ "${NDRV_NEED:-0}" = 0 ] || { echo "Bail out! no $_c"; exit 1; }
		skip_all "no $_c in PATH or NDRV_TOOLS"
	done
}

# Whatever a test did: the two ports belong to ndrv again.
back_to_ndrv()
{
	for _p in $port0 $port1; do
		is_bound "$_p" ndrv && continue
		echo ndrv > "/sys/bus/pci/devices/$_p/driver_override"
		[ -z "$(driver_of "$_p")" ] || echo "$_p" > "/sys/bus/pci/devices/$_p/driver/unbind"
		echo "$_p" > /sys/bus/pci/drivers_probe
	done
}

bytes()			# NUMBER...: each as a byte
{
	printf '%b' "$(printf '\\0%03o' "$@")"
}

le32()			# NUMBER: its four bytes
{
	bytes $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# Bytes in hex to a pcap file of one frame each.
make_pcap()		# FILE HEX...
{
	_file=$1
	shift
	{
		le32 0xa1b2c3d4; bytes 2 0 4 0; le32 0; le32 0; le32 65535; le32 1
		for _hex; do
			_n=$((${#_hex} / 2))
			le32 1; le32 0; le32 $_n; le32 $_n
			# shellcheck disable=SC2046  # a list of words
			bytes $(echo "$_hex" | sed 's/../ 0x&/g')
		done
	} > "$_file"
}

# idle_share PID SECONDS PERCENT: user and system time of PID are at most so much of that time. A machine
# that others use adds to it (what they took is counted as the program's), and nothing takes away from
# it, so the best of several looks is what the program needs.
idle_share()
{
	for _look in 1 2 3 4 5 6; do
		_then=$(uptime_ms)
		_before=$(cpu_ticks "$1") && sleep "$2" && _after=$(cpu_ticks "$1") || return 1
		_ms=$(($(uptime_ms) - _then))
		_used=$(((_after - _before) * 1000 / $(getconf CLK_TCK)))
		echo "# $(cat "/proc/$1/comm"), idle: $_used ms of processor time in $_ms ms" >&3
		[ $((_used * 100)) -gt $((_ms * $3)) ] || return 0
	done
	return 1
}

cpu_ticks()		# PID: user and system time of all its threads
{
	_stat=$(sed 's/.*) //' "/proc/$1/stat") || return 1
	# shellcheck disable=SC2086  # a list of words
	set -- $_stat
	echo $((${12} + ${13}))
}

uptime_ms() { cut -d' ' -f1 /proc/uptime | tr -d . | sed 's/$/0/'; }

# The simulator is behind the first port, so that it can be asked.
have_sim()
{
	command -v simctl > /dev/null &&
		simctl stats 2> /dev/null | grep -q "\"name\":\"port$(sim_number "$port0")\""
}

rank_among()		# FILE VALUE PCI: how many PCI functions with this VALUE come before PCI
{
	_rank=0
	for _d in /sys/bus/pci/devices/*; do
		[ "${_d##*/}" = "$3" ] && break
		[ "$(cat "$_d/$1")" != "$2" ] || _rank=$((_rank + 1))
	done
	echo $_rank
}

# The simulator's number of a port: its ports are in PCI order, before all others.
sim_number() { rank_among class 0x020000 "$1"; }

# Behind the first port is no card and no simulator, but what QEMU has of its own.
on_qemu()
{
	[ "$(cat "/sys/bus/pci/devices/$port0/device")" = 0x10c9 ] && igbctl info version > /dev/null 2>&1
}

# Somebody is there who pulls and plugs cables: the simulator, or the monitor of QEMU for its own ports.
can_pull() { have_sim || igbctl info version > /dev/null 2>&1; }

cable()			# PCI up|down
{
	if have_sim; then
		simctl "link $(sim_number "$1") $2" > /dev/null
	else
		igbctl set_link "igb$(rank_among device 0x10c9 "$1")" "$([ "$2" = up ] && echo on || echo off)"
	fi
}

# counter PORT-NUMBER NAME
counter()
{
	simctl stats | jq -r ".devices[$1].counters.$2"
}
