/**
 * Every key, in every subset of layers: the highest wins, and all others are its chain.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { Config } from "../../src/config/config.ts";
import {
  CONFIG_KEY_NAMES,
  type ConfigKey,
  configKey,
  type ConfigKeyName,
  type ConfigValue,
} from "../../src/config/keys.ts";
import type { Origin } from "../../src/config/layers.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { ConfigFile } from "../../src/config/read_file.ts";
import { valueWord } from "../../src/config/value.ts";
import { userConfigFiles } from "../../src/project/paths.ts";
import { Scratch } from "../harness/scratch.ts";

/** The layers above the defaults, lowest first. */
const SOURCES = ["old", "xdg", "home", "repository", "environment", "flag"] as const;
type Source = (typeof SOURCES)[number];

/** A value of a key that no other source of it has, as far as its type allows. */
function valueFor(row: ConfigKey, source: Source): ConfigValue {
  const index = SOURCES.indexOf(source);
  const { type } = row;
  switch (type.kind) {
    case "boolean":
      return index % 2 === 0;
    case "integer":
    case "seconds":
      return type.min + index + 1;
    case "bytes":
      return type.min * (index + 2);
    case "text":
      if (type.what.includes("owner/repo")) return `owner/${source}`;
      return type.what.includes("URL") ? `https://git.example/${source}.git` : `text-${source}`;
    case "path":
      return `a/${source}.txt`;
    case "choice":
      return type.values[index % type.values.length] ?? "";
    case "list":
      if (type.values !== undefined) return [type.values[index % type.values.length] ?? ""];
      return type.pattern?.test("age1") === false && type.what.includes("age")
        ? [`age1${"q".repeat(30 + index)}`]
        : [`NAME_${index}`];
  }
}

/** The sources a key may come from. */
function sourcesOf(row: ConfigKey): readonly Source[] {
  return SOURCES.filter((source) =>
    !(source === "repository" && row.personal === true) &&
    !(source === "flag" && row.secret === true)
  );
}

function yamlFor(name: string, value: unknown): string {
  const nested = name.split(".").reduceRight<unknown>((inner, word) => ({ [word]: inner }), value);
  return `# a comment\n${stringify(nested)}`;
}

async function configOf(
  scratch: Scratch,
  name: ConfigKeyName,
  sources: readonly Source[],
): Promise<Config> {
  const row = configKey(name);
  const xdg = join(scratch.home, "xdg");
  const users = userConfigFiles(scratch.home, xdg);
  const places: Readonly<Record<string, string>> = {
    old: users[0]?.path ?? "",
    xdg: users[1]?.path ?? "",
    home: users[2]?.path ?? "",
    repository: scratch.path(".orchestrator/config.yaml"),
  };
  const files: ConfigFile[] = Object.entries(places).map(([source, path]) => {
    const set = sources.includes(source as Source);
    const value = valueFor(row, source as Source);
    mkdirSync(dirname(path), { recursive: true });
    // The old tool wrote texts only.
    writeFileSync(path, set ? yamlFor(name, source === "old" ? valueWord(value) : value) : "");
    return {
      layer: source === "repository" ? "repository" : "global",
      path,
      shown: source,
      old: source === "old",
    };
  });
  return await loadConfig({
    files,
    env: sources.includes("environment")
      ? { [row.env]: valueWord(valueFor(row, "environment")) }
      : { [row.env]: "" },
    flags: sources.includes("flag")
      ? [{ key: name, value: valueFor(row, "flag"), flag: "--set" }]
      : [],
  });
}

function nameOf(origin: Origin): string {
  return "file" in origin ? origin.file : origin.layer;
}

for (const name of CONFIG_KEY_NAMES) {
  Deno.test(`${name}: every subset of layers has the right winner and chain`, async () => {
    using scratch = new Scratch();
    const row = configKey(name);
    const possible = sourcesOf(row);
    for (let subset = 0; subset < 2 ** possible.length; subset++) {
      const sources = possible.filter((_, index) => (subset >> index) % 2 === 1);
      const config = await configOf(scratch, name, sources);
      assert.deepEqual(config.problems, [], `${name} in ${sources}`);
      const expected = [
        ...[...sources].reverse().map((source) => [source, valueFor(row, source)] as const),
        ["default", row.default] as const,
      ];
      const { value, origin, shadowed } = config.effective(name);
      const found = [{ value, origin }, ...shadowed].map((entry) =>
        [nameOf(entry.origin), entry.value] as const
      );
      assert.deepEqual(found, expected, `${name} in ${sources}`);
      assert.deepEqual(config.get(name), expected[0]?.[1]);
      assert.deepEqual(config.require(name, "test"), expected[0]?.[1]);
      // No other key is touched.
      for (const other of CONFIG_KEY_NAMES) {
        if (other === name) continue;
        assert.deepEqual(config.effective(other).shadowed, []);
        assert.equal(config.effective(other).origin.layer, "default");
      }
    }
  });
}
