/**
 * What went wrong in many places, told once.
 * @module
 */

/** Problems, those alike put together. */
export class ProblemList {
  readonly #found = new Map<string, { problems: readonly string[]; places: Place[] }>();

  /** @returns whether there are problems, and none was like them so far. */
  add(problems: readonly string[], place: Place): boolean {
    if (problems.length === 0) return false;
    const key = problems.map(stable).join("\n");
    const known = this.#found.get(key);
    const entry = known ?? { problems, places: [] };
    entry.places.push(place);
    this.#found.set(key, entry);
    return known === undefined;
  }

  texts(): readonly string[] {
    return [...this.#found.values()].map(({ problems, places }) =>
      [
        ...places.map(({ where }) => where),
        ...problems.map((problem) => `  - ${shortened(problem)}`),
        ...places.slice(0, 1).flatMap(({ again }) => again).map((line) => `  $ ${line}`),
      ].join("\n")
    );
  }
}

/** Where a problem showed itself. */
export interface Place {
  readonly where: string;
  /** Command lines that show it again. */
  readonly again: readonly string[];
}

/** A problem without what differs from run to run. */
function stable(problem: string): string {
  return problem.replace(/\/[\w./-]*\/\d+-(SIGKILL|E[A-Z]+)\b/g, "<root>")
    .replace(/\b[a-z2-7]{13}\b/g, "<id>").replace(/\.tmp-[\w-]+/g, ".tmp-*");
}

/** A stack with minified source may be long. */
function shortened(text: string): string {
  const line = text.replace(/\s*\n\s*/g, " / ");
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}
