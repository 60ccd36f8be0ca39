/**
 * Reads the JUnit report that `deno test --junit-path` writes.
 * @module
 */

/** Counts of a test run, and who is behind them. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A report, read. */
export interface TestReport extends TestCounts {
  readonly failures: readonly string[];
  readonly skips: readonly string[];
}

/** No tests at all. */
export const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/**
 * Reads a report. Steps count like tests; a test that failed only because a step of it did is not
 * counted a second time.
 */
export function readJunit(xml: string): TestReport {
  const failures: string[] = [];
  const skips: string[] = [];
  let passed = 0;
  for (
    const { groups } of xml.matchAll(/<testcase\b(?<head>[^>]*?)(\/>|>(?<body>.*?)<\/testcase>)/gs)
  ) {
    const name = unescape(/\bname="(?<name>[^"]*)"/.exec(groups?.["head"] ?? "")?.groups?.["name"]);
    const body = groups?.["body"] ?? "";
    const failure = /<(failure|error)\b(?<head>[^>]*)/.exec(body)?.groups?.["head"];
    if (failure !== undefined) {
      if (!/\bmessage="\d+ test steps? failed"/.test(failure)) failures.push(name);
    } else if (/<skipped\b/.test(body)) skips.push(name);
    else passed += 1;
  }
  return { passed, failed: failures.length, skipped: skips.length, failures, skips };
}

/** Adds counts up. */
export function addCounts(left: TestCounts, right: TestCounts): TestCounts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** `12 passed, 0 failed, 1 skipped` */
export function countsText({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

function unescape(text: string | undefined): string {
  return (text ?? "").replace(/&(#x?[\da-f]+|\w+);/gi, (whole, entity: string) => {
    const code = /^#(?<hex>x)?(?<digits>[\da-f]+)$/i.exec(entity)?.groups;
    if (code === undefined) return ENTITIES[entity] ?? whole;
    return String.fromCodePoint(
      parseInt(code["digits"] ?? "", code["hex"] === undefined ? 10 : 16),
    );
  });
}
