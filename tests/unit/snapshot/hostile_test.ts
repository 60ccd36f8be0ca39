import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { packTar, type TarHeader, unpackTar } from "modern-tar";
import { type ErrorCode, OrchestratorError } from "../../../src/errors.ts";
import { SNAPSHOT_FORMAT } from "../../../src/snapshot/manifest.ts";
import { DEFAULT_LIMITS } from "../../../src/snapshot/limits.ts";
import { compareTrees, readTree } from "../../harness/tree.ts";
import { World } from "./world.ts";

interface Entry {
  header: TarHeader;
  data?: Uint8Array<ArrayBuffer>;
}

const ID = "abcdefghijk23";
const encoder = new TextEncoder();

/** A good snapshot's entries, and what makes an archive of them again. */
async function goodEntries(): Promise<{ entries: Entry[]; id: string }> {
  using world = new World();
  const id = await world.start("Add login");
  await world.note(id, "one");
  const tar = gunzipSync(await world.export());
  return { entries: await unpackTar(tar) as Entry[], id };
}

const archive = async (entries: readonly Entry[]) => gzipSync(await packTar([...entries]));

function file(name: string, text: string): Entry {
  const data = encoder.encode(text);
  return { header: { name, size: data.length, type: "file" }, data };
}

/** The entries with another manifest; hashes and sizes are made to fit unless `edit` says otherwise. */
function withManifest(
  entries: readonly Entry[],
  // deno-lint-ignore no-explicit-any
  edit: (manifest: any) => void,
): Entry[] {
  const [first, ...rest] = entries;
  const manifest = JSON.parse(new TextDecoder().decode(first?.data));
  manifest.files = rest.map(({ header, data }) => ({
    name: header.name,
    size: data?.length ?? 0,
    sha256: createHash("sha256").update(data ?? new Uint8Array()).digest("hex"),
  }));
  edit(manifest);
  return [file("manifest.json", JSON.stringify(manifest)), ...rest];
}

/** Imports it; it must be refused with this code and leave no trace, inside or outside. */
async function refused(
  bytes: Uint8Array,
  code: ErrorCode,
  limits: Partial<typeof DEFAULT_LIMITS> = {},
): Promise<string> {
  using world = new World();
  const before = readTree(world.scratch.top, { times: false });
  let message = "";
  const read = {
    limits: { ...DEFAULT_LIMITS, ...limits },
    askKey: () => Promise.reject(new Error("no key was expected")),
  };
  await assert.rejects(world.import(bytes, { read }), (error: unknown) => {
    assert.ok(error instanceof OrchestratorError, String(error));
    assert.equal(error.code, code, error.message);
    message = error.message;
    return true;
  });
  assert.deepEqual(compareTrees(before, readTree(world.scratch.top, { times: false })), []);
  return message;
}

Deno.test("what is no snapshot is refused", async () => {
  await refused(new Uint8Array(), "snapshot_invalid");
  await refused(encoder.encode("hello"), "snapshot_invalid");
  await refused(gzipSync("hello"), "snapshot_invalid");
  await refused(gzipSync(new Uint8Array(4096)), "snapshot_invalid");
  await refused(await archive([file("manifest.json", "{}")]), "snapshot_invalid");
  await refused(await archive([file("other.json", "{}")]), "snapshot_invalid");
});

Deno.test("names that lead elsewhere are refused, listed or not", async () => {
  const { entries } = await goodEntries();
  const names = [
    "../evil",
    "/etc/evil",
    "sessions/../../evil",
    "C:\\evil",
    "sessions\\evil",
    "CON",
    "META.JSON",
    "lock",
    `sessions/${ID}/state.json`,
    "m\u00e9ta.json",
    "meta.json\u202e",
    ".git/hooks/pre-commit",
    "archive/.git/config",
    "archive/../../evil",
    "prd/a\\b",
    "secrets/.gitignore",
    "secrets/GITIGN~1",
    "removed/../lock.jsonl",
    `sessions/${ID}/legacy/../log.jsonl`,
    `sessions/${ID}/set_aside/x`,
    "log/x.jsonl",
  ];
  for (const name of names) {
    const more = [...entries, file(name, "evil")];
    await refused(await archive(more), "snapshot_invalid");
    await refused(await archive(withManifest(more, () => {})), "snapshot_invalid");
  }
});

Deno.test("links, devices and pipes are refused", async () => {
  const { entries } = await goodEntries();
  const types = ["symlink", "link", "character-device", "block-device", "fifo"] as const;
  for (const type of types) {
    const entry: Entry = {
      header: { name: "config.yaml", size: 0, type, linkname: "/etc/passwd" },
    };
    assert.match(
      await refused(await archive([...entries, entry]), "snapshot_invalid"),
      /only contain files/,
    );
  }
});

