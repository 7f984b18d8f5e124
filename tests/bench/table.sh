#!/bin/sh
# table.sh [PROGRAM…]: runs the benches of the build folder, then prints the numbers of the design as one table: what was
# measured, beside its yardstick of the same run where there is one, and whether the limit holds. Exit 1 when one is broken.
# N1 at its full size: BENCH_BUNDLES=5000. N9 at a desk and N11 are measured where the whole program and the links are tested.
set -u
build=${BUILDDIR:-$PWD}
bundles=${BENCH_BUNDLES:-400}
export LC_ALL=C.UTF-8 TZ=UTC PATH="$build/sync:$build/sync/town:$build/tui:$PATH"
[ $# -gt 0 ] || set -- "bench_merge sorted $bundles" "bench_merge arriving $bundles" bench_size bench_ledger bench_fold bench_fill bench_program
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
