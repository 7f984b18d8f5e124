# Makes pinyin.inc: the first letter of the reading of every Han character from U+4E00 to U+9FFF, and the further first
# letters of those that are commonly read in several ways. Source: the Unicode Han Database (Unihan_Readings.txt of Debian's
# unicode-data; fields kMandarin and kHanyuPinlu), under the Unicode License.
#
#     bzcat /usr/share/unicode/Unihan_Readings.txt.bz2 | LC_ALL=C awk -f pinyin.awk >pinyin.inc
BEGIN {
	FS = "\t"
	for (i = 0; i < 16; i++)
		hex[substr("0123456789ABCDEF", i + 1, 1)] = i
	split("āáǎàă a ēéěèếềêë e ōóǒò o ńňǹ n ḿ m", part, " ")
	for (p = 1; p in part; p += 2)
		for (i = 1; i <= length(part[p]); i += width) {
			lead = substr(part[p], i, 1)
			width = lead >= "\340" ? 3 : 2
			plain[substr(part[p], i, width)] = part[p + 1]
		}
}
function letter(reading,    c) {
	c = substr(reading, 1, 1)
	if (c ~ /[a-z]/)
		return c
	if (substr(reading, 1, 2) in plain)
		return plain[substr(reading, 1, 2)]
	return plain[substr(reading, 1, 3)]
}
function number(u,    i, n) {
	for (i = 3; i <= length(u); i++)
		n = n * 16 + hex[substr(u, i, 1)]
	return n
}
$2 == "kMandarin" || $2 == "kHanyuPinlu" {
	n = number($1)
	if (n < 19968 || n > 40959)
		next
	count = split($3, reading, " ")
	for (i = 1; i <= count; i++) {
		c = letter(reading[i])
		if ($2 == "kMandarin" && i == 1)
			first[n] = c
		if (c != "" && index(all[n], c) == 0)
			all[n] = all[n] c
	}
}
END {
	print "/* Made by pinyin.awk from the Unicode Han Database 15.0 (Unicode License). Not to be edited. */"
	print "static const char first_letters[] ="
	for (n = 19968; n < 40960; n++) {
		if (first[n] == "")
			first[n] = all[n] == "" ? "." : substr(all[n], 1, 1)
		line = line first[n]
		if (n % 128 == 127) {
			print "\t\"" line "\""
			line = ""
		}
	}
	print "\t;"
	print "\nstatic const struct { uint16_t character; char letters[6]; } other_letters[] = {"
	for (n = 19968; n < 40960; n++) {
		rest = all[n]
		i = index(rest, first[n])
		if (i)
			rest = substr(rest, 1, i - 1) substr(rest, i + 1)
		if (rest == "")
			continue
		line = line sprintf("{ 0x%04x, \"%s\" }, ", n, substr(rest, 1, 5))
		if (length(line) > 130) {
			sub(/ $/, "", line)
			print "\t" line
			line = ""
		}
	}
	if (line != "") {
		sub(/ $/, "", line)
		print "\t" line
	}
	print "};"
}
