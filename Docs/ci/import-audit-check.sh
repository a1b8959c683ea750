#!/bin/sh
# Checks import dumps against rules in any CI system, and leaves a report:
#
#     import-audit-check.sh DUMPS RULE...       as in: import-audit-check.sh dumps/ --max-failed 2% --require-complete
#
# Writes into $IMPORT_AUDIT_OUTPUT (import-audit by default): junit.xml for the CI system, audit/ with the report for people.
# The status is that of `import-audit check`: 0 if all rules are met, 1 if one is not, 65 or 66 if not everything was read; or
# 127 if import-audit is not installed. If nothing was checked, the junit.xml of an earlier run stays.
set -eu
if [ $# -lt 2 ]; then
    echo "Usage: $0 DUMPS RULE..." >&2
    exit 64
fi
dumps=$1
shift
output=${IMPORT_AUDIT_OUTPUT:-import-audit}
program=${IMPORT_AUDIT_BINARY:-import-audit}
if ! command -v "$program" >/dev/null; then
    echo "$0: $program was not found: install import-audit, or name it in IMPORT_AUDIT_BINARY." >&2
    exit 127
fi
mkdir -p "$output"

# Hidden files are not read as inputs, so the folder may be among the dumps.
draft=$output/.junit.xml.partial
trap 'rm -f "$draft"' EXIT
status=0
"$program" check "$@" --format junit --quiet -- "$dumps" >"$draft" || status=$?
# With other statuses, and if nothing was printed, nothing was checked; the reason is on standard error.
case $status in 0 | 1 | 65 | 66) ;; *) exit "$status" ;; esac
[ -s "$draft" ] || exit "$status"
mv "$draft" "$output/junit.xml"

# The report is for reading; the rules were checked above. 65 and 66 are in it, too.
"$program" report --quiet -o "$output/audit" -- "$dumps" || {
    reported=$?
    case $reported in 65 | 66) ;; *) [ "$status" -ne 0 ] || status=$reported ;; esac
}
exit "$status"
