#!/usr/bin/env bash
# Starts a backfill on AWS, and prints the ARN of its execution; what to type next goes to standard error.
# usage: scripts/start_backfill.sh [-e ENV_FILE] NAME INVENTORY
#   NAME        of the backfill. The same name with the same inventory goes on where an earlier execution ended.
#   INVENTORY   s3://BUCKET/KEY or a file here; `list:` lists the source, `enumerate:` names what the axis should have
# The stack is that of STACK_NAME and ACCOUNT_REGION, of the environment or of ENV_FILE (.env unless given).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib.sh
source "$root/scripts/lib.sh"

env_file=${VDP_ENV_FILE:-$root/.env}

usage() {
  sed -n 's/^# \{0,1\}//; 3,6p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# setting NAME DEFAULT: of the environment, or else of the file, by the rules of docs/deploy.md.
setting() {
  local value=${!1:-}
  if [[ -z $value && -f $env_file ]]; then
    value=$(sed -nE "s/^[[:blank:]]*(export[[:blank:]]+)?$1[[:blank:]]*=[[:blank:]]*//p" "$env_file" | tail -n 1 |
      sed -E "s/\r\$//; s/^\"([^\"]*)\".*/\1/; t; s/^'([^']*)'.*/\1/; t; s/(^|[[:blank:]])#.*//; s/[[:blank:]]+\$//")
  fi
  printf '%s\n' "${value:-$2}"
}

# output KEY: of the stack.
output() {
  local value
  value=$(aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue") || die "the stack $stack was not found in $AWS_REGION"
  [[ -n $value && $value != None ]] ||
    die "the stack $stack has no output $1: deploy it with BACKFILL_ENABLED=true (docs/backfill.md)"
  printf '%s\n' "$value"
}

# Two backfills at once would only be in each other's way.
refuse_where_one_runs() {
  local running
  running=$(aws stepfunctions list-executions --state-machine-arn "$1" --status-filter RUNNING --max-items 1 \
    --query 'executions[0].executionArn' --output text | head -n 1)
  [[ -z $running || $running == None ]] || die "a backfill runs already: $running"
}

# keep INVENTORY ARTIFACTS: copies it beside the artifacts, as the functions may read no other place; prints where. The
# name follows from the content, so that a run reads what it began with, whatever becomes of the original.
keep() {
  local local_copy name target
  if [[ $1 == list: || $1 == enumerate: ]]; then
    printf '%s\n' "$1"
    return
  fi
  local_copy=$(mktemp)
  case $1 in
    s3://*) aws s3 cp --only-show-errors "$1" "$local_copy" >&2 || die "the inventory $1 cannot be read" ;;
    *) cp -- "$1" "$local_copy" || die "the inventory $1 cannot be read" ;;
  esac
  name=$(basename -- "$1" | tr -c 'A-Za-z0-9._\n-' _)
  target=$2/inventories/$(sha256sum <"$local_copy" | cut -c 1-16)/$name
  aws s3 cp --only-show-errors "$local_copy" "$target" >&2 || die "the inventory cannot be written to $target"
  rm -f "$local_copy"
  printf '%s\n' "$target"
}

main() {
  while getopts e: option; do
    case $option in
      e) env_file=$OPTARG ;;
      *) usage ;;
    esac
  done
  shift $((OPTIND - 1))
  (($# == 2)) || usage
  [[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]] ||
    die "NAME: found '$1', expected 1 to 64 letters, digits and ._-, a letter or digit first"
  command -v aws >/dev/null || die "aws, the command line of AWS, is missing"
  stack=$(setting STACK_NAME virtualizarr-data-pipelines)
  AWS_REGION=$(setting ACCOUNT_REGION us-east-1)
  # The first version of the command line knows the other name alone.
  export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION AWS_PAGER=

  local machine artifacts inventory execution
  machine=$(output BackfillStateMachineArn)
  artifacts=$(output BackfillArtifactsUrl)
  refuse_where_one_runs "$machine"
  inventory=$(keep "$2" "$artifacts")
  # Names of executions are taken for 90 days; a backfill may need several.
  execution=$(aws stepfunctions start-execution --state-machine-arn "$machine" --name "$1-$(date -u +%Y%m%d%H%M%S)" \
    --input "{\"name\": \"$1\", \"inventory_uri\": \"$inventory\"}" --query executionArn --output text)
  printf '%s\n' "$execution"
  say "How it does:    aws stepfunctions describe-execution --region $AWS_REGION --execution-arn $execution"
  say "What it does:   aws stepfunctions get-execution-history --region $AWS_REGION --reverse-order --max-items 5 --execution-arn $execution"
  say "If it fails:    aws stepfunctions redrive-execution --region $AWS_REGION --execution-arn $execution"
}

main "$@"
