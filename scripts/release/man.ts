/**
 * Man pages, made from the command table: `orchestrator(1)` and one page for each command.
 * @module
 */
import type { CommandSpec, OptionSpec } from "../../src/cli/command.ts";
import { exitCodes } from "../../src/cli/help/exit_codes.ts";
import { VARIABLES } from "../../src/cli/help/variables.ts";
import { GLOBAL_OPTIONS } from "../../src/cli/parse.ts";
import { describeArguments } from "../../src/cli/usage_errors.ts";

/** A man page. */
export interface ManPage {
  /** `orchestrator-session-list.1` */
  readonly name: string;
  readonly text: string;
}

/** What every page's header says. */
export interface ManHeader {
  readonly version: string;
  /** A day, `2026-11-22`. */
  readonly date: string;
}

/** All pages for a command table. */
export function manPages(table: readonly CommandSpec[], header: ManHeader): readonly ManPage[] {
  const shown = table.filter(({ hidden }) => hidden !== true);
  return [overview(shown, header), ...shown.map((spec) => commandPage(spec, shown, header))];
}

function overview(table: readonly CommandSpec[], header: ManHeader): ManPage {
  const codes = exitCodes().map(({ code, kind, means }) =>
    tagged(String(code), `${kind}: ${lowerFirst(means)}.`)
  );
  const variables = VARIABLES.map(({ names, means }) => tagged(names.join(", "), `${means}.`));
  return {
    name: "orchestrator.1",
    text: page("orchestrator", header, [
      section("NAME", "orchestrator \\- keeps people and AI agents honest about a workflow"),
      section("SYNOPSIS", "\\fBorchestrator\\fR \\fIcommand\\fR [\\fIoptions\\fR]"),
      section(
        "DESCRIPTION",
        text(
          "Guides a task through the phases and items of a workflow, with proof for each step, and keeps a record of it in .orchestrator/ in the repository.",
        ),
      ),
      section(
        "COMMANDS",
        table.map((spec) => tagged(`orchestrator-${dashed(spec)}(1)`, `${spec.summary}.`))
          .join("\n"),
      ),
      section("OPTIONS", options(GLOBAL_OPTIONS)),
      section("ENVIRONMENT", variables.join("\n")),
      section("EXIT STATUS", codes.join("\n")),
    ]),
  };
}

function commandPage(
  spec: CommandSpec,
  table: readonly CommandSpec[],
  header: ManHeader,
): ManPage {
  const name = `orchestrator-${dashed(spec)}`;
  const synopsis = ["\\fBorchestrator", `${text(spec.path)}\\fR`, text(describeArguments(spec))]
    .filter((part) => part !== "").join(" ");
  const parts = [
    section("NAME", `${text(name)} \\- ${text(lowerFirst(spec.summary))}`),
    section("SYNOPSIS", `${synopsis} [\\fIoptions\\fR]`),
    section("DESCRIPTION", text(spec.details ?? `${spec.summary}.`)),
  ];
  const { args = [], options: own = [], examples } = spec;
  if (args.length > 0) {
    parts.push(
      section("ARGUMENTS", args.map((arg) => tagged(arg.name, arg.summary)).join("\n")),
    );
  }
  if (own.length > 0) parts.push(section("OPTIONS", options(own)));
  parts.push(
    section(
      "EXAMPLES",
      examples.map(({ line, means }) => tagged(`orchestrator ${line}`, means)).join("\n"),
    ),
  );
  const related = table.filter(({ path }) =>
    path !== spec.path && path.split(" ")[0] === spec.path.split(" ")[0]
  );
  const pages = ["orchestrator(1)", ...related.map((row) => `orchestrator-${dashed(row)}(1)`)];
  parts.push(section("SEE ALSO", text(pages.join(", "))));
  return { name: `${name}.1`, text: page(name, header, parts) };
}

function page(name: string, { version, date }: ManHeader, parts: readonly string[]): string {
  const title = name.toUpperCase();
  return `.TH "${text(title)}" 1 "${date}" "orchestrator ${version}"\n${parts.join("\n")}\n`;
}

function section(title: string, body: string): string {
  return `.SH ${title}\n${body}`;
}

function tagged(tag: string, body: string): string {
  return `.TP\n\\fB${text(tag)}\\fR\n${text(body)}`;
}

function options(specs: readonly OptionSpec[]): string {
  return specs.map(({ name, short, value, many, summary }) => {
    const flags = [...(short === undefined ? [] : [`-${short}`]), `--${name}`].map((flag) =>
      `\\fB${text(flag)}\\fR`
    );
    const argument = value === undefined ? "" : ` \\fI${text(value)}\\fR`;
    const repeated = many === true && !summary.includes("repeated") ? "; may be repeated" : "";
    return `.TP\n${flags.join(", ")}${argument}\n${text(summary + repeated)}`;
  }).join("\n");
}

/** Text in which nothing is read as a request or an escape. */
function text(words: string): string {
  return words.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replace(/[\u0080-\u{10ffff}]/gu, (character) => `\\[u${codeOf(character)}]`)
    .split("\n").map((line) => /^[.']/.test(line) ? `\\&${line}` : line).join("\n");
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

function dashed({ path }: CommandSpec): string {
  return path.replaceAll(" ", "-");
}

function lowerFirst(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
