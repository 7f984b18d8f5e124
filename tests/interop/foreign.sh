#!/bin/sh
# The same state on other machines: a 32-bit ARM and a big-endian s390x build, run by qemu-user, find the digests that this
# machine found. `make check-foreign`; not in the suite: it fetches Debian's libraries of those architectures and builds.
#
#   foreign.sh [armhf] [s390x]         FOREIGN_DIR keeps libraries and builds for the next time (build/foreign); FOREIGN_ORDERS=20
#
# Tools: packaging/deps --foreign. The libraries are unpacked into a folder of ours; the machine's own apt knows nothing of them.
. "$(dirname "$0")/../cli/lib.sh"
. "$top/tests/cli/town.sh"
dir=${FOREIGN_DIR:-$top/build/foreign}
orders=${FOREIGN_ORDERS:-20}
[ $# -gt 0 ] || set -- armhf s390x
libraries="libsodium-dev liblmdb-dev libzstd-dev libjansson-dev libpcre2-dev libexpat1-dev libzip-dev libqrencode-dev libcurl4-openssl-dev
libncurses-dev libcmocka-dev"

names() {          # names ARCH: what Debian, gcc and qemu call it
	case $1 in
	armhf) triplet=arm-linux-gnueabihf qemu=qemu-arm machine="a 32-bit ARM" ;;
	s390x) triplet=s390x-linux-gnu qemu=qemu-s390x machine="a big-endian s390x" ;;
	*) echo "foreign.sh: $1 is not armhf or s390x" >&2; exit 2 ;;
	esac
	root=$dir/$1/root
}
for arch; do
	names "$arch"
	for tool in $triplet-gcc $qemu apt-get dpkg-deb; do
		command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here: packaging/deps --foreign"; exit 0; }
	done
done
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

# Debian's libraries of that architecture, by an apt of its own.
fetch() {
	[ -f "$dir/$1/fetched" ] && return
	apt=$dir/$1/apt
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$root" && : >"$apt/status" || return 1
	echo "deb [arch=$1 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${FOREIGN_MIRROR:-http://deb.debian.org/debian} bookworm main" >"$apt/sources.list"
	set -- "$1" -o APT::Architecture="$1" -o APT::Architectures::="$1" -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" \
		-o Dir::State::status="$apt/status" -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
	arch=$1
	shift
	apt-get "$@" update && apt-get "$@" -y --no-install-recommends --download-only install $libraries || return 1
	for deb in "$apt"/cache/archives/*.deb; do
		dpkg-deb -x "$deb" "$root" || return 1
	done
	touch "$dir/$arch/fetched"
}
build() {
	mkdir -p "$dir/$1/build" && cd "$dir/$1/build" || return 1
	export PKG_CONFIG_LIBDIR="$root/usr/lib/$triplet/pkgconfig:$root/usr/share/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
	[ -f Makefile ] || "$top/configure" -q --host=$triplet --without-town CC="$triplet-gcc --sysroot=$root" CFLAGS='-g1 -O1' || return 1
	make -s -j"$(nproc)" sync/xunchactl tests/interop/orders
}
run() {            # run PROGRAM ARG…: of the other machine's build
	program=$1
	shift
	$qemu -L "$root" "$dir/$arch/build/$program" "$@"
}
fctl() { profile=$1; shift; run sync/xunchactl --profile "$work/$profile" --pin-file "$work/pin" "$@"; }
seconds() { echo "# $1: $(($(date +%s) - since)) s"; since=$(date +%s); }
since=$(date +%s)

plan $((2 + 8 * $#))
ok "two thousand events in $orders orders of arrival, on this machine" "$build/tests/interop/orders" make "$work/orders" "$orders"
exchange() { ctl near sync --dir "$work/stick" && ctl town merge "$work/stick" && ctl near sync --dir "$work/stick"; }
world() { make_town && make_device near 王秀英 GRID && inspect near && mkdir "$work/stick" && exchange && ctl near backup "$work/backup" && ctl near digest >"$work/then"; }
ok "a township, a device, an inspection, a backup, on this machine" world
seconds "this machine"

for arch; do
	names "$arch"
	ok "$machine: libraries" fetch "$arch" || exit 1
	ok "$machine: a build" eval "(build $arch)" || exit 1
	seconds "$machine: made ready"
	ok "$machine finds the same digest in all orders, and in what its journal holds" run tests/interop/orders fold "$work/orders" 0 "$orders"
	seconds "$machine: $orders orders"
	enrol() {
		fctl "$arch" init writer --name 李军 --kdf min &&
		ctl town enrol grant "$work/$arch/enrol.request" --role GRID --scope 990101100201 --person 李军 --out "$work/$arch.grant" &&
		fctl "$arch" enrol accept "$work/$arch.grant" --root "$(ctl town root show)"
	}
	ok "$machine is enrolled by a township on this one" enrol
	inspect_there() { fctl "$arch" record submit --form walk_CA --row "places:=name:老马饭店" --answers "$top/packaging/demo/inspection.json"; }
	there() { fctl "$arch" sync --dir "$work/stick" && ctl town merge "$work/stick" && fctl "$arch" sync --dir "$work/stick" && exchange; }
	ok "bundles go both ways by one stick" eval 'there && inspect_there && there'
	same "$machine and a neighbour's device here have one digest" "$(fctl "$arch" digest)" "$(ctl near digest)"
	restore() { fctl "restored-$arch" restore "$work/backup" && fctl "restored-$arch" check; }
	ok "$machine opens a backup from here, by its journal" restore
	same "with nothing lost" "$(fctl "restored-$arch" digest)" "$(cat "$work/then")"
	seconds "$machine: bundles and backup"
done
exit $failed
