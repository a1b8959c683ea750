# The counts of all given dumps, with one jq.
reduce inputs.results[] as $row ({rows: 0, created: 0, existing: 0, failed: 0, codes: {}};
  .rows += 1
  | if $row.error != null then .failed += 1 | .codes[$row.error.code // ""] += 1
    elif $row.existing then .existing += 1
    elif $row.created then .created += 1
    else . end)
| "\(.rows) \(.created) \(.existing) \(.failed) \(.codes | length) \(.codes | add // 0)"
