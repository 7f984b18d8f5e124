# Completion of xunchactl for bash: commands come from `xunchactl help` itself, so it cannot go stale.
_xunchactl() {
	local word=${COMP_WORDS[COMP_CWORD]} line
	line="${COMP_WORDS[*]:1:COMP_CWORD-1}"
	if [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W "--profile --as --pin-file --json --now --lang $(xunchactl help 2>/dev/null | grep -oE -- '--[a-z]+' | sort -u)" -- "$word"))
		return
	fi
	COMPREPLY=($(compgen -W "$(xunchactl help 2>/dev/null | sed -n 's/^  \([a-z][a-z ]*[a-z]\).*/\1/p' |
		awk -v typed="$line" '{ n = split(typed, have, " "); split($0, want, " "); for (i = 1; i <= n; i++) if (have[i] != want[i]) next; print want[n + 1] }' | sort -u)" -- "$word"))
	[ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -F _xunchactl xunchactl
