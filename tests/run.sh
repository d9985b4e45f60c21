# ./busker test: every test project, the clients in JavaScript, the console. Sourced by the launcher.
# Each suite is one job; two run side by side, and the shared PostgreSQL of tests/Support lives as long as the run.
# shellcheck shell=bash

results=.busker/test/results
suite_limit=${BUSKER_TEST_LIMIT:-600} # seconds after which a suite counts as hung

# count FILE: "passed failed" as told by vstest, node --test or vitest
count() {
  sed -E 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    /^(Passed|Failed)! +- Failed:/ { gsub(/[,:]/, " "); for (i = 1; i < NF; i++) { if ($i == "Failed") f += $(i+1); if ($i == "Passed") p += $(i+1); if ($i == "Skipped") f += $(i+1) } }
    /^(#|ℹ) pass [0-9]+$/ { p += $3 }
    /^(#|ℹ) (fail|cancelled|skipped|todo) [0-9]+$/ { f += $3 }
    /^ +Tests +.*[0-9]+ (passed|failed)/ { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i-1); if ($i ~ /^(failed|skipped)/) f += $(i-1) } }
    END { print p + 0, f + 0 }'
}

# suite NAME: runs one suite, writes what it said and "passed failed seconds"
suite() {
  local name=$1 out=$results/$1.out started=$SECONDS code=0 passed failed limit=()
  ! command -v timeout >/dev/null || limit=(timeout --kill-after=10 "$suite_limit")
  case $name in
    Interop) "${limit[@]}" node --test --test-reporter=tap --test-concurrency=1 tests/Interop/*.test.mjs ;;
    console | sdk-*) "${limit[@]}" npm --prefix "${name/sdk-/sdk/}" test --silent ;;
    *) "${limit[@]}" dotnet vstest "tests/$name.Tests/bin/Release/net10.0/Busker.$name.Tests.dll" ;;
  esac >"$out" 2>&1 </dev/null || code=$?
  read -r passed failed <<<"$(count "$out")"
  local note=""
  if [ "$code" = 124 ] || [ "$code" = 137 ]; then note=" (hung: stopped after $suite_limit s)" failed=$((failed + 1))
  elif [ "$((passed + failed))" = 0 ]; then note=" (ran nothing)" failed=1
  elif [ "$code" != 0 ] && [ "$failed" = 0 ]; then note=" (crashed with exit code $code)" failed=1; fi
  echo "$passed $failed" >"$results/$name.sum"
  printf '%-16s %5d passed %4d failed %5d s%s\n' "$name" "$passed" "$failed" "$((SECONDS - started))" "$note"
  [ "$failed" = 0 ] || { echo "--- what $name said:"; grep -vE '^(  Passed |ok [0-9])' "$out" | head -n 400; echo "---"; }
}

# A project without a test yet may be there; one with test files that runs nothing is a failure.
suites() {
  local project name
  for project in tests/*.Tests; do
    name=$(basename "$project" .Tests)
    [ -z "$(find "$project" \( -name bin -o -name obj \) -prune -o -name '*.cs' -print | head -n 1)" ] || echo "$name"
  done
  ! ls tests/Interop/*.test.mjs >/dev/null 2>&1 || echo Interop
  for project in sdk/*/; do
    ! grep -qs '"test":' "$project/package.json" || echo "sdk-$(basename "$project")"
  done
  ! grep -qs '"test":' console/package.json || echo console
}

# Tools that some tests need: taken from Debian's packages when that is allowed.
bring() { # COMMAND PACKAGE WHY
  ! command -v "$1" >/dev/null || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    if { apt-get install -y --no-install-recommends "$2" || { apt-get update && apt-get install -y --no-install-recommends "$2"; }; } \
      >"$state/apt.log" 2>&1; then say "installed $2"; return 0; fi
  fi
  say "$3 need $1: install the package $2 (apt-get install $2)."
}

wanted() { grep -rqs --include='*.mjs' --include='*.ts' --include='*.tsx' --include='*.cs' --exclude-dir=node_modules --exclude-dir=bin --exclude-dir=obj \
  -- "$1" tests/Interop tests/*.Tests console sdk; }

run_tests() {
  local name passed failed all_passed=0 all_failed=0
  require dotnet; require node
  engines; npm_ci tests/Interop "installing the clients that the interop tests use"
  for name in sdk/*/; do npm_ci "${name%/}" "installing what $name is built with"; done
  console
  stamped cli "${build_inputs[@]}" -- dotnet_build "building" Busker.slnx
  mkdir -p "$state" "$results"; rm -f "$results"/*
  command -v chromium >/dev/null || ! wanted chromium || bring chromium chromium "The tests of pages in a browser"
  command -v curl >/dev/null || ! wanted curl || bring curl curl "The tests with curl"

  # Holding the shared lock keeps one database server for the whole run; its watchdog stops it when the run is gone.
  local members=.busker/test/members
  if command -v flock >/dev/null; then touch "$members"; exec 9<"$members"; flock -s 9; fi
  export -f suite count; export results suite_limit
  local -a names; if [ $# -gt 0 ]; then names=("$@"); else mapfile -t names < <(suites); fi
  printf '%s\n' "${names[@]}" | xargs -P "${BUSKER_TEST_JOBS:-2}" -I{} bash -c 'set -uo pipefail; exec 9<&-; suite "$1"' suite {}
  if command -v flock >/dev/null; then
    exec 9<&-
    flock -w 60 -x "$members" true || { echo "A test left a process behind that still holds the database."; all_failed=1; }
  fi
  for name in "${names[@]}"; do
    read -r passed failed <"$results/$name.sum" || { passed=0; failed=1; }
    all_passed=$((all_passed + passed)) all_failed=$((all_failed + failed))
  done
  echo "$all_passed passed, $all_failed failed"
  [ "$all_failed" = 0 ] && [ "$all_passed" -gt 0 ]
}
