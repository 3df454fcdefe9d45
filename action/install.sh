#!/usr/bin/env bash
# The step of action.yml that installs: the release of this platform, in the version of this action unless another one
# is asked for. Its checksum is compared, and its attestation says that the release workflow built it from that tag.
set -euo pipefail

version="${INPUT_VERSION:-}"
version="${version#v}"
if [[ -z "$version" ]]; then
  version="$(sed -n 's/^version = "\(.*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -n 1)"
fi
if [[ ! "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.-]*$ ]]; then
  echo "::error::\`version\` must be a release such as 0.1.0"
  exit 2
fi
if command -v stagecheck >/dev/null; then
  installed="$(stagecheck --version | cut -d' ' -f2)"
  if [[ "$version" == "$installed" ]]; then
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
from="$releases/download/v$version"
folder="${RUNNER_TEMP:-/tmp}/stagecheck-bin"
archive="stagecheck-$platform.tar.gz"
mkdir -p "$folder"
cd "$folder"
curl --fail --silent --show-error --location --retry 3 --remote-name "$from/$archive"
curl --fail --silent --show-error --location --retry 3 --remote-name "$from/$archive.sha256"
if command -v sha256sum >/dev/null; then sha256sum --check "$archive.sha256"; else shasum -a 256 --check "$archive.sha256"; fi
if ! command -v gh >/dev/null; then
  echo "::error::the GitHub CLI (gh) is needed to verify stagecheck; install it, or install stagecheck $version before"
  exit 2
fi
gh attestation verify "$archive" --repo stagecheck/stagecheck \
  --signer-workflow stagecheck/stagecheck/.github/workflows/release.yaml --source-ref "refs/tags/v$version"
tar -xzf "$archive"
echo "$folder" >>"$GITHUB_PATH"
