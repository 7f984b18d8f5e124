#!/bin/sh
# The English catalogue is whole: every string of the sources is in it, translated, with the same format directives. TAP.
top=$(cd "$(dirname "$0")/.." && pwd)
command -v xgettext >/dev/null || { echo "1..0 # SKIP no xgettext"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$top" || exit 1
echo 1..2
if msgfmt -c -o /dev/null tui/po/en.po 2>"$work/err"; then echo "ok 1 - en.po is sound"; else echo "not ok 1 - en.po is sound"; sed 's/^/# /' "$work/err"; fi
find forms sync tui -name '*.[ch]' | LC_ALL=C sort >"$work/files"
xgettext --from-code=UTF-8 --language=C -k_ -kN_ --no-location -o "$work/new.pot" -f "$work/files" 2>/dev/null
msgmerge -q --no-fuzzy-matching -o "$work/merged.po" tui/po/en.po "$work/new.pot" 2>/dev/null
msgattrib --untranslated --no-obsolete "$work/merged.po" >"$work/missing.po"
if [ ! -s "$work/missing.po" ]; then echo "ok 2 - every string has its English"; else echo "not ok 2 - every string has its English"; sed -n 's/^msgid/# msgid/p' "$work/missing.po" | head -60; fi
