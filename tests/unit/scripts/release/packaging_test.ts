import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { parse } from "yaml";
import { packaging } from "../../../../scripts/release_packaging.ts";
import type { ReleasedFile, ReleaseManifest } from "../../../../scripts/release/manifest.ts";
import { ACTIONS } from "../../../../scripts/release/actions.ts";
import { SYSTEMS } from "../../../../scripts/release/systems.ts";
import { releaseFolder } from "../../../../src/release/address.ts";
import { Scratch } from "../../../harness/scratch.ts";

const file = (name: string): ReleasedFile => ({
  name,
  size: 1,
  sha256: createHash("sha256").update(name).digest("hex"),
});

const MANIFEST: ReleaseManifest = {
  format: 1,
  name: "orchestrator",
  version: "1.2.3",
  commit: "a".repeat(40),
  date: "2026-11-22T18:07:52Z",
  engine: { name: "bun", version: "1.0.0" },
  targets: Object.fromEntries(
    Object.entries(SYSTEMS).map(([target, system]) => {
      const stem = `orchestrator-1.2.3-${target}`;
      return [target, {
        ...system,
        executable: file("orchestrator"),
        gz: file(`${stem}.gz`),
        zst: file(`${stem}.zst`),
        archive: file(`${stem}.${system.os === "windows" ? "zip" : "tar.gz"}`),
      }];
    }),
  ),
  billOfMaterials: file("orchestrator-1.2.3.cdx.json"),
};

const FILES = packaging(MANIFEST, { "install.sh": "#!/bin/sh\n", "install.ps1": "# script\n" });

Deno.test("what is made for package managers names files and hashes of the release only", () => {
  const known = Object.values(MANIFEST.targets).flatMap((
    { gz, zst, archive },
  ) => [gz, zst, archive]);
  let addresses = 0;
  for (const [name, text] of Object.entries(FILES)) {
    for (const [hash] of text.matchAll(/\b[0-9a-fA-F]{64}\b/g)) {
      assert.ok(known.some(({ sha256 }) => sha256 === hash.toLowerCase()), `${name}: ${hash}`);
    }
    // A hash stands behind the address that it is of.
    const pairs = text.matchAll(
      /(\S+\/orchestrator-1\.2\.3-[\w-]+\.(?:tar\.gz|zip))"?,?\s+\S+\s+"?([0-9a-fA-F]{64})/g,
    );
    for (const [, address = "", hash = ""] of pairs) {
      const released = known.find(({ sha256 }) => sha256 === hash.toLowerCase());
      assert.equal(address.replace(/^"/, ""), `${releaseFolder("1.2.3")}/${released?.name}`, name);
      addresses++;
    }
  }
  assert.ok(addresses >= 6, `${addresses} addresses were looked at`);
});

Deno.test("Scoop's and winget's manifests have what is required, and point to the executable", () => {
  const scoop = JSON.parse(FILES["scoop/orchestrator.json"] ?? "");
  assert.equal(scoop.version, "1.2.3");
  assert.equal(scoop.architecture["64bit"].extract_dir, "orchestrator-1.2.3-windows-x64");
  assert.equal(scoop.bin, "orchestrator.exe");
  const manifests = Object.entries(FILES).filter(([name]) => name.startsWith("winget/"))
    .map(([, text]) => parse(text, { schema: "core" }));
  assert.deepEqual(manifests.map(({ ManifestType }) => ManifestType).sort(), [
    "defaultLocale",
    "installer",
    "version",
  ]);
  assert.equal(new Set(manifests.map(({ PackageIdentifier }) => PackageIdentifier)).size, 1);
  for (const { PackageVersion, ManifestVersion } of manifests) {
    assert.deepEqual([PackageVersion, ManifestVersion], ["1.2.3", "1.10.0"]);
  }
  const installer = manifests.find(({ ManifestType }) => ManifestType === "installer");
  assert.equal(
    installer.NestedInstallerFiles[0].RelativeFilePath,
    "orchestrator-1.2.3-windows-x64\\orchestrator.exe",
  );
});

Deno.test("the action and the feature are valid, pinned, and bring the installers along", () => {
  const action = parse(FILES["action/action.yml"] ?? "");
  assert.equal(action.runs.using, "composite");
  const uses = action.runs.steps.map((step: { uses?: string }) => step.uses).filter(Boolean);
  assert.deepEqual(uses, [`actions/cache@${ACTIONS["actions/cache"]?.commit}`]);
  for (const step of action.runs.steps) {
    // What comes from inputs goes through the environment, never into a script's text.
    assert.ok(!String(step.run ?? "").includes("${{"), step.name);
    assert.ok(step.uses !== undefined || step.shell !== undefined, step.name);
  }
  const feature = JSON.parse(
    FILES["devcontainer/src/orchestrator/devcontainer-feature.json"] ?? "",
  );
  assert.deepEqual([feature.id, feature.version], ["orchestrator", "1.2.3"]);
  assert.equal(FILES["action/install.sh"], "#!/bin/sh\n");
  assert.equal(FILES["devcontainer/src/orchestrator/installer.sh"], "#!/bin/sh\n");
});

Deno.test("ruby, shellcheck and sh find nothing wrong, where they are installed", () => {
  using scratch = new Scratch(FILES);
  const checks = [
    ["ruby", "-c", "homebrew/orchestrator.rb"],
    ["shellcheck", "devcontainer/src/orchestrator/install.sh"],
    ["sh", "-n", "devcontainer/src/orchestrator/install.sh"],
  ] as const;
  for (const [program, ...args] of checks) {
    const path = join(scratch.root, args[args.length - 1] ?? "");
    const ended = spawnSync(program, [...args.slice(0, -1), path], { encoding: "utf8" });
    if (ended.error !== undefined) {
      console.log(`skipped: ${program} is not installed`);
      continue;
    }
    assert.equal(ended.status, 0, `${program}: ${ended.stdout}${ended.stderr}`);
  }
});

Deno.test("the image takes each executable by its hash, and names no host of images", () => {
  const text = FILES["docker/Dockerfile"] ?? "";
  for (const target of ["linux-x64", "linux-arm64"]) {
    const { gz } = MANIFEST.targets[target] ?? assert.fail();
    assert.ok(
      text.includes(
        `ADD --checksum=sha256:${gz.sha256} \\\n  ${releaseFolder("1.2.3")}/${gz.name} `,
      ),
    );
  }
  assert.match(text, /^FROM \$BASE$/m);
});
