/**
 * `deno task docs:picture`: writes `docs/picture.svg`, a terminal in which an agent is stopped. What it
 * shows is what the executable printed in a run on a pseudo-terminal, which `script` of util-linux gives.
 * No ids and no times are in it, so that every run makes the same bytes; a test compares them.
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { cleanEnvironment } from "./clean_environment.ts";
import { compile } from "./compile.ts";
import { ensureBun } from "./install_bun.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** Where the picture is, relative to the project. */
export const PICTURE = "docs/picture.svg";

/** A login that lets an empty password in, and a test that sees it. */
const PROJECT: Readonly<Record<string, string>> = {
  "workflow.yaml": `format: 2
name: Change
phases:
  - id: CHANGE
    name: Change
    items:
      - id: implement
        name: Make the change
        step_type: required
      - id: tests_pass
        name: The tests pass
        step_type: gate
        verification: { type: command, command: sh login_test.sh }
      - id: review
        name: A person reviews the change
        step_type: gate
        verification: { type: manual_gate, description: Read the change }
`,
  "login.sh": 'check() { [ "$1" = secret ] || [ -z "$1" ]; }\n',
  "login_test.sh": `. ./login.sh
check secret && echo "ok 1: the right password is let in" || exit 1
check "" && { echo "not ok 2: an empty password is let in"; exit 1; }
echo "ok 2: an empty password is refused"
`,
};

/** What happens before the picture begins. */
const BEFORE = [
  "git init --quiet",
  'orchestrator start "Add a login" --quiet',
  "orchestrator complete implement --quiet",
];

/** One part of what is shown. */
interface Scene {
  /** What the agent says or does, as a comment. */
  readonly says?: string;
  /** Done without being shown. */
  readonly unseen?: string;
  /** Typed by the agent. */
  readonly types: string;
  readonly exit: number;
}

const STORY: readonly Scene[] = [
  { says: 'The agent: "The login works, I am done."', types: "orchestrator finish", exit: 7 },
  { types: "orchestrator complete tests_pass", exit: 1 },
  {
    says: "It tries to get around the test.",
    types: 'orchestrator skip tests_pass --reason "This failure has nothing to do with my change"',
    exit: 7,
  },
  {
    says: "It fixes login.sh.",
    unseen: "echo 'check() { [ \"$1\" = secret ]; }' > login.sh",
    types: "orchestrator complete tests_pass",
    exit: 0,
  },
  {
    says: "It tries to approve its own work.",
    types: "orchestrator approve review --yes",
    exit: 7,
  },
];

const COLUMNS = 90;

/** A run that did not go as the story says. */
class PictureError extends Error {}

/**
 * Plays the story on an executable and draws it.
 * @param program its absolute path.
 * @returns an SVG document.
 * @throws {PictureError} when a command ends with another exit code, or prints what cannot be drawn.
 */
