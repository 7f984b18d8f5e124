#!/bin/sh
# A village works as a team with no township to be reached: three devices, a stick, a phone that may write only where Termux may, a
# message. Everyone has everything; what the township hears later is the same.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
plan 33
stick=$work/stick
mkdir -p "$stick/Android/data/com.termux/files" "$work/storage" "$work/chat" "$work/share" "$work/bin"
ln -s "$stick/Android/data/com.termux/files" "$work/storage/external-1"      # as termux-setup-storage makes it
cat >"$work/bin/termux-share" <<W
#!/bin/sh
# stand-in: the chat gives the file another name
cp "\$3" "$work/chat/接收到的文件 (\$(ls "$work/chat" | wc -l)).bin"
W
chmod +x "$work/bin/termux-share"
hazards() { ctl "$1" register list hazards --csv | wc -l | tr -d ' '; }
ok "a township" make_town
ok "a grid worker" make_device wang 王秀英 GRID
ok "the village's manager" make_device li 李军 VADM
ok "another grid worker, with a phone" make_device sun 孙桂兰 GRID
ok "and who relieves the manager" make_device zhao 赵强 VADM
mv "$work/town" "$work/far away"

ok "the worker records a hazard" inspect wang
ok "and copies to a stick" ctl wang sync --dir "$stick"
ok "the phone reads the stick from where it may write" ctl sun sync --dir "$work/storage/external-1"
same "and knows the hazard" "$(hazards sun)" 2
ok "the phone records another" inspect sun
ok "and writes it there" ctl sun sync --dir "$work/storage/external-1"
same "nowhere else on the stick" "$(find "$stick/Android" -name '*.xcb' | wc -l | tr -d ' ') $(ls "$stick/XUNCHA/up" | wc -l | tr -d ' ')" "$(find "$stick/Android" -name '*.xcb' | wc -l | tr -d ' ') 1"
ok "the manager reads the stick" ctl li sync --dir "$stick"
same "and knows both" "$(hazards li)" 3
ok "the worker too" ctl wang sync --dir "$stick"
same "all three hold the same" "$(ctl wang digest) $(ctl sun digest)" "$(ctl li digest) $(ctl li digest)"

# Who comes on duty goes on from what the one before left open, whose device it was made on.
cat >"$work/duty.json" <<'J'
{"on": "2026-07-12", "shift": "day", "org": "=name:石桥村委会", "leader": "李军", "officer": "李军", "kind": "zero", "pending": "三岔口积水, 夜里再看", "takes": "赵强"}
J
echo '{"kind": "zero"}' >"$work/relief.json"
ok "the manager hands the duty over" ctl li record submit --form duty_entry --answers "$work/duty.json"
ok "by the stick" ctl li sync --dir "$stick"
ok "to who takes it" ctl zhao sync --dir "$stick"
ok "who says only that nothing has come since" ctl zhao record submit --form duty_entry --answers "$work/relief.json"
same "what was left open is still open, and it is he who is on duty" "$(ctl zhao --json register list duty_log --where "\${officer} = '赵强'" | python3 -c 'import json, sys; f = json.load(sys.stdin)[0]["fields"]; print(f["pending"], f["shift"], f["off"])')" "三岔口积水, 夜里再看 day 赵强"

echo '{"kind": "zero", "pending": "水退了, 看过了"}' >"$work/relief.json"
ok "a manager whose clock is years ahead hands over once more" ctl li --now 2031-01-01T08:00 record submit --form duty_entry --answers "$work/duty.json"
ok "the other hears it" sh -c 'xunchactl --profile "$1/li" --pin-file "$1/pin" sync --dir "$1/stick" && xunchactl --profile "$1/zhao" --pin-file "$1/pin" sync --dir "$1/stick"' - "$work"
ok "and writes what came of it" ctl zhao record submit --form duty_entry --answers "$work/relief.json"
echo '{"kind": "zero", "shift": "night"}' >"$work/relief.json"
ok "and goes on at night" ctl zhao record submit --form duty_entry --answers "$work/relief.json"
same "from what was said last, not from what is dated last" "$(ctl zhao --json register list duty_log --where "\${shift} = 'night'" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["fields"]["pending"])')" "水退了, 看过了"

# By message, file by file, under whatever names.
ok "the phone records a third" inspect sun
ok "and puts its bundles aside" ctl sun bundle export --to "$work/share"
for f in "$work"/share/XUNCHA/up/*; do "$work/bin/termux-share" -a send "$f"; done
ok "the manager saves what came by chat" ctl li sync --dir "$work/chat"
same "and has the third" "$(hazards li)" 4

mv "$work/far away" "$work/town"
ok "weeks later the manager brings the stick" ctl li sync --dir "$stick"
ok "to the township" ctl town merge "$stick"
same "which then knows what the village knows" "$(ctl town register list hazards --csv)" "$(ctl li register list hazards --csv)"
exit $failed
