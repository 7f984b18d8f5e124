#!/bin/sh
# A new version of the pack is compared with the one in force: what changes is said, what would hide old answers is refused unless it
# is meant, and nothing is published by looking.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/town.sh"
plan 20
edit() { python3 - "$work/pack/$1" "$2" "$3" <<'P'
import sys
path, old, new = sys.argv[1:]
text = open(path, encoding='utf-8', newline='').read()
old, new = old.encode().decode('unicode_escape').encode('latin-1').decode(), new.encode().decode('unicode_escape').encode('latin-1').decode()
assert old in text, (path, old)
open(path, 'w', encoding='utf-8', newline='').write(text.replace(old, new, 1))
P
}
version() { ctl town pack show --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["version"])'; }
messages() { json "$work/said.json" "[m['message'] for m in d if m['severity'] == '$1']"; }
ok "a township with a pack" make_town
first=$(version)
cp -r "$top/forms/catalog" "$work/pack"
refused 1 "the same version again is not published" ctl town pack publish "$work/pack"
has "it is said to take another number" "$work/err" 换一个版本号
edit pack.csv "version,$first" "version,t2"
ctl town pack publish "$work/pack" --dry-run --json >"$work/said.json" 2>"$work/err"
result $? "the same content under another version could be published" "$work/err"
same "it changes nothing" "$(messages change)" "[]"
same "and looking published nothing" "$(version)" "$first"
edit codes.csv "unit,d," "unit,tt2,吨,tonnes,98,\nunit,d,"
edit codes.csv "yesno,yes,是" "yesno,yes,是的"
ctl town pack publish "$work/pack" --dry-run >"$work/words"
has "before, what was compared is said in words" "$work/words" "2 处改动"
ctl town pack publish "$work/pack" --json >"$work/said.json" 2>"$work/err"
result $? "a word more and a word in other words are published" "$work/err"
same "both are said" "$(messages change | grep -o 'unit/tt2\|yesno/yes' | sort | tr '\n' ' ')" "unit/tt2 yesno/yes "
same "it is in force" "$(version)" t2

edit pack.csv "version,t2" "version,t3"
edit codes.csv "unit,tt2,吨,tonnes,98,\n" ""
refused 1 "a word that records may use is taken out: refused" ctl town pack publish "$work/pack"
has "which one" "$work/err" tt2
has "and what to do" "$work/err" --anyway
same "nothing was published" "$(version)" t2
ok "with --anyway it is" ctl town pack publish "$work/pack" --anyway
same "and in force" "$(version)" t3

# `pack check` and publishing look at the pack as a whole, not table by table.
mkdir "$work/broken"
cp -r "$work/pack/." "$work/broken"
cp "$top/tests/pack/broken/card_too_long/cards/fire.md" "$work/broken/cards/fire.md"
ctl town pack check "$work/broken" --json >"$work/said.json" 2>/dev/null
same "a mistake that no table shows by itself is told" "$(json "$work/said.json" "len(d) > 0 and d[0]['file']")" cards/fire.md
xunchactl pack check "$top/forms/catalog" >/dev/null 2>"$work/err"
result $? "the shipped pack has none" "$work/err"
refused 2 "a word too many" ctl town pack publish "$work/pack" again
ok "the township's registers are the same as ever" ctl town check
exit $failed
