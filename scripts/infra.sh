#!/usr/bin/env bash
# Installs what infra/ needs, checks its types, runs its tests, and synthesises stacks without network or account, which
# cfn-lint then looks at.
# usage: scripts/infra.sh            all of it
#        scripts/infra.sh install    packages alone
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib.sh
source "$root/scripts/lib.sh"

readonly infra=$root/infra
readonly stamp=$infra/node_modules/.locked
readonly cfn_lint=$root/build/peers/bin/cfn-lint
readonly output=$root/build/infra

locked() { sha256sum <"$infra/package-lock.json"; }

# No scripts of packages: none of ours needs any, and they are what a hijacked package runs.
install_packages() {
  if [[ -f $stamp && $(<"$stamp") == "$(locked)" ]]; then return; fi
  step "packages of infra/" npm --prefix "$infra" ci --ignore-scripts --no-audit --no-fund ||
    die "the packages of infra/package-lock.json could not be installed (the npm registry is needed)"
  locked >"$stamp"
}

readonly nobody=http://127.0.0.1:9

# alone [NAME=VALUE...] COMMAND...: in infra/, with no other variables, no keys, no home and no network: in a namespace
# of its own, or where that is not allowed, with proxies that nobody listens at.
alone() {
  local namespace=() variables=(PATH="$PATH" HOME="$output" CI=1 CDK_DISABLE_CLI_TELEMETRY=true)
  if unshare --map-root-user --net true 2>/dev/null; then
    namespace=(unshare --map-root-user --net)
  else
    variables+=("http_proxy=$nobody" "https_proxy=$nobody" "HTTP_PROXY=$nobody" "HTTPS_PROXY=$nobody")
  fi
  (cd "$infra" && "${namespace[@]}" env -i "${variables[@]}" "$@")
}

# synth NAME NAME=VALUE...: the app with these settings and no others.
synth() {
  local name=$1
  shift
  alone CDK_OUTDIR="$output/$name" "$@" node_modules/.bin/tsx bin/app.ts
}

synth_all() {
  rm -rf "$output"
  mkdir -p "$output"
  cp "$root/.env.sample" "$output/sample.env"
  : >"$output/empty.env"
  local datasets=infra/test/datasets
  local none=VDP_ENV_FILE=$output/empty.env
  step "cdk synth offline with .env.sample" alone VDP_ENV_FILE="$output/sample.env" \
    node_modules/.bin/cdk synth --quiet --output "$output/sample" &&
    step "stack of all that there is" synth everything "$none" STAGE=prod DATASET=$datasets/daily/dataset.toml \
      SNS_TOPIC=arn:aws:sns:us-west-2:123456789012:new-files DATA_BUCKET_NOTIFIES=true GARBAGE_COLLECTION_FREQUENCY=2 \
      VERIFY_FREQUENCY=7 GAPS_FREQUENCY=1 ALARM_EMAIL=data-team@example.org STALE_AFTER_HOURS=24 \
      BACKFILL_ENABLED=true FORWARD_QUEUE_ENABLED=true &&
    step "stack in a given bucket and network" synth given "$none" STAGE=dev COLLECTION=v2 \
      DATASET=$datasets/protected/dataset.toml ICECHUNK_BUCKET=given-store VERIFY_FREQUENCY=1 ACCOUNT_ID=123456789012 \
      EARTHDATA_SECRET_ARN=arn:aws:secretsmanager:us-east-1:123456789012:secret:earthdata-AbCdEf \
      VPC_ID=vpc-0123456789abcdef0 VPC_SUBNET_IDS=subnet-0123456789abcdef0 VPC_AVAILABILITY_ZONES=us-east-1a
}

# W3005: the CDK names dependencies that a reference implies already.
lint() {
  [[ -x $cfn_lint ]] || die "cfn-lint is missing: run scripts/python_env.sh"
  step "cfn-lint" "$cfn_lint" --ignore-checks W3005 -- "$output"/*/*.template.json
}

main() {
  local folder vdp=${VDP:-$root/build/release/vdp}
  folder=$("$root/scripts/node.sh") || exit
  export PATH=$folder:$PATH npm_config_update_notifier=false NO_COLOR=1
  install_packages
  if [[ ${1:-} == install ]]; then return; fi
  step "types and format of infra/" npm --prefix "$infra" run --silent check
  [[ -x $vdp ]] || die "$vdp is missing: the tests hold the stack's settings against the engine's"
  (cd "$infra" && VDP=$vdp node_modules/.bin/vitest run --reporter=dot)
  synth_all
  lint
}

main "$@"
