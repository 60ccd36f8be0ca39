#!/bin/sh
# Installs orchestrator: downloads the executable for this system, verifies it, puts it in place.
#
#   curl -fsSL <address>/install.sh | sh
#   curl -fsSL <address>/install.sh | sh -s -- --to . --version latest
#
# Runs in any POSIX shell. Needs curl or wget, a tool for SHA-256, and zstd or gunzip. Never uses
# sudo. `--help` lists the options.
#
# This copy belongs to one release and carries the SHA-256 of that release's files, so installing
# that release needs no signature. Any other release is verified by the signature of its SHA256SUMS.

# Everything is in functions, and the last line calls the first: a copy that was cut off does nothing.
if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
set -eu

# Filled in by the release script.
VERSION='@VERSION@'
RELEASES='@RELEASES@'
KNOWN='@KNOWN@'
KEY_ECDSA='@KEY_ECDSA@'
KEY_SSH='@KEY_SSH@'

MARK='# added by the installer of orchestrator'

usage() {
  cat <<'TEXT'
Usage: install.sh [options]

  --to DIR            Where to put the executable (default: ~/.local/bin)
  --version VERSION   Another release than this script's own, or "latest"
  --base-url URL      A folder or server with a release's files: a path, file:, http: or https:
  --target TARGET     Another executable than the detected one, for example linux-x64-musl
  --modify-path       Add DIR to PATH in your shell's start file (default: only without --to)
  --no-modify-path    Never change a start file
  --replace           Replace DIR/orchestrator even though it is another program or a link
  --unsigned          Install another release although its signature cannot be checked here
  --uninstall         Remove the executable, and the line in the start file
  --quiet             Print errors only
  --help              Print this

Variables with the same meaning: ORCHESTRATOR_INSTALL_DIR, ORCHESTRATOR_VERSION,
ORCHESTRATOR_BASE_URL, ORCHESTRATOR_NO_MODIFY_PATH=1, ORCHESTRATOR_REPLACE=1,
ORCHESTRATOR_UNSIGNED=1.
TEXT
}

say() {
  [ "$quiet" = 1 ] || printf '%s\n' "$*" >&2
}

die() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '%s\n' "$line" >&2; done
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

main() {
  directory=${ORCHESTRATOR_INSTALL_DIR-}
  version=${ORCHESTRATOR_VERSION-}
  base=${ORCHESTRATOR_BASE_URL-}
  unsigned=${ORCHESTRATOR_UNSIGNED-0}
  replace=${ORCHESTRATOR_REPLACE-0}
  target=''
  path_wish=''
  uninstall=0
  quiet=0
  work=''
  made=''
  while [ $# -gt 0 ]; do
    case $1 in
      --to | --version | --base-url | --target)
        if [ $# -lt 2 ] || [ -z "$2" ]; then die "$1 needs a value"; fi
        ;;
    esac
    case $1 in
      --to) directory=$2 && shift ;;
      --version) version=${2#v} && shift ;;
      --base-url) base=$2 && shift ;;
      --target) target=$2 && shift ;;
      --modify-path) path_wish=yes ;;
      --no-modify-path) path_wish=no ;;
      --replace) replace=1 ;;
      --unsigned) unsigned=1 ;;
      --uninstall) uninstall=1 ;;
      --quiet | -q) quiet=1 ;;
      --help | -h) usage && exit 0 ;;
      *) die "unknown option \"$1\"" "Run it with --help for the options." ;;
    esac
    shift
  done
  case $VERSION in @*) die "this is the template; the install.sh of a release is made from it" ;; esac
  choose_directory
  if [ "$uninstall" = 1 ]; then
    remove
    return
  fi
  version=${version#v}
  version=${version:-$VERSION}
  [ "$version" = latest ] || is_version "$version" || die "\"$version\" is not a version"
  [ -n "$base" ] || [ -n "$RELEASES" ] ||
    die "releases have no address yet" "Give the folder or server that has them with --base-url."
  [ -n "$target" ] || detect_target
  find_tools
  install
}

