#!/bin/sh
# What the commands take, what the help says, what the manual explains and what the shell completes is the same.
. "$(dirname "$0")/lib.sh"
needs_town
plan 10
xunchactl help >"$work/help"
python3 - "$work/help" "$top" "$work" <<'P'
import glob, re, sys
help_file, top, work = sys.argv[1:]
options = lambda text: set(re.findall(r'--[a-z][a-z-]*', text))
commands = {}
for line in open(help_file, encoding='utf-8'):
    if re.match(r'  [a-z]', line):
        words = line.split()
        name = []
        while words and re.fullmatch(r'[a-z][a-z-]*', words[0]):
            name.append(words.pop(0))
        commands[' '.join(name)] = ' '.join(words)

# The manual: what stands behind .TP, a heading and its text; macros, fonts and quotes away.
def plain(line):
    line = re.sub(r'^\.(B|I|BI|BR|IR|IB|RB|RI)\s+', '', line)
    return re.sub(r'\\f[BIRP]', '', line).replace('\\-', '-').replace('\\(lq', '').replace('\\(rq', '').replace('"', '').strip()
entries = []
for block in re.split(r'^\.TP\n', open(top + '/packaging/man/xunchactl.1', encoding='utf-8').read(), flags=re.M)[1:]:
    lines = re.split(r'^\.SH', block, flags=re.M)[0].split('\n')
    heading = re.sub(r'\s+', ' ', plain(lines[0]))
    entries.append((heading, ' '.join(plain(l) for l in lines)))
def name_of(heading):
    best = ''
    for name in commands:
        if (heading + ' ').startswith(name + ' ') and len(name) > len(best):
            best = name
    return best
manual = {}
for heading, text in entries:
    if name_of(heading):
        manual.setdefault(name_of(heading), []).append((heading, text))
globals_ = {'--profile', '--as', '--pin-file', '--json', '--now', '--lang', '--help', '--version'}
out = lambda name, lines: open('%s/%s' % (work, name), 'w', encoding='utf-8').write(''.join(l + '\n' for l in lines))
out('unexplained', sorted(set(commands) - set(manual)))
out('options', [n + ': ' + ' '.join(sorted(options(u) ^ options(' '.join(h for h, _ in manual[n])))) for n, u in sorted(commands.items())
                if n in manual and options(u) != options(' '.join(h for h, _ in manual[n]))])
taken = set()
for path in glob.glob(top + '/sync/ctl/*.c'):
    taken |= set(re.findall(r'ctl_(?:take|flag|need)\(c?&?c?, "(--[a-z-]+)"', open(path, encoding='utf-8').read()))
said = set().union(*(options(u) for u in commands.values())) | globals_
out('unsaid', sorted(taken - said))
out('unknown', sorted(said - taken - {'--lang'}))
out('globals', sorted(globals_ - options(' '.join(h for h, _ in entries))))
P
none() { same "$1" "$(cat "$work/$2")" ""; }
same "there are commands to compare" "$([ "$(grep -c '^  [a-z]' "$work/help")" -ge 55 ] && echo yes)" yes
none "every command is explained in the manual" unexplained
none "with the options that the help says, and no others" options
none "no option is taken that the help does not say" unsaid
none "and none is said that is not taken" unknown
none "what goes before any command is explained too" globals

# The completion, as bash would ask it.
complete() {       # complete WORD…: what the last one could become
	bash -c '. "$0"; COMP_WORDS=(xunchactl "$@"); COMP_CWORD=$#; _xunchactl; echo "${COMPREPLY[*]}"' "$top/packaging/completion/xunchactl.bash" "$@"
}
same "the first word of a command" "$(complete en)" enrol
same "the second, hyphens and all" "$(complete --profile "$work" record a)" "adopt after-loss amend"
same "its own options" "$(complete enrol revoke 02 --las)" "--last"
same "those of the whole program, and of no other command" "$(complete pack publish --)" "--anyway --as --dry-run --help --json --lang --now --pin-file --profile --version"
exit $failed
