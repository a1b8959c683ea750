#!/bin/sh
# Checks import dumps against rules in any CI system, and leaves a report:
#
#     import-audit-check.sh DUMPS [RULE]...       as in: import-audit-check.sh dumps/ --max-failed 2% --require-complete
#
# Writes into $IMPORT_AUDIT_OUTPUT (import-audit by default): junit.xml for the CI system, audit/ with the report for people.
# The status is that of `import-audit check`: 0 if all rules are met, 1 if one is not, 65 or 66 if not everything was read.
set -eu
if [ $# -lt 1 ]; then
    echo "Usage: $0 DUMPS [RULE]..." >&2
    exit 64
fi
dumps=$1
shift
output=${IMPORT_AUDIT_OUTPUT:-import-audit}
program=${IMPORT_AUDIT_BINARY:-import-audit}
mkdir -p "$output"

status=0
"$program" check "$@" --format junit --quiet -- "$dumps" >"$output/junit.xml.partial" || status=$?
if [ "$status" -eq 64 ]; then
    rm -f "$output/junit.xml.partial"
    exit 64
fi
mv "$output/junit.xml.partial" "$output/junit.xml"

# The report is for reading; the rules were checked above. 65 and 66 are in it, too.
"$program" report --quiet -o "$output/audit" -- "$dumps" || {
    reported=$?
    case $reported in 65 | 66) ;; *) [ "$status" -ne 0 ] || status=$reported ;; esac
}
exit "$status"
