#!/bin/sh
# The office's guide does what it says: every command of packaging/OFFICE.zh_CN.md, in its order, as written, on two machines and a
# stick that are directories here. What a person types is given by the test: the PIN, and the township's code.
. "$(dirname "$0")/lib.sh"
needs_town
guide=$top/packaging/OFFICE.zh_CN.md
mkdir -p "$work/bin" "$work/usb" "$work/home" "$work/phone" "$work/blocks"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# A person's PIN, typed whenever it is asked for.
for program in xunchactl xunchad; do command -v $program >"$work/bin/$program.is"; done
cat >"$work/bin/xunchactl" <<W
#!/bin/sh
case "\$*" in *init*) set -- "\$@" --kdf min ;; esac
exec "$(cat "$work/bin/xunchactl.is")" --pin-file "$work/pin" "\$@"
W
cat >"$work/bin/xunchad" <<W
#!/bin/sh
echo \$\$ >"$work/daemon"
exec "$(cat "$work/bin/xunchad.is")" "\$@" 2>"$work/daemon.log"
W
chmod +x "$work/bin/xunchactl" "$work/bin/xunchad"
python3 - "$guide" "$work/blocks" <<'P'
import re, sys
text = open(sys.argv[1], encoding='utf-8').read()
for i, (machine, block) in enumerate(re.findall(r'^```sh (\w+)\n(.*?)^```$', text, re.M | re.S)):
    open('%s/%02d-%s' % (sys.argv[2], i, machine), 'w', encoding='utf-8').write(block)
P
count=$(ls "$work/blocks" | wc -l)
plan $((count + 9))
same "the guide has commands to try" "$([ "$count" -ge 18 ] && echo yes)" yes
cd "$work/home" || exit 1
for block in "$work"/blocks/*; do
	machine=${block##*-}
	code=$(XUNCHA_PROFILE=$work/home/town "$work/bin/xunchactl" root show 2>/dev/null | tr -cd '0-9')
	digits=$(XUNCHA_PROFILE=$work/home/town "$work/bin/xunchactl" --json enrol waiting 2>/dev/null | tr -d ' ' | grep -oE '[0-9]{20}' | head -1)
	sed -e "s#/media/usb#$work/usb#g; s#/usr/share/xuncha/catalog#$top/forms/catalog#g; s#127.0.0.1:8321#127.0.0.1:$port#g; s#\"乡镇代码\"#\"$code\"#g; s#\"二十位数字\"#\"$digits\"#g" "$block" >"$work/run"
	( set -e; HOME=$work/home; [ "$machine" != phone ] || HOME=$work/phone; PATH=$work/bin:$PATH; export HOME PATH
	  [ "$machine" != office ] || { XUNCHA_PROFILE=$HOME/town; export XUNCHA_PROFILE; }
	  . "$work/run" ) </dev/null >"$work/log" 2>&1
	result $? "$machine: $(sed -n 's/^\([a-z].*\)/\1/p' "$block" | head -1 | cut -c1-70)" "$work/log"
	if [ -f "$work/daemon" ] && [ "$machine" = office ]; then
		trap 'kill $(cat "$work/daemon") 2>/dev/null; rm -rf "$work"' EXIT
		for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do grep -q "port" "$work/daemon.log" 2>/dev/null && break; sleep 0.2; done
	fi
done
kill -TERM "$(cat "$work/daemon")"
villages() { "$(cat "$work/bin/xunchactl.is")" --profile "$work/home/$1" register list villages --csv; }
same "the restored township is the same" "$(villages town2)" "$(villages town)"
same "the device that asked over the network is in" "$("$(cat "$work/bin/xunchactl.is")" --profile "$work/phone/.local/share/xuncha" --pin-file "$work/pin" register list villages --csv | tail -n +2 | wc -l | tr -d ' ')" 2
"$(cat "$work/bin/xunchactl.is")" --profile "$work/home/town" enrol list --json >"$work/list.json" 2>/dev/null
same "the lost device is revoked" "$(json "$work/list.json" "[w['label'] for w in d if w['revoked']]")" "['02']"
same "the recovery key has left the machine" "$(ls "$work/home/town" | grep -c recovery)" 0
same "every ledger became a workbook" "$(ls "$work/home/台账" | grep -c xlsx)" "$(tail -n +2 "$top/forms/catalog/exports.csv" | awk -F, '$2 == 0' | wc -l | tr -d ' ')"
has "the report is there" "$work/home/年报.html" "2026 年安全工作年报"
has "the cards are there" "$work/home/处置卡.html" "火灾"
has "everything as JSON" "$work/home/全部.jsonl" '"register":"villages"'
exit $failed