export function drawStory(program: string): string {
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-picture-"));
  try {
    return drawn(play(program, scratch));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @returns the lines of the terminal, with escape sequences for colours. */
function play(program: string, scratch: string): readonly string[] {
  const project = join(scratch, "project");
  const home = join(scratch, "home");
  mkdirSync(project);
  mkdirSync(home);
  symlinkSync(program, join(scratch, "orchestrator"));
  for (const [name, text] of Object.entries(PROJECT)) writeFileSync(join(project, name), text);
  const clean = cleanEnvironment(process.env);
  const env = {
    ...clean,
    HOME: home,
    PATH: `${scratch}:${clean["PATH"] ?? ""}`,
    TERM: "xterm-256color",
    LC_ALL: "C.UTF-8",
    SHELL: "/bin/sh",
  };
  const run = (file: string, args: readonly string[], agent: Readonly<Record<string, string>>) =>
    new Deno.Command(file, {
      args: [...args],
      cwd: project,
      env: { ...env, ...agent },
      clearEnv: true,
      stdin: "null",
    }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  for (const line of BEFORE) {
    const { success, stderr } = run("/bin/sh", ["-c", line], {});
    if (!success) throw new PictureError(`Cannot play "${line}": ${text(stderr)}`);
  }
  return STORY.flatMap(({ says, unseen = ":", types, exit }) => {
    const line = `stty cols ${COLUMNS} rows 40; ${unseen}; ${types}`;
    const { code, stdout } = run("script", ["-qec", line, "/dev/null"], { CLAUDECODE: "1" });
    const printed = text(stdout).replaceAll("\r", "").replace(/\n$/, "");
    if (code !== exit) {
      throw new PictureError(`Cannot play "${types}": exit code ${code}, not ${exit}: ${printed}`);
    }
    const said = says === undefined ? [] : [`\x1b[35m# ${says}`];
    return ["", ...said, `\x1b[2m$\x1b[22m \x1b[1m${types}`, ...printed.split("\n")];
  }).slice(1);
}

const FONT_SIZE = 14;
const CELL = 8.4;
const LINE = 20;
const MARGIN = 20;
const BAR = 36;

/** Colours of a dark terminal, which has its own background on light and dark pages. */
const COLOURS: Readonly<Record<string, string>> = {
  "31": "#ff7b72",
  "32": "#7ee787",
  "33": "#e3b341",
  "35": "#d2a8ff",
  "36": "#79c0ff",
};

function drawn(lines: readonly string[]): string {
  const width = Math.ceil(COLUMNS * CELL) + 2 * MARGIN;
  const height = BAR + lines.length * LINE + MARGIN;
  const dots = ["#ff5f57", "#febc2e", "#28c840"].map((colour, index) =>
    `<circle cx="${MARGIN + 6 + index * 20}" cy="18" r="6" fill="${colour}"/>`
  );
  const texts = lines.map((line, index) => pieces(line, BAR + (index + 1) * LINE - 4)).flat();
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>An agent is stopped</title>
<desc>${escaped(lines.join("\n").replaceAll(ESCAPE, ""))}</desc>
<rect x="0.5" y="0.5" width="${width - 1}" height="${
    height - 1
  }" rx="8" fill="#0d1117" stroke="#6e7681"/>
${dots.join("\n")}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" fill="#e6edf3">
${texts.join("\n")}
</g>
</svg>
`;
}

// deno-lint-ignore no-control-regex
const ESCAPE = /\x1b\[(?<code>\d+)m/g;

/**
 * The pieces of a line between escape sequences, each as it looks and at its column: viewers differ in
 * what they do with spaces at the ends of an element, and in the widths of their fonts.
 */
function pieces(line: string, y: number): readonly string[] {
  let isBold = false;
  let isDim = false;
  let colour: string | undefined;
  let column = 0;
  // The captured codes stand between the texts.
  return line.split(ESCAPE).flatMap((part, index) => {
    if (index % 2 === 1) {
      if (part === "1") isBold = true;
      else if (part === "2") isDim = true;
      else if (part === "22") isBold = isDim = false;
      else if (part === "39") colour = undefined;
      else if (part in COLOURS) colour = COLOURS[part];
      else throw new PictureError(`Cannot draw the look ${part}`);
      return [];
    }
    // deno-lint-ignore no-control-regex
    if (/[\x00-\x1f]/.test(part)) throw new PictureError(`Cannot draw ${JSON.stringify(part)}`);
    const start = column + part.length - part.trimStart().length;
    const text = part.trim();
    column += part.length;
    if (text === "") return [];
    const attributes = [
      `x="${rounded(MARGIN + start * CELL)}" y="${y}" textLength="${rounded(text.length * CELL)}"`,
      ...(isBold ? ['font-weight="bold"'] : []),
      ...(isDim ? ['fill-opacity="0.65"'] : []),
      ...(colour === undefined ? [] : [`fill="${colour}"`]),
    ];
    return [`<text ${attributes.join(" ")}>${escaped(text)}</text>`];
  });
}

function rounded(length: number): number {
  return Math.round(length * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

if (import.meta.main) {
  if (spawnSync("script", ["--version"]).status !== 0) {
    throw new PictureError("Cannot draw: the program script (of util-linux) is not installed");
  }
  ensureBun((line) => console.log(line));
  const { path } = await compile({ engine: "bun", outdir: join(ROOT, "dist") });
  writeFileSync(join(ROOT, PICTURE), drawStory(path));
  console.log(`wrote ${PICTURE}`);
}
