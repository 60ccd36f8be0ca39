/**
 * Puts this program's name and version into executables for Windows, where Explorer, task manager and
 * antivirus programs show them.
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import * as ResEdit from "resedit";
import { VERSION } from "../../src/version.ts";

const ENGLISH_US = 1033;
const UTF16 = 1200;
const NAMES = { lang: ENGLISH_US, codepage: UTF16 } as const;

/** Kinds of resources: icon, group of icons, version. */
const REPLACED: readonly (string | number)[] = [3, 14, 16];

/** The section Bun puts its payload into. */
const PAYLOAD = ".bun";

/**
 * Takes the base out of an executable that Bun has built, and puts version and names of this program
 * into it. They must be in the base before the payload is: its section stands behind the resources,
 * which could not grow otherwise.
 * @param executable what Bun has built.
 * @param base where the base goes.
 * @returns `base`
 */
export function baseWithResources(executable: string, base: string): string {
  const file = ResEdit.NtExecutable.from(withoutPayload(readFileSync(executable)), {
    ignoreCert: true,
  });
  const resources = ResEdit.NtExecutableResource.from(file);
  resources.entries = resources.entries.filter(({ type }) => !REPLACED.includes(type));
  versionInfo().outputToResourceEntries(resources.entries);
  resources.outputResource(file);
  writeFileSync(base, new Uint8Array(file.generate()));
  return base;
}

/** The names and versions an executable for Windows states, by their names in the format. */
export function readNames(executable: Uint8Array): Readonly<Record<string, string>> {
  const file = ResEdit.NtExecutable.from(withoutPayload(executable), { ignoreCert: true });
  const { entries } = ResEdit.NtExecutableResource.from(file);
  const [info] = ResEdit.Resource.VersionInfo.fromEntries(entries);
  return info?.getStringValues(NAMES) ?? {};
}

function versionInfo(): ResEdit.Resource.VersionInfo {
  const [major = 0, minor = 0, patch = 0] = VERSION.split(/[-.]/).map(Number);
  const info = ResEdit.Resource.VersionInfo.createEmpty();
  info.lang = ENGLISH_US;
  info.setFileVersion(major, minor, patch, 0, ENGLISH_US);
  info.setProductVersion(major, minor, patch, 0, ENGLISH_US);
  info.setStringValues(NAMES, {
    CompanyName: "the orchestrator authors",
    FileDescription: "orchestrator",
    FileVersion: VERSION,
    InternalName: "orchestrator",
    LegalCopyright: "MIT License",
    OriginalFilename: "orchestrator.exe",
    ProductName: "orchestrator",
    ProductVersion: VERSION,
  });
  return info;
}

/** The executable without its last section, which must be the payload. */
function withoutPayload(executable: Uint8Array): Uint8Array {
  const view = new DataView(executable.buffer, executable.byteOffset, executable.byteLength);
  const header = view.getUint32(0x3c, true);
  const sections = view.getUint16(header + 6, true);
  const optionalHeader = header + 24;
  const last = optionalHeader + view.getUint16(header + 20, true) + (sections - 1) * 40;
  const name = new TextDecoder().decode(executable.subarray(last, last + 8)).replace(/\0+$/, "");
  if (name !== PAYLOAD) {
    throw new Error(`Cannot set the resources: the last section is "${name}", not "${PAYLOAD}"`);
  }
  const address = view.getUint32(last + 12, true);
  const start = view.getUint32(last + 20, true);
  const base = executable.slice(0, start);
  const changed = new DataView(base.buffer);
  changed.setUint16(header + 6, sections - 1, true);
  changed.setUint32(optionalHeader + 56, address, true); // size of the image in memory
  base.fill(0, last, last + 40);
  return base;
}
