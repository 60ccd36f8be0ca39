/**
 * Configuration files that are as simple as most are, read without the YAML library, which takes
 * longer to load than `status` takes: lines of `key: value` with a switch, a number or a plain word.
 *
 * Whatever else there is, and whatever is wrong, is not for here: then the library reads the file.
 * `tests/property/config_plain_text_test.ts` holds both to the same answers.
 * @module
 */
import { parentOf } from "../platform/path.ts";
import { readTextWithin } from "../platform/within.ts";
import { configKey, type ConfigKeyName, isConfigKey } from "./keys.ts";
import type { Entry } from "./layers.ts";
import type { ConfigFile, ReadConfig } from "./read_file.ts";
import { checkValue } from "./value.ts";

/** Longer files are not read here. */
const MAX_LENGTH = 16 * 1024;

const NOTHING = /^ *(?:#.*)?$/;
const LINE = /^([a-z_]+):( +)([^ ]+) *$/;

/** Texts that mean themselves in YAML 1.2, whatever the schema: not one of the words below. */
const PLAIN_WORD = /^[A-Za-z][A-Za-z0-9_./<>@-]*$/;
const SPECIAL_WORD = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i;
const INTEGER = /^(?:0|[1-9]\d{0,14})$/;

/** Reads a file. Null: the library has to read it. */
export function readPlainFile(file: ConfigFile): ReadConfig | null {
  try {
    const within = file.layer === "repository" ? parentOf(file.path) : null;
    const text = readTextWithin(within, file.path, MAX_LENGTH);
    return text === null ? null : readPlainText(text, file);
  } catch {
    return null;
  }
}

/** Reads a file's text. Null: the library has to read it. */
export function readPlainText(text: string, file: ConfigFile): ReadConfig | null {
  if (text.length > MAX_LENGTH || file.old === true) return null;
  const entries = new Map<ConfigKeyName, Entry>();
  for (const [index, line] of text.split("\n").entries()) {
    if (NOTHING.test(line)) continue;
    const [, key = "", gap = "", word = ""] = LINE.exec(line) ?? [];
    const raw = plainValue(word);
    if (!isConfigKey(key) || raw === undefined || entries.has(key)) return null;
    const row = configKey(key);
    if (file.layer === "repository" && row.personal === true) return null;
    const checked = checkValue(row.type, raw);
    if (checked.error !== undefined) return null;
    const column = key.length + 1 + gap.length + 1;
    const origin = { layer: file.layer, file: file.shown, line: index + 1, column };
    entries.set(key, { value: checked.value, origin });
  }
  return { layer: { name: file.layer, entries }, problems: [], broken: false };
}

function plainValue(word: string): string | number | boolean | undefined {
  if (word === "true" || word === "false") return word === "true";
  if (INTEGER.test(word)) return Number(word);
  return PLAIN_WORD.test(word) && !SPECIAL_WORD.test(word) ? word : undefined;
}