Deno.test("doubled, missing, unlisted and altered files are refused", async () => {
  const { entries, id } = await goodEntries();
  const journal = entries.find(({ header }) => header.name.endsWith("log.jsonl"));
  assert.ok(journal);
  const altered = entries.map((entry) =>
    entry === journal ? file(entry.header.name, "{}\n".padEnd(entry.header.size, " ")) : entry
  );
  assert.match(await refused(await archive([...entries, journal]), "snapshot_invalid"), /twice/);
  assert.match(
    await refused(await archive(entries.filter((entry) => entry !== journal)), "snapshot_invalid"),
    /missing/,
  );
  assert.match(
    await refused(await archive(altered), "snapshot_invalid"),
    /was changed: its hash differs/,
  );
  await refused(await archive([...entries, file("config.yaml", "a: 1")]), "snapshot_invalid");
  const doubled = withManifest(entries, (manifest) => manifest.files.push(manifest.files[0]));
  await refused(await archive(doubled), "snapshot_invalid");
  const foreign = withManifest(entries, (manifest) => manifest.sessions[0].id = ID);
  assert.match(await refused(await archive(foreign), "snapshot_invalid"), /journal/);
  const sessionless = withManifest(entries, (manifest) => manifest.sessions = []);
  assert.match(await refused(await archive(sessionless), "snapshot_invalid"), new RegExp(id));
});

Deno.test("a journal that is no chain, or another session's, is refused though its hash fits", async () => {
  const { entries, id } = await goodEntries();
  const text = new TextDecoder().decode(
    entries.find(({ header }) => header.name.endsWith("log.jsonl"))?.data,
  );
  const lines = text.trimEnd().split("\n");
  const forged = [
    text.replace("Add login", "Add virus"),
    text.replaceAll("\n", "\r\n"),
    text.slice(0, -1),
    `${lines[0]}\n`,
    `${lines[1]}\n`,
    "\n",
    "",
    "\ufeff" + text,
    text.replaceAll(id, ID),
    lines[0]?.replace('"definition":{', '"definition":{"phases":7,"x":{') + "}\n",
    '{"v":1,"seq":1,"time":"","type":"session_started","actor":{},"data":{},"prev":"' +
    "0".repeat(64) + '"}\n',
  ];
  for (const journal of forged) {
    const changed = entries.map((entry) =>
      entry.header.name.endsWith("log.jsonl") ? file(entry.header.name, journal) : entry
    );
    // A person who forges a journal also forges the manifest.
    await refused(await archive(withManifest(changed, () => {})), "snapshot_invalid");
  }
  const newer = entries.map((entry) =>
    entry.header.name.endsWith("log.jsonl")
      ? file(entry.header.name, text.replace(/"v":\d+/, '"v":99'))
      : entry
  );
  await refused(await archive(withManifest(newer, () => {})), "format_too_new");
});

Deno.test("a newer format is refused as such", async () => {
  const { entries } = await goodEntries();
  const newer = withManifest(entries, (manifest) => manifest.format = SNAPSHOT_FORMAT + 1);
  await refused(await archive(newer), "format_too_new");
});

Deno.test("every limit is met, and named", async () => {
  const { entries } = await goodEntries();
  const bytes = await archive(entries);
  assert.match(await refused(bytes, "limit_exceeded", { files: 2 }), /limit 2\)/);
  assert.match(await refused(bytes, "limit_exceeded", { fileSize: 100 }), /limit 100\)/);
  assert.match(
    await refused(bytes, "limit_exceeded", { totalSize: 1000 }),
    /(?:more than|limit) 1000\b/,
  );
  assert.match(
    await refused(bytes, "limit_exceeded", { manifestSize: 10 }),
    /(?:more than|limit) 10\b/,
  );
  const many = Array.from({ length: 30 }, (_, index): Entry => ({
    header: { name: `d${index}/`, size: 0, type: "directory" },
  }));
  await refused(await archive([...many, ...entries]), "limit_exceeded", { files: 20 });
});

Deno.test("a file that is larger than its kind may be is refused before it is read", async () => {
  const { entries } = await goodEntries();
  const listed = withManifest(entries, (edited) => {
    const meta = edited.files.find((one: { name: string }) => one.name === "meta.json");
    meta.size = 17 * 1024 * 1024;
  });
  assert.match(
    await refused(await archive(listed), "snapshot_invalid"),
    /larger than the limit for its/,
  );
});

Deno.test("a bomb is stopped long before it has unfolded", async () => {
  const { entries } = await goodEntries();
  const [manifest] = entries;
  assert.ok(manifest);
  // 128 MiB of nothing in 130 KiB, behind a good beginning.
  const zeros = new Uint8Array(64 * 1024 * 1024);
  const parts = [gzipSync(await packTar([manifest])).subarray(0), gzipSync(zeros), gzipSync(zeros)];
  const bomb = new Uint8Array(parts.flatMap((part) => [...part]));
  assert.match(await refused(bomb, "limit_exceeded"), /(?:more than|limit) 1000\b/);
  const listed = withManifest(entries, (edited) => edited.files[0].size = 1e12);
  await refused(await archive(listed), "limit_exceeded");
  const large = await archive([
    ...withManifest(entries, () => {}),
    { header: { name: "config.yaml", size: 8e6, type: "file" }, data: zeros.slice(0, 8e6) },
  ]);
  await refused(large, "snapshot_invalid");
  await refused(gzipSync(zeros), "limit_exceeded");
});

Deno.test("a snapshot that is cut off anywhere is refused", async () => {
  const { entries } = await goodEntries();
  const bytes = await archive(entries);
  for (let end = 0; end < bytes.length; end += 97) {
    await refused(bytes.subarray(0, end), "snapshot_invalid");
  }
  const tar = gunzipSync(bytes);
  for (const end of [300, 512, 5000, tar.length - 1024, tar.length - 1]) {
    await refused(tar.subarray(0, end), "snapshot_invalid");
  }
});
