/**
 * Files for package managers, made from a release's manifest: Homebrew, Scoop, winget, mise.
 * @module
 */
import { OWNER, PROJECT_URL, releaseFolder, REPOSITORY } from "../../src/release/address.ts";
import type { ReleasedFile, ReleaseManifest } from "./manifest.ts";

/** Texts by path. */
export type Files = Readonly<Record<string, string>>;

export const SUMMARY = "Keeps people and AI agents honest about a multi-step workflow in git";

/** The address of a file of the release. */
export function addressOf({ version }: ReleaseManifest, { name }: ReleasedFile): string {
  return `${releaseFolder(version)}/${name}`;
}

/** What the release has for a target. */
export function targetOf(manifest: ReleaseManifest, target: string) {
  const found = manifest.targets[target];
  if (found === undefined) throw new Error(`the release has nothing for ${target}`);
  return found;
}

/** A formula, for a tap of the project's own. */
export function homebrew(manifest: ReleaseManifest): Files {
  const source = (target: string) => {
    const { archive } = targetOf(manifest, target);
    return `      url "${addressOf(manifest, archive)}"
      sha256 "${archive.sha256}"`;
  };
  return {
    "homebrew/orchestrator.rb": `# typed: strict
# frozen_string_literal: true

# ${SUMMARY}.
class Orchestrator < Formula
  desc "${SUMMARY}"
  homepage "${PROJECT_URL}"
  version "${manifest.version}"
  license "MIT"

  on_macos do
    depends_on macos: :ventura
    on_arm do
${source("macos-arm64")}
    end
    on_intel do
${source("macos-x64")}
    end
  end

  on_linux do
    on_arm do
${source("linux-arm64")}
    end
    on_intel do
${source("linux-x64")}
    end
  end

  def install
    bin.install "orchestrator"
    man1.install Dir["man/man1/*"]
    bash_completion.install "completions/orchestrator.bash" => "orchestrator"
    zsh_completion.install "completions/_orchestrator"
    fish_completion.install "completions/orchestrator.fish"
  end

  test do
    assert_match "orchestrator #{version} ", shell_output("#{bin}/orchestrator --version")
  end
end
`,
  };
}

/** A manifest for a bucket of the project's own. */
export function scoop(manifest: ReleaseManifest): Files {
  const { archive } = targetOf(manifest, "windows-x64");
  const stem = archive.name.replace(/\.zip$/, "");
  const withVersion = (text: string) => text.replaceAll(manifest.version, "$version");
  const content = {
    version: manifest.version,
    description: SUMMARY,
    homepage: PROJECT_URL,
    license: "MIT",
    architecture: {
      "64bit": { url: addressOf(manifest, archive), hash: archive.sha256, extract_dir: stem },
    },
    bin: "orchestrator.exe",
    checkver: { github: PROJECT_URL },
    autoupdate: {
      architecture: {
        "64bit": {
          url: withVersion(addressOf(manifest, archive)),
          extract_dir: withVersion(stem),
        },
      },
      hash: { url: "$baseurl/SHA256SUMS" },
    },
  };
  return { "scoop/orchestrator.json": `${JSON.stringify(content, null, 4)}\n` };
}

const WINGET_SCHEMA = "1.10.0";

/** The three manifests of a version, as its community repository wants them. */
export function winget(manifest: ReleaseManifest): Files {
  const { version, date } = manifest;
  const { archive } = targetOf(manifest, "windows-x64");
  const identifier = `${OWNER}.${REPOSITORY}`;
  const stem = archive.name.replace(/\.zip$/, "");
  const folder = `winget/${version}`;
  const head = `PackageIdentifier: ${identifier}\nPackageVersion: ${version}\n`;
  const end = (type: string) => `ManifestType: ${type}\nManifestVersion: ${WINGET_SCHEMA}\n`;
  const released = date === null ? "" : `ReleaseDate: ${date.slice(0, 10)}\n`;
  return {
    [`${folder}/${identifier}.yaml`]: `${head}DefaultLocale: en-US\n${end("version")}`,
    [`${folder}/${identifier}.installer.yaml`]: `${head}InstallerType: zip
NestedInstallerType: portable
NestedInstallerFiles:
  - RelativeFilePath: ${stem}\\orchestrator.exe
    PortableCommandAlias: orchestrator
MinimumOSVersion: 10.0.17763.0
${released}Installers:
  - Architecture: x64
    InstallerUrl: ${addressOf(manifest, archive)}
    InstallerSha256: ${archive.sha256.toUpperCase()}
${end("installer")}`,
    [`${folder}/${identifier}.locale.en-US.yaml`]: `${head}PackageLocale: en-US
Publisher: the orchestrator authors
PackageName: orchestrator
PackageUrl: ${PROJECT_URL}
License: MIT
LicenseUrl: ${PROJECT_URL}/blob/v${version}/LICENSE
ShortDescription: ${SUMMARY}
${end("defaultLocale")}`,
  };
}

/** What a project writes into its own file to have this version. */
export function mise({ version }: ReleaseManifest): Files {
  return {
    "mise/mise.toml": `# For a project's own mise.toml. Unpacked by ubi, without a plug-in.
[tools]
"ubi:${OWNER}/${REPOSITORY}" = { version = "${version}", exe = "orchestrator", matching_regex = "(tar\\\\.gz|zip)$" }
`,
  };
}