choose_directory() {
  asked_path=$path_wish
  if [ -n "$directory" ]; then
    asked_path=${asked_path:-no}
  else
    [ -n "${HOME-}" ] || die "HOME is not set" "Say where to install with --to DIR."
    directory=${XDG_BIN_HOME:-$HOME/.local/bin}
    asked_path=${asked_path:-yes}
  fi
  case ${ORCHESTRATOR_NO_MODIFY_PATH-} in '' | 0) ;; *) asked_path=no ;; esac
}

# --- what this system is

detect_target() {
  kernel=$(uname -s)
  machine=$(uname -m)
  case $machine in
    x86_64 | amd64) cpu=x64 ;;
    aarch64 | arm64) cpu=arm64 ;;
    *) die "there is no executable for the processor \"$machine\"" ;;
  esac
  case $kernel in
    Linux) detect_linux ;;
    Darwin)
      # A shell that runs under Rosetta says x86_64 on Apple silicon.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then cpu=arm64; fi
      target=macos-$cpu
      ;;
    MINGW* | MSYS* | CYGWIN*)
      die "this is Windows" "Use install.ps1 of the same release in PowerShell."
      ;;
    *) die "there is no executable for the system \"$kernel\"" ;;
  esac
}

detect_linux() {
  case $(uname -o 2>/dev/null || true) in
    Android) die "there is no executable for Android" ;;
  esac
  if has getconf && [ "$(getconf LONG_BIT 2>/dev/null || true)" = 32 ]; then
    die "this is a 32-bit system; there are executables for 64 bits only"
  fi
  if [ ! -e /proc/self/exe ]; then
    die "/proc is not mounted, and the executable needs it" \
      "Mount it with \`mount -t proc proc /proc\`, then run this again."
  fi
  if [ "$cpu" = x64 ] && [ -r /proc/cpuinfo ] && ! grep -q sse4_2 /proc/cpuinfo; then
    die "the processor is too old: it has no SSE4.2"
  fi
  target=linux-$cpu
  is_musl || return 0
  target=linux-$cpu-musl
  for library in /usr/lib/libstdc++.so.6 /lib/libstdc++.so.6 /usr/local/lib/libstdc++.so.6; do
    if [ -e "$library" ]; then return 0; fi
  done
  die "the library libstdc++ is missing, which the executable for musl needs" \
    "Install it with \`apk add libstdc++\`, then run this again."
}

# Whether programs here are linked with musl. Systems with glibc may have musl beside it.
is_musl() {
  for loader in /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1; do
    if [ -e "$loader" ]; then
      # Alpine's gcompat puts a loader of that name beside musl.
      [ ! -e /etc/alpine-release ] || return 0
      return 1
    fi
  done
  for loader in /lib/ld-musl-*; do
    if [ -e "$loader" ]; then return 0; fi
  done
  return 1
}

# --- what this system has

find_tools() {
  case $base in
    file:*) read_file_address && fetcher=copy ;;
    '' | http://* | https://*)
      if has curl; then
        fetcher=curl
      elif has wget; then
        fetcher=wget
      else
        die "there is neither curl nor wget to download with" \
          "Install one of them, or copy a release here and name its folder with --base-url."
      fi
      ;;
    *://*) die "cannot read \"$base\": --base-url takes a folder, file:, http: or https:" ;;
    *)
      # A name that begins with a dash would be an option of cp.
      case $base in -*) base=./$base ;; esac
      fetcher=copy
      ;;
  esac
  if has sha256sum; then
    hasher=sha256sum
  elif has shasum; then
    hasher=shasum
  elif has sha256; then
    hasher=sha256
  elif has openssl; then
    hasher=openssl
  elif has busybox && busybox sha256sum /dev/null >/dev/null 2>&1; then
    hasher=busybox
  else
    die "cannot check what is downloaded: there is no tool for SHA-256" \
      "Install sha256sum, shasum or openssl, then run this again."
  fi
  if has zstd; then
    form=zst
  elif has gunzip; then
    form=gz
  else
    die "there is neither zstd nor gunzip to unpack with"
  fi
}

