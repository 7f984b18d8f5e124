#!/bin/sh
# The Debian packages as a machine gets them: built, sound, and doing the main job from where they were unpacked. `make check-deb`;
# not in the suite: it builds the tree anew, and for another architecture takes that one's libraries from Debian.
#
#   packages.sh [ARCH]       another architecture's programs are run by qemu-user
. "$(dirname "$0")/lib.sh"
command -v dpkg-buildpackage >/dev/null || { echo "1..0 # SKIP no dpkg-buildpackage here: packaging/deps --deb"; exit 0; }
here=$(dpkg --print-architecture)
arch=${1:-$here}
at=$work/root
debs=$top/build/deb/$arch
files() { for deb in "$debs"/xuncha_*.deb "$debs"/xunchad_*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -t | grep -v '/$'; done; }
unpack() { mkdir -p "$at" && for deb in "$debs"/xuncha_*.deb "$debs"/xunchad_*.deb; do dpkg-deb -x "$deb" "$at" || return 1; done; }

# The programs of another machine, each by the name it is called by.
emulate() {
	case $arch in
	"$here") return ;;
	arm64) qemu=qemu-aarch64 ;;
	armhf) qemu=qemu-arm ;;
	*) qemu=qemu-$arch ;;
	esac
	command -v $qemu >/dev/null || return 1
	mkdir -p "$work/emulated"
	for program in "$at"/usr/bin/* "$at"/usr/sbin/*; do
		printf '#!/bin/sh\nexec %s %s "$@"\n' $qemu "$program" >"$work/emulated/$(basename "$program")"
		chmod +x "$work/emulated/$(basename "$program")"
	done
}
main_job() {
	PATH=$work/emulated:$at/usr/bin:$at/usr/sbin:/usr/bin:/bin
	"$top/packaging/demo/setup" "$work/demo" && "$top/packaging/demo/main-job" "$work/demo"
}
publish() {
	PATH=$work/emulated:$at/usr/bin:/usr/bin:/bin
	xunchactl pack check "$at/usr/share/xuncha/catalog"
}

plan 8
ok "packages for $arch are built from what a release holds" "$top/packaging/deb" "$arch"
same "no file is in both" "$(files | sort | grep -v '/doc/xuncha' | uniq -d)" ""
ok "they are unpacked" unpack
same "every program is there" "$(cd "$at/usr" && ls bin/* sbin/* | tr '\n' ' ')" "bin/xuncha bin/xunchactl sbin/xunchad "
ok "what is installed for $arch runs here" emulate
ok "the main job is done by them" main_job
has "and its ledger has the hazard" "$work/demo/hazards.csv" 老马饭店
ok "their lists are sound" publish
exit $failed
