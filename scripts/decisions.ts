/**
 * The pages of `docs/design/`: the list of decisions, and what every decision's file must have.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname ?? ".", "..");
const FOLDER = "docs/design/decisions";

/** A decision, as its file says it. */
export interface Decision {
  readonly number: string;
  readonly title: string;
  /** The first date, and those of amendments. */
  readonly dates: readonly string[];
  readonly file: string;
}

const FILE = /^(?<number>\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md$/;
const HEAD =
  /^# (?<number>\d{4}): (?<title>\S.*)\n\nDate: (?<dates>\d{4}-\d\d-\d\d(?:, amended \d{4}-\d\d-\d\d)*)\n\n/;
const PARTS = ["Context", "Decision", "Consequences"];

/** Reads a decision's file, or says what is wrong with it. */
export function readDecision(file: string, text: string): Decision | string {
  const number = FILE.exec(file)?.groups?.["number"];
  if (number === undefined) return `${file} is not named NNNN-a-few-words.md`;
  const { number: said, title, dates } = HEAD.exec(text)?.groups ?? {};
  if (said === undefined || title === undefined || dates === undefined) {
    return `${file} does not begin with "# ${number}: title" and "Date: YYYY-MM-DD"`;
  }
  if (said !== number) return `${file} says that it is number ${said}`;
  const parts = text.split(/^## /m).slice(1);
  const names = parts.map((part) => part.split("\n", 1)[0]);
  if (names.join() !== PARTS.join()) return `${file} has not the parts ${PARTS.join(", ")}`;
  const empty = parts.findIndex((part) => part.trim() === PARTS[parts.indexOf(part)]);
  if (empty >= 0) return `${file} says nothing under ${PARTS[empty]}`;
  return { number, title, dates: dates.split(", amended "), file };
}

/** All decisions in the order of their numbers, and what is wrong with the files. */
export function readDecisions(
  root: string = ROOT,
): { readonly decisions: readonly Decision[]; readonly problems: readonly string[] } {
  const folder = join(root, FOLDER);
  const decisions: Decision[] = [];
  const problems: string[] = [];
  for (const file of readdirSync(folder).filter((name) => name !== "README.md").sort()) {
    const read = readDecision(file, readFileSync(join(folder, file), "utf8"));
    if (typeof read === "string") problems.push(`${FOLDER}: ${read}`);
    else decisions.push(read);
  }
  problems.push(...numbering(decisions).map((problem) => `${FOLDER}: ${problem}`));
  return { decisions, problems };
}

/** Numbers go up by one from 1, each used once. */
export function numbering(decisions: readonly Decision[]): readonly string[] {
  return decisions.flatMap(({ number, file }, index) => {
    const wanted = String(index + 1).padStart(4, "0");
    return number === wanted ? [] : [`${file} should have the number ${wanted}`];
  }).slice(0, 1);
}

/** The rows of the list of decisions: number, link, date. */
export function decisionRows(): readonly (readonly string[])[] {
  return readDecisions().decisions.map(({ number, title, dates, file }) => [
    number,
    `[${title}](${file})`,
    dates.at(-1) ?? "",
  ]);
}
