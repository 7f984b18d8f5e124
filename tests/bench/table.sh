#!/bin/sh
# table.sh [PROGRAM…]: runs the benches of the build folder, then prints the numbers of the design as one table: what was
# measured, beside its yardstick of the same run where there is one, and whether the limit holds. Exit 1 when one is broken.
# N1 at its full size: BENCH_BUNDLES=5000; the desk after the guide's year: BENCH_YEAR='600000 200 30 6000' (inspections, writers, villages,
# places); without it a fraction of that. N9 at a desk is measured where the whole program is tested.
set -u
build=${BUILDDIR:-$PWD}
bundles=${BENCH_BUNDLES:-400}
export LC_ALL=C.UTF-8 TZ=UTC PATH="$build/sync:$build/sync/town:$build/tui:$PATH"
[ $# -gt 0 ] || set -- "bench_merge sorted $bundles" "bench_merge arriving $bundles" bench_size bench_ledger bench_fold bench_fill bench_link bench_program "bench_desk ${BENCH_YEAR:-20000 60 12 3000}"
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for program; do
	echo "== $program" >&2
	"$build"/tests/bench/$program >>"$out" || echo "${program%% *}: did not end well, or a limit is broken" >>"$out"
done
cat "$out" >&2
echo
echo "verdict  number"
grep '^N[0-9]' "$out" | sort -V | sed 's/^\(.*\) BROKEN$/BROKEN   \1/; t; s/^/holds    /'
grep 'did not end well' "$out"
! grep -q 'BROKEN$\|did not end well' "$out"
