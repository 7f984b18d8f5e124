#!/bin/sh
# Bad input: one clear message, the right exit status, nothing half done.
. "$(dirname "$0")/lib.sh"
plan 36
refused 2 "no command" xunchactl
refused 2 "an unknown command" xunchactl fly
refused 2 "an unknown option" ctl town heads --fast
refused 2 "a missing option" ctl town init township --name 样例镇
refused 1 "no profile yet" ctl town heads
echo 12 >"$work/short"
refused 1 "a PIN that is too short" xunchactl --profile "$work/town" --pin-file "$work/short" init township --name 样例镇 --division 990101100 --staff 周敏 --kdf min
refused 1 "a division code that is none" ctl town init township --name 样例镇 --division 12ab --staff 周敏 --kdf min
ok "after all that a township can be founded in the same place" ctl town init township --name 样例镇 --division 990101100 --staff 周敏 --kdf min
if (ulimit -v 6000000 && xunchactl help >/dev/null 2>&1); then
	ok "where the system gives few addresses too" sh -c "ulimit -v 6000000; xunchactl --profile '$work/narrow' --pin-file '$work/pin' init township --name 样例镇 --division 990101100 --staff 周敏 --kdf min"
else
	n=$((n + 1)); echo "ok $n - where the system gives few addresses too # SKIP a build that needs many (sanitizers)"
fi
refused 1 "founding it twice" ctl town init township --name 样例镇 --division 990101100 --staff 周敏 --kdf min
echo 111111 >"$work/wrong"
refused 1 "a wrong PIN" xunchactl --profile "$work/town" --pin-file "$work/wrong" pack publish "$top/forms/catalog"
mkdir "$work/pack"
refused 1 "an empty pack" ctl town pack publish "$work/pack"
printf '{"a": ' >"$work/a.json"
refused 1 "answers that are no JSON" ctl town record submit --form village_new --answers "$work/a.json"
refused 2 "a time that is none" ctl town --now yesterday heads
refused 1 "an enrolment request that is none" xunchactl enrol show "$work/pin"
mkdir "$work/stick"
ok "a township puts its keys on a stick" ctl town sync --dir "$work/stick"
ok "somebody who is not enrolled reads that stick" eval 'ctl worker init writer --name 王秀英 --kdf min && ctl worker sync --dir "$work/stick"'
refused 1 "and believes no township whose code was not typed" ctl worker root show
# What strangers named themselves, and their files, is shown; it commands no terminal.
esc=$(printf '\033')
ok "somebody has a name that would clear the screen" ctl joker init writer --name "王$esc[2J" --kdf min
ctl town enrol show "$work/joker/enrol.request" >"$work/said" 2>&1
has "his request is read all the same" "$work/said" "王?[2J"
lacks "and clears none" "$work/said" "$esc"
mkdir "$work/odd" && echo XCB1 >"$work/odd/a$esc]0;b.xcb"
ctl town merge "$work/odd/a$esc]0;b.xcb" >"$work/said" 2>&1
has "a file of such a name is named" "$work/said" "a?]0;b.xcb"
lacks "and does nothing either" "$work/said" "$esc"
# Nor does a name with a line feed or a tab in it say a line of its own.
nl='a
forged	all is well'
forged() { same "$1" "$(grep -c "^forged\|	" "$work/said")" 0; }
echo XCB1 >"$work/odd/$nl.xcb"
ctl town merge "$work/odd" >"$work/said" 2>&1
has "a file whose name is two lines is named in one" "$work/said" "a?forged?all is well.xcb"
forged "and says nothing else after a merge"
ctl town bundle verify "$work/odd/$nl.xcb" >"$work/said" 2>&1
forged "nor where it is verified"
mkdir -p "$work/odd/XUNCHA/up" && cp "$work/odd/$nl.xcb" "$work/odd/XUNCHA/up" && cp "$work/odd/$nl.xcb" "$work/town/in"
{ ctl town sync --dir "$work/odd"; ctl town status; } >"$work/said" 2>&1
forged "nor from a stick or in/"
cp -r "$top/forms/catalog" "$work/forged" && chmod -R u+w "$work/forged" && echo survey >"$work/forged/lists/$nl.csv"
xunchactl pack check "$work/forged" >"$work/said" 2>&1
has "a list of such a name is named where a pack is checked" "$work/said" "a?forged?all is well"
forged "in one line too"
echo name >"$work/$nl.csv"
ctl town import place_new "$work/$nl.csv" >"$work/said" 2>&1
forged "nor a table that is taken in"
ctl joker enrol request --out "$work/$nl.request" >"$work/said" 2>&1
forged "nor what was written"
# A stick whose folders lead elsewhere, or where something lies that is no file.
mkdir "$work/elsewhere" "$work/led" "$work/odd2"
mkdir "$work/led/XUNCHA" && ln -s "$work/elsewhere" "$work/led/XUNCHA/down"
refused 1 "nothing is written through a link on a stick" ctl town sync --dir "$work/led"
same "elsewhere nothing has come" "$(ls -A "$work/elsewhere")" ""
rm "$work/led/XUNCHA/down" && rmdir "$work/led/XUNCHA" && ln -s "$work/elsewhere" "$work/led/XUNCHA"
refused 1 "nor through one above" ctl town sync --dir "$work/led"
same "elsewhere nothing has come" "$(ls -A "$work/elsewhere")" ""
mkdir -p "$work/odd2/XUNCHA/down" && mkfifo "$work/odd2/XUNCHA/down/roots.new" "$work/odd2/XUNCHA/down/roots"
refused 3 "what waits for a reader that never comes holds nobody up" timeout 20 xunchactl --profile "$work/town" --pin-file "$work/pin" sync --dir "$work/odd2"
exit $failed