# Makes $base, a file: address (RFC 8089), the path that it stands for.
read_file_address() {
  rest=${base#file:}
  case $rest in
    //localhost/*) rest=/${rest#//localhost/} ;;
    ///*) rest=/${rest#///} ;;
    //* | [!/]* | '') die "cannot read \"$base\": it does not name a folder of this machine" ;;
  esac
  asked=$base
  base=''
  while :; do
    case $rest in
      *%*) base=$base${rest%%%*} && rest=${rest#*%} ;;
      *) break ;;
    esac
    case $rest in
      00* | [!0-9A-Fa-f]* | ?[!0-9A-Fa-f]* | ? | '')
        die "cannot read \"$asked\": a % in it is not followed by the number of a character"
        ;;
    esac
    behind=${rest#??}
    # The dot keeps a line break at the end.
    octal=$(printf %03o "0x${rest%"$behind"}")
    character=$(printf %b. "\\0$octal")
    base=$base${character%.}
    rest=$behind
  done
  base=$base$rest
}

sha256_of() {
  case $hasher in
    sha256sum) sha256sum <"$1" | cut -d ' ' -f 1 ;;
    shasum) shasum -a 256 <"$1" | cut -d ' ' -f 1 ;;
    sha256) sha256 -q "$1" ;;
    openssl) openssl dgst -sha256 -r <"$1" | cut -d ' ' -f 1 ;;
    busybox) busybox sha256sum <"$1" | cut -d ' ' -f 1 ;;
  esac
}

# fetch NAME: puts a file of the release into the work folder; fails when it cannot be had.
fetch() {
  case $fetcher in
    copy) cp "$folder/$1" "$work/$1" 2>/dev/null ;;
    curl)
      case $folder in
        https://*)
          curl -fsSL --proto '=https' --tlsv1.2 --connect-timeout 30 --retry 2 \
            -o "$work/$1" "$folder/$1"
          ;;
        *) curl -fsSL --connect-timeout 30 --retry 2 -o "$work/$1" "$folder/$1" ;;
      esac
      ;;
    wget) wget -q -O "$work/$1" "$folder/$1" ;;
  esac
}

# --- versions

is_version() {
  case $1 in
    *[!0-9a-z.-]* | '' | .* | *. | *..*) return 1 ;;
  esac
  core=${1%%-*}
  case $core in
    *[!0-9.]* | *.*.*.* | .* | *.) return 1 ;;
    *.*.*) return 0 ;;
  esac
  return 1
}

# is_older A B: whether version A comes before version B.
is_older() {
  [ "$1" != "$2" ] || return 1
  core_a=${1%%-*}
  core_b=${2%%-*}
  before_a=${1#"$core_a"}
  before_b=${2#"$core_b"}
  compare_parts "$core_a" "$core_b"
  case $order in
    older) return 0 ;;
    newer) return 1 ;;
  esac
  # Of the same numbers, one with something behind them comes before the one without.
  [ -n "$before_a" ] || return 1
  [ -n "$before_b" ] || return 0
  compare_parts "${before_a#-}" "${before_b#-}"
  [ "$order" = older ]
}

# compare_parts A B: compares what stands between the dots, part by part; sets $order.
compare_parts() {
  rest_a=$1.
  rest_b=$2.
  order=same
  while [ -n "$rest_a" ] && [ -n "$rest_b" ]; do
    part_a=${rest_a%%.*}
    part_b=${rest_b%%.*}
    rest_a=${rest_a#*.}
    rest_b=${rest_b#*.}
    [ "$part_a" != "$part_b" ] || continue
    order=newer
    case $part_a:$part_b in
      *[!0-9]*:*[!0-9]*) ! comes_before "$part_a" "$part_b" || order=older ;;
      *[!0-9]*:*) ;;
      *:*[!0-9]*) order=older ;;
      *) [ "$part_a" -gt "$part_b" ] || order=older ;;
    esac
    return 0
  done
  if [ -n "$rest_b" ]; then order=older; fi
  if [ -n "$rest_a" ]; then order=newer; fi
}

