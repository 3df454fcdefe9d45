#!/usr/bin/env bash
# The step of action.yml that installs: the release of this platform, its checksum compared.
set -euo pipefail

version="${INPUT_VERSION:-}"
version="${version#v}"
if command -v stagecheck >/dev/null; then
  installed="$(stagecheck --version | cut -d' ' -f2)"
  if [[ -z "$version" || "$version" == "$installed" ]]; then
    echo "stagecheck $installed is installed"
    exit 0
  fi
fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x64 ;;
  Linux-aarch64 | Linux-arm64) platform=linux-arm64 ;;
  Darwin-x86_64) platform=darwin-x64 ;;
  Darwin-arm64) platform=darwin-arm64 ;;
  MINGW*-x86_64 | MSYS*-x86_64) platform=win32-x64 ;;
  *)
    echo "::error::there is no release of stagecheck for $(uname -s) on $(uname -m)"
    exit 2
    ;;
esac

releases=https://github.com/stagecheck/stagecheck/releases
if [[ -z "$version" ]]; then from="$releases/latest/download"; else from="$releases/download/v$version"; fi
folder="${RUNNER_TEMP:-/tmp}/stagecheck-bin"
archive="stagecheck-$platform.tar.gz"
mkdir -p "$folder"
cd "$folder"
curl --fail --silent --show-error --location --retry 3 --remote-name "$from/$archive"
curl --fail --silent --show-error --location --retry 3 --remote-name "$from/$archive.sha256"
if command -v sha256sum >/dev/null; then sha256sum --check "$archive.sha256"; else shasum -a 256 --check "$archive.sha256"; fi
tar -xzf "$archive"
echo "$folder" >>"$GITHUB_PATH"
