#!/usr/bin/env bash
# Makes the documents in ingest/testdata/made anew, from the sources in it, with
# the programs that its README.md names. What a program writes differs from run
# to run in ids and dates, so make them anew only to change them, and then read
# what `go test ./ingest -run Made -update` changes.
set -euo pipefail
cd "$(dirname "$0")/../ingest/testdata/made"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
office() { soffice --headless "-env:UserInstallation=file://$work/profile" "$@" >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }; }
convert() { # convert FORMAT SOURCE...
  local format=$1; shift
  office --convert-to "$format" --outdir . "${@/#/source/}"
}

for format in docx odt pdf epub; do convert "$format" travel-en.fodt travel-zh.fodt; done
for format in ods xlsx; do convert "$format" rates-en.fods rates-zh.fods; done
for format in odp pptx; do convert "$format" welcome-en.fodp welcome-zh.fodp; done
convert pdf welcome-en.fodp
convert rtf secret-en.fodt
convert doc secret-en.fodt
convert 'pdf:writer_pdf_Export:{"EncryptFile":{"type":"boolean","value":"true"},"DocumentOpenPassword":{"type":"string","value":"larkfield"}}' secret-en.fodt
mv secret-en.pdf password-en.pdf
convert 'pdf:writer_pdf_Export:{"RestrictPermissions":{"type":"boolean","value":"true"},"PermissionPassword":{"type":"string","value":"larkfield"}}' secret-en.fodt
mv secret-en.pdf restricted-en.pdf

for language in en zh; do
  chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer --user-data-dir="$work/chromium" \
    --print-to-pdf="rules-$language.pdf" "source/rules-$language.html" 2>/dev/null
done

python3 make.py plain
office --accept="pipe,name=bureau;urp" & # the two that convert-to cannot give a password
/usr/bin/python3 make.py secret bureau   # the Python that has LibreOffice's module
wait
