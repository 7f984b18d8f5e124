# Completion of xunchactl for bash: commands and their options come from `xunchactl help` itself, so it cannot go stale.
_xunchactl() {
	local word=${COMP_WORDS[COMP_CWORD]} typed= i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--profile | --as | --pin-file | --now | --lang) ((i++)) ;;
		--*) ;;
		*) typed+=" ${COMP_WORDS[i]}" ;;
		esac
	done
	# The words that may follow, and the options of the longest command that was typed.
	COMPREPLY=($(compgen -W "$(xunchactl help 2>/dev/null | awk -v typed="$typed" -v option="${word:0:1}" '
		/^  [a-z]/ {
			n = split(typed, have, " ")
			for (k = 0; k < NF && $(k + 1) ~ /^[a-z][a-z-]*$/; k++) { }
			for (i = 1; i <= n && i <= k && have[i] == $i; i++) { }
			if (i > n && k > n && option != "-") print $(n + 1)
			if (i > k && k >= longest) {
				longest = k
				options = ""
				while (match($0, /--[a-z][a-z-]*/)) {
					options = options "\n" substr($0, RSTART, RLENGTH)
					$0 = substr($0, RSTART + RLENGTH)
				}
			}
		}
		END { if (option == "-") print "--profile\n--as\n--pin-file\n--json\n--now\n--lang\n--help\n--version" options }' | sort -u)" -- "$word"))
	[ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -F _xunchactl xunchactl