comes_before() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | LC_ALL=C sort | head -n 1)" = "$1" ]
}

# --- verification

# sum_of LIST NAME: prints the SHA-256 that a list states for a file, or for the executable of a
# target; fails when it states none.
sum_of() {
  while read -r first second third fourth rest; do
    if [ "$first $second $fourth" = "# executable $2" ] && [ -z "$rest" ]; then
      printf '%s\n' "$third"
      return 0
    fi
    if [ "$second" = "$2" ] && [ -z "$third" ]; then
      printf '%s\n' "$first"
      return 0
    fi
  done <"$1"
  return 1
}

# Sets $list, and $version when it was "latest".
find_list() {
  if [ "$version" = "$VERSION" ]; then
    printf '%s\n' "$KNOWN" >"$work/known"
    list=$work/known
    return 0
  fi
  list=$work/SHA256SUMS
  fetch SHA256SUMS || die "cannot download $folder/SHA256SUMS"
  verify_list
  read -r hash program signed_version rest <"$list" || true
  if [ "$hash $program" != '# orchestrator' ] || [ -n "$rest" ] || ! is_version "$signed_version"; then
    die "$folder/SHA256SUMS does not say which release it is about; nothing was installed"
  fi
  if [ "$version" = latest ]; then
    if is_older "$signed_version" "$VERSION"; then
      die "the newest release there is $signed_version, older than $VERSION, which this script is from" \
        "Nothing was installed. To install it all the same, use --version $signed_version."
    fi
    version=$signed_version
  fi
  [ "$version" = "$signed_version" ] ||
    die "$folder has release $signed_version, not $version; nothing was installed"
}

# "Bad" and "cannot be checked" are different answers. Neither installs anything by itself.
verify_list() {
  problem=''
  if verify_ecdsa || verify_ssh; then
    say "The signature of the release is good."
    return 0
  fi
  if [ "$unsigned" != 1 ]; then
    die "cannot check the signature of the release: $problem" \
      "Nothing was installed. Use the install.sh of the release that you want, or accept a release" \
      "that is not verified with --unsigned."
  fi
  say "warning: the signature of the release was not checked: $problem"
}

bad_signature() {
  die "the signature of $folder/SHA256SUMS is bad: it is not the release that was published" \
    "Nothing was installed."
}

# Whether the signature is good. Fails with $problem when that cannot be told; a bad one ends it all.
verify_ecdsa() {
  if [ -z "$KEY_ECDSA" ]; then
    problem="this script carries no key"
    return 1
  fi
  if ! has openssl; then
    problem="there is neither openssl nor a new ssh-keygen here"
    return 1
  fi
  printf '%s\n' "$KEY_ECDSA" >"$work/key"
  if ! openssl pkey -pubin -in "$work/key" -noout >/dev/null 2>&1; then
    problem="the openssl here cannot read the key"
    return 1
  fi
  if ! fetch SHA256SUMS.sig 2>/dev/null; then
    problem="$folder has no SHA256SUMS.sig"
    return 1
  fi
  openssl dgst -sha256 -verify "$work/key" -signature "$work/SHA256SUMS.sig" "$list" \
    >/dev/null 2>&1 || bad_signature
}

