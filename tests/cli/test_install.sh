#!/bin/sh
# What `make install` puts where: programs, manual, completion, the units with this installation's paths, settings that an edit outlives.
. "$(dirname "$0")/lib.sh"
needs_town
plan 10
put() { make -s -C "$build" install DESTDIR="$work/root" prefix=/opt/x sysconfdir=/opt/x/etc sbindir=/opt/x/sbin; }
at=$work/root/opt/x
ok "it installs" put
ok "the programs" test -x "$at/bin/xuncha" -a -x "$at/bin/xunchactl" -a -x "$at/sbin/xunchad"
ok "the lists, which are sound" "$at/bin/xunchactl" pack check "$at/share/xuncha/catalog"
same "all of them: an office publishes from here" "$(cd "$at/share/xuncha/catalog" && find . -type f | sort)" "$(cd "$top/forms/catalog" && find . -name '*.csv' -o -path './cards/*' -type f | sort)"
has "the system's unit names this daemon and its settings" "$at/lib/systemd/system/xunchad.service" "ExecStart=/opt/x/sbin/xunchad --config /opt/x/etc/xuncha/xunchad.conf"
has "the user's unit too" "$at/lib/systemd/user/xunchad.service" "ExecStart=/opt/x/sbin/xunchad --listen"
ok "the office's guide and the completion" test -s "$at/share/doc/xuncha/OFFICE.zh_CN.md" -a -s "$at/share/bash-completion/completions/xunchactl"
if [ -e "$top/.git" ]; then
	make -s -C "$build" print-release | sort -u >"$work/release"
	same "a release holds every file of the tree" "$(git -C "$top" ls-files | grep -v '^\.' | sort | comm -23 - "$work/release")" ""
else
	n=$((n + 1)); echo "ok $n - a release holds every file of the tree # SKIP no repository here"
fi
echo "log = debug" >>"$at/etc/xuncha/xunchad.conf"
put >/dev/null 2>&1
has "settings that were edited stay" "$at/etc/xuncha/xunchad.conf" "log = debug"
if command -v systemd-analyze >/dev/null; then
	ok "both units are fenced in" sh -c 'systemd-analyze security --offline=true --threshold=20 "$1" && systemd-analyze security --offline=true --threshold=70 "$2"' - \
		"$top/packaging/systemd/xunchad.service" "$top/packaging/systemd/xunchad-user.service"
else
	n=$((n + 1)); echo "ok $n - both units are fenced in # SKIP no systemd-analyze"
fi
exit $failed
