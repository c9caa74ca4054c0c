#!/usr/bin/env bash
# Assembles the root of the image: the program, the libraries that it loads, their loader, CA certificates, licences, and
# the dataset file. The Dockerfile runs it, and tests/test_image.py runs what it makes in a bare chroot.
# usage: scripts/image_root.sh BINARY DATASET.toml DESTINATION
# DESTINATION must not be there yet. VDP_PROCESSOR, if set, must name a processor that BINARY has.
set -euo pipefail
export LC_ALL=C
umask 022
unset LD_LIBRARY_PATH LD_PRELOAD # the image has neither

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib.sh
source "$root/scripts/lib.sh"

# The bundle that Debian's libcurl was built to read.
readonly ca_bundle=/etc/ssl/certs/ca-certificates.crt

# copy FILE: to the same path in the image; a symbolic link becomes what it points to.
copy() {
  mkdir -p "$image$(dirname "$1")"
  cp --recursive --dereference --preserve=mode,timestamps "$1" "$image$1"
}

# The loader, as the program's own header names it.
loader_of() { readelf --program-headers "$1" | sed -n 's/.*program interpreter: \(.*\)\]$/\1/p'; }

# The libraries that the loader would map, at the paths where it finds them: "name => path (address)".
libraries_of() {
  local listed
  listed=$("$(loader_of "$1")" --list "$1") || die "the loader cannot list the libraries of $1"
  if grep --quiet 'not found' <<<"$listed"; then die "libraries are missing:"$'\n'"$(grep 'not found' <<<"$listed")"; fi
  sed -n 's/.* => \(\/.*\) (0x[0-9a-f]*)$/\1/p' <<<"$listed"
}

# The packages that own the libraries. A package may know a file by its path from before /lib became /usr/lib.
packages_of_libraries() {
  local library owners
  # dpkg-query fails when one of the paths is nobody's; those that it knows it prints all the same.
  owners=$(for library in "${libraries[@]}"; do printf '%s\n' "$library" "/usr$library" "${library#/usr}"; done |
    sort -u | xargs dpkg-query --search 2>/dev/null) || true
  for library in "${libraries[@]}"; do
    grep --quiet "/${library##*/}\$" <<<"$owners" ||
      say "note: no package owns $library, so its licence is not in the image"
  done
  sed -n 's/^\([a-z0-9+.-]*\)[,:].*/\1/p' <<<"$owners"
}

# Those whose headers are compiled into the program.
packages_of_headers() { sed -n 's/^\([a-z0-9+.-]*-dev\)\>.*/\1/p' "$root/scripts/packages/build.txt"; }

install_program() {
  mkdir -p "$image/usr/bin"
  strip --strip-all -o "$image/usr/bin/vdp" "$1"
}

install_libraries() {
  local library
  copy "$(loader_of "$1")"
  for library in "${libraries[@]}"; do copy "$library"; done
  # With a cache the loader finds each library at once, wherever it lies.
  mkdir -p "$image/etc"
  printf '%s\n' "${libraries[@]}" | sed 's|/[^/]*$||' | sort -u >"$image/etc/ld.so.conf"
  PATH=$PATH:/sbin:/usr/sbin ldconfig -X -r "$image"
  rm -rf "$image/var/cache/ldconfig"
}

# What a processor's libraries open by name: processors/NAME/files.txt, one path a line.
install_processor_files() {
  local list path
  for list in "$root"/processors/*/files.txt; do
    [[ -f $list ]] || continue
    while read -r path; do
      if [[ -z $path ]]; then continue; fi
      [[ $path == /* && -e $path ]] || die "$list: $path is not there; expected absolute paths of files or folders"
      copy "$path"
    done < <(sed -e 's/#.*//' -e 's/[[:space:]]*$//' "$list")
  done
}

install_system_files() {
  [[ -s $ca_bundle ]] || die "no $ca_bundle: the package ca-certificates is missing"
  copy "$ca_bundle"
  printf 'root:x:0:0:root:/:/\nnobody:x:65534:65534:nobody:/:/\n' >"$image/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$image/etc/group"
  # Without this file the C library would ask DNS before /etc/hosts.
  printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$image/etc/nsswitch.conf"
  mkdir -m 1777 "$image/tmp"
}

# The dataset file and the files beside it. Folders are left out (stores, archives), and hidden files: .env holds secrets.
install_dataset() {
  local file
  mkdir -p "$image/app/dataset"
  cp "$1" "$image/app/dataset/dataset.toml"
  for file in "$(dirname "$1")"/*; do
    if [[ -f $file && $file != *.toml ]]; then cp --dereference "$file" "$image/app/dataset/"; fi
  done
  chmod -R u=rwX,go=rX "$image/app"
}

install_licences() {
  local packages package
  packages=$(packages_of_libraries && packages_of_headers && printf 'ca-certificates\n')
  while read -r package; do
    [[ -r /usr/share/doc/$package/copyright ]] || die "no licence of the package $package in /usr/share/doc"
    copy "/usr/share/doc/$package/copyright"
  done < <(sort -u <<<"$packages")
  copy /usr/share/common-licenses
  install -D --mode=644 "$root/LICENSE" "$image/usr/share/doc/vdp/copyright"
}

check_processor() {
  if [[ -z ${VDP_PROCESSOR:-} ]]; then return; fi
  [[ $("$1" self-test --json) == *"\"$VDP_PROCESSOR\""* ]] ||
    die "the program has no processor \"$VDP_PROCESSOR\": expected a folder processors/$VDP_PROCESSOR"
}

main() {
  if (($# != 3)); then die "usage: scripts/image_root.sh BINARY DATASET.toml DESTINATION"; fi
  local binary=$1 dataset=$2 libraries
  image=$3
  [[ -x $binary ]] || die "no program $binary"
  [[ -n $dataset && -f $dataset ]] || die "no dataset file \"$dataset\" (the Dockerfile's build argument DATASET)"
  [[ ! -e $image ]] || die "$image is there already"
  check_processor "$binary"
  libraries=$(libraries_of "$binary")
  mapfile -t libraries <<<"$libraries"
  mkdir -p "$image"
  image=$(cd "$image" && pwd)
  install_program "$binary"
  install_libraries "$binary"
  install_processor_files
  install_system_files
  install_dataset "$dataset"
  install_licences
  say "$image: ${#libraries[@]} libraries, $(du --summarize --apparent-size --block-size=1 "$image" | cut -f1) bytes"
}

main "$@"