verify_ssh() {
  [ -n "$KEY_SSH" ] && has ssh-keygen || return 1
  printf 'release namespaces="orchestrator-release" %s\n' "$KEY_SSH" >"$work/allowed"
  case $(ssh-keygen -Y verify -f "$work/allowed" -I release -n x -s /dev/null </dev/null 2>&1) in
    *option*)
      problem="the ssh-keygen here is too old to check signatures"
      return 1
      ;;
  esac
  if ! fetch SHA256SUMS.sshsig 2>/dev/null; then
    problem="$folder has no SHA256SUMS.sshsig"
    return 1
  fi
  ssh-keygen -Y verify -f "$work/allowed" -I release -n orchestrator-release \
    -s "$work/SHA256SUMS.sshsig" <"$list" >/dev/null 2>&1 || bad_signature
}

check_sum() {
  [ "$(sha256_of "$1")" = "$2" ] || die "$3 is not what was published: its SHA-256 differs" \
    "Nothing was installed."
}

# --- installing

install() {
  if [ -n "$base" ]; then
    folder=${base%/}
  elif [ "$version" = latest ]; then
    folder=$RELEASES/latest/download
  else
    folder=$RELEASES/download/v$version
  fi
  if [ "$fetcher" = copy ] && [ ! -d "$folder" ]; then
    die "there is no folder \"$folder\"" "Nothing was installed. A server begins with https://"
  fi
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  if ! make_directory || [ ! -w "$directory" ]; then
    die "cannot write to $directory" "Choose another folder with --to DIR."
  fi
  directory=$(CDPATH='' cd "$directory" && pwd)
  destination=$directory/orchestrator
  [ ! -d "$destination" ] || [ -h "$destination" ] || die "$destination is a folder"
  [ "$replace" = 1 ] || check_replaced
  work=$(mktemp -d "$directory/.orchestrator-XXXXXX") || die "cannot write to $directory"

  find_list
  wanted=$(sum_of "$list" "$target") || die "release $version has no executable for $target"
  if [ -f "$destination" ] && [ "$(sha256_of "$destination")" = "$wanted" ]; then
    if [ ! -x "$destination" ]; then
      chmod 755 "$destination" || die "cannot make $destination executable"
    fi
    say "orchestrator $version is already installed: $destination"
  else
    put_in_place
  fi
  made=''
  finish_path
}

