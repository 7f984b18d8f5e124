#!/bin/sh
# The rooms of the house: tui -> sync -> forms -> forms/base, never back; each foreign library behind one door; files that
# a person can read in one sitting. TAP.
top=${1:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$top" || exit 1
n=0
holds() {          # holds "what" "offending lines"
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}
includes() { grep -rnE "#include [<\"]($1)" --include='*.[ch]' $2 2>/dev/null; }
only_in() {        # only_in HEADER ALLOWED-PATTERN
	holds "<$1> stays in $2" "$(includes "$1" 'forms sync tui' | grep -vE "^($2)")"
}

echo 1..13
holds "forms includes nothing of sync or tui" "$(includes '(sync|tui)/' forms)"
holds "sync includes nothing of tui" "$(includes 'tui/' sync)"
holds "forms/base includes nothing above itself" "$(includes 'forms/(xlsform|expr|fill|pack)/' forms/base)"
only_in 'n?curses(w/curses)?\.h' 'tui/'
only_in 'lmdb\.h' 'sync/ledger/store/store[a-z_]*\.[ch]:'
only_in 'zstd\.h|zdict\.h' 'sync/bundle/'
only_in 'sodium' 'sync/'
only_in 'jansson\.h' 'forms/base/jdoc\.c:'
only_in 'pcre2\.h' 'forms/expr/'
only_in 'expat\.h|zip\.h' 'forms/xlsform/'
only_in 'curl/' 'sync/exchange/'
only_in 'microhttpd\.h|xlsxwriter\.h' 'sync/town/'
holds "no source file over 600 lines" "$(find forms sync tui tests -name '*.[ch]' | xargs wc -l | awk '$2 != "total" && $1 > 600')"
