# SPDX-License-Identifier: Apache-2.0
# The demo's output: what is about to happen, what the guest prints meanwhile, and the table at the end.

if [ -t 1 ]; then
	BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m' PLAIN=$'\e[0m'
else
	BOLD='' DIM='' GREEN='' RED='' PLAIN=''
fi

heading() {
	printf '\n%s%s%s\n' "$BOLD" "$*" "$PLAIN"
}

tell() { # narration, one paragraph
	printf '%s\n' "$*" | fold -s -w 96 | sed 's/^/  /; s/ *$//'
}

# What the guest's own programs printed on its console: the stub, the boot helper, etcseal.
guest_lines() { # boot's folder
	console_text "$1" | grep -aE '^etcseal: |type the recovery key' | sed 's/^ *//' | fold -s -w 88 |
		sed "s/^/      $DIM|$PLAIN /" || :
}

guest_file() { # file that the job left, maximum number of lines
	[ ! -s "$1" ] || head -n "$2" "$1" | sed "s/^/      $DIM|$PLAIN /"
}

# Waits for boots in the background and shows progress; fails if one of them failed.
progress() { # words, pids
	local words=$1 start=$SECONDS pid status=0
	shift
	for pid in "$@"; do
		while ! ended_within "$pid" 5; do
			[ -t 1 ] && printf '\r    %s … %d s' "$words" $((SECONDS - start))
		done
		wait "$pid" || status=1
	done
	[ -t 1 ] && printf '\r'
	printf '    %s: %d s\n' "$words" $((SECONDS - start))
	return $status
}

TABLE=() TABLE_WRONG=0

row() { # what, what the guest said, what it should have said (an extended pattern, whole)
	local said=${2:-(nothing)} sign=yes
	if ! grep -qxE -- "$3" <<<"$said"; then
		sign=NO
		TABLE_WRONG=$((TABLE_WRONG + 1))
	fi
	TABLE+=("$1"$'\t'"$said"$'\t'"$sign")
}

table_print() {
	local line what said sign act=
	printf '  %s%-58s %-38s %s%s\n' "$BOLD" "" "the guest said" "as it should" "$PLAIN"
	for line in "${TABLE[@]}"; do
		IFS=$'\t' read -r what said sign <<<"$line"
		if [ "${what%%:*}" != "$act" ]; then
			act=${what%%:*}
			printf '  %s%s%s\n' "$BOLD" "$act" "$PLAIN"
		fi
		case $sign in
		yes) sign=$GREEN$sign$PLAIN ;;
		*) sign=$RED$sign$PLAIN ;;
		esac
		printf '    %-56s %-38s %s\n' "${what#*: }" "$said" "$sign"
	done
}
