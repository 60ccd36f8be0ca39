/**
 * Files for places that run the program, made from a release's manifest: a container image, a feature
 * for development containers, an action for the build service. The feature and the action bring the
 * release's own installers along, which carry the hashes of all that they download.
 * @module
 */
import { OWNER, PROJECT_URL, REPOSITORY } from "../../src/release/address.ts";
import { usesOf } from "./actions.ts";
import type { ReleaseManifest } from "./manifest.ts";
import { addressOf, type Files, SUMMARY, targetOf } from "./packaging_managers.ts";

/** The release's installers by their names. */
export type Installers = Readonly<Record<"install.sh" | "install.ps1", string>>;

/** An image with the program and the C library, and without a shell. */
export function docker(manifest: ReleaseManifest): Files {
  const stage = (architecture: string, target: string) => {
    const { gz } = targetOf(manifest, target);
    return `FROM --platform=$BUILDPLATFORM busybox:1.37 AS ${architecture}
ADD --checksum=sha256:${gz.sha256} \\
  ${addressOf(manifest, gz)} \\
  /orchestrator.gz
RUN gunzip /orchestrator.gz && chmod 755 /orchestrator`;
  };
  return {
    "docker/Dockerfile":
      `# The program on a distroless base. Name that base when you build it: it has to
# have glibc, as Google's distroless/base-debian12 does.
#
#   docker buildx build --build-arg BASE=<address>/distroless/base-debian12:nonroot .
#   docker run --rm -v "$PWD:/work" <image> status
#
# Git is not in the image: state branches and verification by commands need an image of your own.
ARG BASE

${stage("amd64", "linux-x64")}

${stage("arm64", "linux-arm64")}

ARG TARGETARCH
FROM $TARGETARCH AS fetched

FROM $BASE
LABEL org.opencontainers.image.title="orchestrator" \\
  org.opencontainers.image.version="${manifest.version}" \\
  org.opencontainers.image.licenses="MIT" \\
  org.opencontainers.image.source="${PROJECT_URL}" \\
  org.opencontainers.image.revision="${manifest.commit ?? ""}"
COPY --from=fetched /orchestrator /usr/local/bin/orchestrator
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/orchestrator"]
`,
  };
}

/** A feature for development containers. */
export function devcontainer(manifest: ReleaseManifest, installers: Installers): Files {
  const folder = "devcontainer/src/orchestrator";
  const feature = {
    id: "orchestrator",
    version: manifest.version,
    name: "orchestrator",
    documentationURL: PROJECT_URL,
    description: SUMMARY,
    options: {
      version: {
        type: "string",
        default: manifest.version,
        proposals: [manifest.version, "latest"],
        description: "The release to install",
      },
    },
  };
  return {
    [`${folder}/devcontainer-feature.json`]: `${JSON.stringify(feature, null, 2)}\n`,
    [`${folder}/install.sh`]: `#!/bin/sh
# Runs as root when the container is built; VERSION is the feature's option.
set -eu
if ! command -v curl >/dev/null && ! command -v wget >/dev/null; then
  if command -v apt-get >/dev/null; then
    apt-get update
    apt-get install -y --no-install-recommends ca-certificates curl
    rm -rf /var/lib/apt/lists/*
  elif command -v apk >/dev/null; then
    apk add --no-cache curl
  fi
fi
if [ -e /etc/alpine-release ]; then apk add --no-cache libstdc++; fi
sh "$(dirname "$0")/installer.sh" --to /usr/local/bin --version "\${VERSION:-${manifest.version}}"
`,
    [`${folder}/installer.sh`]: installers["install.sh"],
  };
}

function actionReadme(version: string): string {
  return `# Set up orchestrator

    - uses: ${OWNER}/${REPOSITORY}/packaging/action@v${version}

Puts orchestrator ${version} on PATH, on Linux, macOS and Windows. The action carries the
SHA-256 of all that it downloads.
`;
}

/** An action that puts the program on PATH, from the cache where it is. */
export function action(manifest: ReleaseManifest, installers: Installers): Files {
  return {
    "action/action.yml": actionText(manifest.version),
    "action/install.sh": installers["install.sh"],
    "action/install.ps1": installers["install.ps1"],
    "action/README.md": actionReadme(manifest.version),
  };
}

function actionText(version: string): string {
  const directory = "${{ runner.tool_cache }}/orchestrator/${{ inputs.version }}";
  return `name: Set up orchestrator
description: ${SUMMARY}
author: the orchestrator authors
branding:
  icon: check-circle
  color: green
inputs:
  version:
    description: The release to install, or "latest"
    default: "${version}"
  cache:
    description: Whether to keep the program in the cache ("latest" is never kept)
    default: "true"
outputs:
  version:
    description: The version that was installed
    value: \${{ steps.installed.outputs.version }}
runs:
  using: composite
  steps:
    - name: Look into the cache
      if: \${{ inputs.cache == 'true' && inputs.version != 'latest' }}
      uses: ${usesOf("actions/cache")}
      with:
        path: ${directory}
        key: orchestrator-\${{ inputs.version }}-\${{ runner.os }}-\${{ runner.arch }}
    # A program from the cache is compared with its hash, and downloaded again when it differs.
    - name: Install
      if: \${{ runner.os != 'Windows' }}
      shell: sh
      env:
        DIRECTORY: ${directory}
        ORCHESTRATOR_VERSION: \${{ inputs.version }}
        ACTION: \${{ github.action_path }}
      run: sh "$ACTION/install.sh" --to "$DIRECTORY"
    - name: Install on Windows
      if: \${{ runner.os == 'Windows' }}
      shell: pwsh
      env:
        DIRECTORY: ${directory}
        ORCHESTRATOR_VERSION: \${{ inputs.version }}
        ACTION: \${{ github.action_path }}
      run: '& "$env:ACTION/install.ps1" -To $env:DIRECTORY'
    - name: Put it on PATH
      id: installed
      shell: bash
      env:
        DIRECTORY: ${directory}
      run: |
        echo "$DIRECTORY" >>"$GITHUB_PATH"
        said=$("$DIRECTORY/orchestrator" --version)
        echo "$said"
        said=\${said#orchestrator }
        echo "version=\${said%% *}" >>"$GITHUB_OUTPUT"
`;
}