# Makes $directory. Sets $made to it and $topmost to the first of its parents that was not there.
make_directory() {
  at=$directory
  while [ -n "$at" ] && [ ! -e "$at" ]; do
    made=$directory
    topmost=$at
    case $at in */*) at=${at%/*} ;; *) at='' ;; esac
  done
  mkdir -p "$directory" 2>/dev/null
}

# Ends it all where something else than this program would be lost.
check_replaced() {
  way_out="Install elsewhere with --to DIR, or replace it with --replace."
  [ ! -h "$destination" ] ||
    die "$destination is a link; nothing was installed" "$way_out"
  [ -e "$destination" ] || return 0
  is_ours "$destination" ||
    die "$destination is not this program; nothing was installed" "$way_out"
}

# Whether a file is this program, of any version. One that may not be run is known by its SHA-256
# when it is of the release that this script belongs to.
is_ours() {
  case $("$1" --version </dev/null 2>/dev/null || true) in
    "orchestrator "[0-9]*" ("*", "*")") return 0 ;;
  esac
  [ "$version" = "$VERSION" ] || return 1
  printf '%s\n' "$KNOWN" | grep -q "^# executable $(sha256_of "$1") "
}

put_in_place() {
  name=orchestrator-$version-$target.$form
  sum=$(sum_of "$list" "$name") || die "release $version has no file $name"
  say "Downloading $folder/$name"
  fetch "$name" || die "cannot download $folder/$name" "Nothing was installed."
  check_sum "$work/$name" "$sum" "$folder/$name"
  case $form in
    zst) zstd -d -q -f -o "$work/orchestrator" "$work/$name" ;;
    gz) gunzip -c "$work/$name" >"$work/orchestrator" ;;
  esac || die "cannot unpack $name: is the disk full?" "Nothing was installed."
  check_sum "$work/orchestrator" "$wanted" "the executable in $name"
  chmod 755 "$work/orchestrator"
  said=$("$work/orchestrator" --version </dev/null 2>&1) || true
  case $said in
    "orchestrator $version "*) ;;
    *ermission\ denied*)
      die "the executable may not run in $directory; nothing was installed" \
        "Its file system may forbid programs (noexec): choose another folder with --to DIR."
      ;;
    *) die "the executable does not run here; nothing was installed" "It says: $said" ;;
  esac
  # A link to a folder would be followed.
  [ ! -h "$destination" ] || rm -f "$destination"
  mv -f "$work/orchestrator" "$destination"
  say "Installed $said: $destination"
}

clean_up() {
  [ -z "$work" ] || rm -rf "$work"
  # Folders that were made for nothing; others keep what is in them.
  while [ -n "$made" ]; do
    rmdir "$made" 2>/dev/null || true
    [ "$made" != "$topmost" ] || break
    made=${made%/*}
  done
}

# --- PATH

finish_path() {
  case :${PATH-}: in *:"$directory":*) return 0 ;; esac
  # Without a home there is no start file. A shell would run what these characters begin; a colon
  # separates names in PATH.
  case ${HOME:+set}:$directory in
    set:*[\"\$\`\\:]* | set:*"
"* | :*) asked_path=no ;;
  esac
  if [ "$asked_path" != yes ]; then
    say "$directory is not on PATH: run it as $destination"
    return 0
  fi
  # shellcheck disable=SC2016  # $PATH is meant for the start file.
  line='export PATH="'$directory':$PATH"'
  case ${SHELL-} in
    */zsh) start_file=${ZDOTDIR:-$HOME}/.zshrc ;;
    */bash) start_file=$HOME/.bashrc ;;
    */fish)
      start_file=${XDG_CONFIG_HOME:-$HOME/.config}/fish/conf.d/orchestrator.fish
      line="fish_add_path --path \"$directory\""
      ;;
    *) start_file=$HOME/.profile ;;
  esac
  if [ -f "$start_file" ] && grep -qF "$line" "$start_file"; then
    say "Open a new shell, and \`orchestrator\` is found."
    return 0
  fi
  if mkdir -p "${start_file%/*}" && add_line; then
    say "Added $directory to PATH in $start_file. In this shell: $line"
  else
    say "$directory is not on PATH, and $start_file cannot be changed: add the line $line"
  fi
}

add_line() {
  if [ -s "$start_file" ] && [ -n "$(tail -c 1 "$start_file")" ]; then
    printf '\n' >>"$start_file" || return 1
  fi
  printf '%s %s\n' "$line" "$MARK" >>"$start_file"
}

# --- removing

remove() {
  destination=$directory/orchestrator
  if [ -f "$destination" ]; then
    said=$("$destination" --version </dev/null 2>&1) || true
    case $said in
      "orchestrator "*) ;;
      *) die "$destination is not orchestrator; nothing was removed" ;;
    esac
    rm -f "$destination" "$directory/.orchestrator-previous"
    say "Removed $destination"
  else
    say "There is no $destination"
  fi
  [ -n "${HOME-}" ] || return 0
  for start_file in "${ZDOTDIR:-$HOME}/.zshrc" "$HOME/.bashrc" "$HOME/.profile" \
    "${XDG_CONFIG_HOME:-$HOME/.config}/fish/conf.d/orchestrator.fish"; do
    if [ -f "$start_file" ] && grep -qF "$MARK" "$start_file"; then forget_line; fi
  done
  say "State, configuration and secrets were kept."
}

# Writes into the file instead of replacing it: it may be a link, and keeps its mode.
forget_line() {
  kept=$(mktemp)
  grep -vF "$MARK" "$start_file" >"$kept" || true
  cat "$kept" >"$start_file"
  rm -f "$kept"
  say "Removed the line from $start_file"
}

main "$@"
