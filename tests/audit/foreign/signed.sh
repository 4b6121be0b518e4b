#!/bin/sh
# signed.sh NOTE VKEY: whether the line that VKEY signs below a checkpoint holds, by docs/evidence.md alone, with openssl.
# A key of the kind 01 signs the text; one of the kind 04 (a witness) signs a time before it, which is printed.
# Exit code 0: it holds; 1: it does not, or there is none.
set -eu
note=$1 vkey=$2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

name=${vkey%%+*}
rest=${vkey#*+}
printf %s "${rest#*+}" | base64 -d > "$place/key"                      # its kind, and the public key
kind=$(head -c 1 "$place/key" | od -An -tx1 | tr -d ' ')
{ printf '%s\n' "$name"; cat "$place/key"; } | openssl dgst -sha256 -binary | head -c 4 > "$place/id"
test "$(od -An -tx1 "$place/id" | tr -d ' ')" = "${rest%%+*}"
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; tail -c 32 "$place/key"; } > "$place/key.der"

awk '{ line[NR] = $0 } $0 == "" { last = NR } END { for (n = 1; n < last; n++) print line[n] }' "$note" > "$place/text"
awk -v name="$name" '{ line[NR] = $0 } $0 == "" { last = NR }
    END { for (n = last + 1; n <= NR; n++) if (split(line[n], part, " ") == 3 && part[1] == "—" && part[2] == name) print part[3] }' \
    "$note" > "$place/lines"

for line in $(cat "$place/lines"); do
    printf %s "$line" | base64 -d > "$place/signed"
    head -c 4 "$place/signed" | cmp -s - "$place/id" || continue       # of another key under this name
    if test "$kind" = 04; then
        time=$(tail -c +5 "$place/signed" | head -c 8 | od -An -tu1 | awk '{ for (n = 1; n <= NF; n++) t = t * 256 + $n } END { printf "%.0f", t }')
        { printf 'cosignature/v1\ntime %s\n' "$time"; cat "$place/text"; } > "$place/message"
        tail -c +13 "$place/signed" > "$place/signature"
    else
        time=
        cp "$place/text" "$place/message"
        tail -c +5 "$place/signed" > "$place/signature"
    fi
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$place/key.der" -rawin \
        -in "$place/message" -sigfile "$place/signature" > "$place/said" 2>&1 || exit 1
    echo "$time"
    exit 0
done
exit 1
