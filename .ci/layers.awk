# SPDX-License-Identifier: Apache-2.0
# .ci/layers: awk -f layers.awk ROOMS FILE...

function breach(place, text) {
	print "layers: " place ": " text > "/dev/stderr"
	bad = 1
}

# The table of rooms.
FNR == NR {
	if ($0 ~ /^#/ || NF == 0)
		next
	rooms[++room_count] = $1
	for (i = 2; i <= NF && $i != "none" && $i ~ /^keys\//; i++)
		may[$1] = may[$1] " " $i
	for (; i <= NF; i++)
		if ($i != "none") {
			owner[$i] = owner[$i] " " $1 "/"
			libraries[$i] = 1
		}
	next
}

FNR == 1 {
	if (file != "")
		end_of_file()
	file = FILENAME
	is_test = file ~ /\/tests\//
	room = ""
	for (i = 1; i <= room_count; i++)
		if (index(file, rooms[i] "/") == 1)
			room = rooms[i]
	if (room == "" && !is_test)
		breach(file, "every file has a room")
	seen[file] = 1
	licensed = 0
	body = signature = ""
	in_comment = 0
}

{ lines = FNR }

/SPDX-License-Identifier: Apache-2\.0/ { licensed = 1 }

# "Private to keys/tpm": in the head of a header.
!is_test && FNR < 20 && match($0, /Private to (keys\/)?[a-z]+/) {
	split(substr($0, RSTART, RLENGTH), word, " ")
	private_to[file] = word[3]
}

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
	included($0)
	next
}

# What is in comments and texts is no code. Good enough for the few words that are looked for.
{
	code = $0
	gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
	gsub(/\/\*([^*]|\*[^\/])*\*\//, "", code)
	if (in_comment) {
		if (code !~ /\*\//)
			next
		sub(/^.*\*\//, "", code)
		in_comment = 0
	}
	if (code ~ /\/\*/) {
		sub(/\/\*.*$/, "", code)
		in_comment = 1
	}
}

# json_parse.c may abort: where jansson's memory is refused, the alternative is a heap that is overwritten.
!is_test && room ~ /^keys\// && !(file == "keys/store/json_parse.c" && code ~ /abort\(\)/) &&
    code ~ /(^|[^A-Za-z0-9_.>])(v?f?printf|puts|perror|exit|_exit|abort|errx?|warnx?|syslog|assert)[ \t]*\(/ {
	breach(file ":" FNR, "keys/ never prints, exits or aborts")
}
!is_test && room != "tests-ovmf" && code ~ /(^|[^A-Za-z0-9_])(system|popen)[ \t]*\(/ {
	breach(file ":" FNR, "a system command is never built from text")
}
!is_test && room != "tests-ovmf" && code ~ /(^|[^A-Za-z0-9_])goto[ \t]/ { breach(file ":" FNR, "no goto: owners clean up by scope") }
!is_test && (room == "keys/next" || room == "keys/change") && code ~ /host->tpm([^A-Za-z0-9_]|$)/ {
	breach(file ":" FNR, "the TPM is spoken to through keys/host only")
}

# Functions: "{" in the first column begins a body; what came since the last end of something is the signature.
code ~ /^\{/ {
	if (signature ~ /\(/ && !is_test) {
		n = parameters(signature)
		if (n > 5)
			breach(file ":" FNR, n " parameters: more than five make a request struct")
	}
	start = FNR
	signature = ""
	next
}
code ~ /^\}/ {
	if (start && FNR - start > 60)
		breach(file ":" start, "function over 60 lines (" FNR - start ")")
	start = 0
	signature = ""
	next
}
!start {
	if (code ~ /^[ \t]*$/ || code ~ /;[ \t]*$/ || code ~ /^#/)
		signature = ""
	else
		signature = signature " " code
}

function parameters(s,    depth, n, i, c, from) {
	from = match(s, /[A-Za-z0-9_]\(/)
	while (from && substr(s, 1, from) ~ /(__attribute__|format)$/) { # of the attribute, not of the function
		s = substr(s, from + 1)
		depth = 0
		for (i = 1; i <= length(s); i++) {
			c = substr(s, i, 1)
			depth += (c == "(") - (c == ")")
			if (c == ")" && depth == 0)
				break
		}
		s = substr(s, i + 1)
		from = match(s, /[A-Za-z0-9_]\(/)
	}
	depth = 0
	n = 1
	for (i = from + 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		depth += (c == "(") - (c == ")")
		if (c == "," && depth == 1)
			n++
		if (c == ")" && depth == 0)
			break
	}
	return n
}

function included(line,    header, ours, list, n, i, lib) {
	ours = line ~ /include[ \t]*"/
	header = line
	sub(/^[^"<]*["<]/, "", header)
	sub(/[">].*$/, "", header)
	if (ours)
		uses[file, ++use_count] = header
	if (ours) {
		place_of[use_count] = file ":" FNR
		header_of[use_count] = header
		file_of[use_count] = file
	}
	if (is_test)
		return
	if (!ours) {
		for (lib in libraries)
			if (index(header, lib) == 1 && room != "tests-ovmf" && !owned(file, owner[lib]))
				breach(file ":" FNR, "<" header "> only in" owner[lib])
		return
	}
	if (header ~ /\/tests\// && room != "tests-ovmf")
		breach(file ":" FNR, "a program never includes a test's header")
	if (index(header, room "/") == 1)
		return
	n = split(may[room], list, " ")
	for (i = 1; i <= n; i++)
		if (index(header, list[i]) == 1)
			return
	breach(file ":" FNR, room " may not include \"" header "\"")
}

function owned(path, owners,    list, n, i) {
	n = split(owners, list, " ")
	for (i = 1; i <= n; i++)
		if (index(path, list[i]) == 1)
			return 1
	return 0
}

function end_of_file() {
	if (file ~ /\.h$/ && lines > 120)
		breach(file, "header over 120 lines (" lines ")")
	if (lines > 400)
		breach(file, "over 400 lines (" lines ")")
	if (!licensed)
		breach(file, "no licence line")
}

END {
	if (file != "")
		end_of_file()
	for (i = 1; i <= use_count; i++) {
		p = private_to[header_of[i]]
		if (p != "" && p !~ /^keys\//)
			p = "keys/" p
		if (p != "" && index(file_of[i], p "/") != 1 && file_of[i] !~ /\/tests\//)
			breach(place_of[i], "\"" header_of[i] "\" is private to " p)
	}
	# The lower rooms: each source has its test.
	for (f in seen)
		if (f ~ /^keys\/(core|crypto|tpm|store|archive)\/[^\/]*\.c$/) {
			t = f
			sub(/\/[^\/]*$/, "/tests/test-", t)
			t = t substr(f, match(f, /[^\/]*$/))
			if (!(t in seen))
				breach(f, "has no test twin " t)
		}
	exit bad
}
