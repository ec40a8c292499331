#!/usr/bin/env bash
# Scans for action.yml. What to do comes in AISCAN_* variables, and nothing of it is evaluated.
#
# Ends well whatever the scan says: the report has to be uploaded first, and the last step of the
# action decides by the exit code that is handed on here.
set -euo pipefail

# Each line is one word; spaces and quotes are part of it.
words() {
  while IFS= read -r word || [ -n "$word" ]; do
    word=${word%$'\r'}
    if [ -n "$word" ]; then printf '%s\0' "$word"; fi
  done <<<"$1"
}

arguments=()
while IFS= read -r -d '' word; do arguments+=("$word"); done < <(words "${AISCAN_ARGUMENTS:-}")
paths=()
while IFS= read -r -d '' word; do paths+=("$word"); done < <(words "${AISCAN_PATHS:-.}")

sarif="$RUNNER_TEMP/aiscan.sarif"
rm -f -- "$sarif"

status=0
"${AISCAN_BINARY:-aiscan}" scan \
  --format github \
  --output "sarif=$sarif" \
  --fail-on "${AISCAN_FAIL_ON:-high}" \
  --min-confidence "${AISCAN_MIN_CONFIDENCE:-medium}" \
  ${arguments[@]+"${arguments[@]}"} \
  -- ${paths[@]+"${paths[@]}"} || status=$?

{
  echo "exit-code=$status"
  if [ -s "$sarif" ]; then echo "sarif=$sarif"; fi
} >>"$GITHUB_OUTPUT"
