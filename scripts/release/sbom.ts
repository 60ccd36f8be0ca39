/**
 * What is in the executables: a CycloneDX bill of materials for programs, and the licences' texts.
 * @module
 */
import { createHash } from "node:crypto";
import { PROJECT_URL } from "../../src/release/address.ts";
import type { Package } from "./packages.ts";
import { RELINKING, RUNTIME_LICENSE, RUNTIME_PARTS } from "./runtime_licenses.ts";

/** What a bill is about. */
export interface BillRequest {
  readonly version: string;
  /** RFC 3339. */
  readonly date: string;
  readonly commit: string | null;
  readonly runtimeVersion: string;
  readonly packages: readonly Package[];
}

function runtimeComponent(runtime: string, version: string) {
  return {
    type: "platform",
    "bom-ref": runtime,
    name: "bun",
    version,
    licenses: licensesOf(RUNTIME_LICENSE),
    purl: runtime,
    components: RUNTIME_PARTS.map(({ name, license }) => ({
      type: "library",
      "bom-ref": `${runtime}#${slug(name)}`,
      name,
      licenses: licensesOf(license),
    })),
  };
}

/** CycloneDX 1.6 as JSON. The same request gives the same bytes. */
export function billOfMaterials(request: BillRequest): string {
  const { version, date, commit, runtimeVersion, packages } = request;
  const program = `pkg:generic/orchestrator@${version}`;
  const runtime = `pkg:npm/bun@${runtimeVersion}`;
  const components = [
    runtimeComponent(runtime, runtimeVersion),
    ...packages.map((package_) => ({
      type: "library",
      "bom-ref": packageUrl(package_),
      name: package_.name,
      version: package_.version,
      hashes: [{ alg: "SHA-512", content: package_.sha512 }],
      licenses: licensesOf(package_.license),
      purl: packageUrl(package_),
    })),
  ];
  const urls = new Map(packages.map((item) => [`${item.name}@${item.version}`, packageUrl(item)]));
  const needed = new Set(packages.flatMap(({ needs }) => needs));
  const direct = packages.filter((item) => !needed.has(`${item.name}@${item.version}`));
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([version, commit, components]))}`,
    version: 1,
    metadata: {
      timestamp: date,
      component: {
        type: "application",
        "bom-ref": program,
        name: "orchestrator",
        version,
        licenses: licensesOf("MIT"),
        purl: program,
        externalReferences: [{ type: "vcs", url: PROJECT_URL }],
        ...(commit === null ? {} : { properties: [{ name: "commit", value: commit }] }),
      },
    },
    components,
    dependencies: [
      { ref: program, dependsOn: [runtime, ...direct.map(packageUrl)].sort() },
      { ref: runtime, dependsOn: [] },
      ...packages.map((item) => ({
        ref: packageUrl(item),
        dependsOn: item.needs.map((need) => urls.get(need) ?? need).sort(),
      })),
    ],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/** `THIRD_PARTY_LICENSES.txt`. */
export function licenseTexts(packages: readonly Package[], runtimeVersion: string): string {
  const parts = RUNTIME_PARTS.map(({ name, license }) => `  ${name}: ${license}`).join("\n");
  const line = "-".repeat(78);
  return [
    "Software that is contained in the executables of orchestrator, and its licences.",
    `Bun ${runtimeVersion}: ${RUNTIME_LICENSE}. It contains:\n${parts}`,
    RELINKING,
    ...packages.map(({ name, version, license, licenseText }) =>
      `${line}\n${name} ${version}: ${license}\n\n${licenseText}`
    ),
  ].join("\n\n") + "\n";
}

function licensesOf(expression: string): readonly unknown[] {
  if (expression.includes(" ")) return [{ expression }];
  return [{
    license: expression.startsWith("LicenseRef-") ? { name: expression } : { id: expression },
  }];
}

function packageUrl({ name, version }: Package): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

/** A UUID of version 8 that depends on the text alone. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
