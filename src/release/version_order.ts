/**
 * Versions as releases have them: `1.2.3`, or `1.2.3-rc.1` before it.
 * @module
 */

const VERSION_FORM =
  /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-([0-9a-z.]{1,40}))?$/;

/** Whether a text is a version: the part of SemVer that releases use. */
export function isVersion(text: string): boolean {
  return VERSION_FORM.test(text);
}

/**
 * Compares two versions by the precedence of SemVer 2.0.0, section 11.
 * @returns below zero when `left` is older, above when it is newer, 0 when they are the same.
 */
export function compareVersions(left: string, right: string): number {
  const [one, two] = [parts(left), parts(right)];
  for (let index = 0; index < 3; index++) {
    const difference = (one.numbers[index] ?? 0) - (two.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (one.before.length === 0 || two.before.length === 0) {
    return Number(one.before.length === 0) - Number(two.before.length === 0);
  }
  const length = Math.max(one.before.length, two.before.length);
  for (let index = 0; index < length; index++) {
    const difference = compareIdentifiers(one.before[index], two.before[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function parts(
  version: string,
): { readonly numbers: readonly number[]; readonly before: readonly string[] } {
  const match = VERSION_FORM.exec(version);
  if (match === null) throw new TypeError(`"${version}" is not a version`);
  return { numbers: match.slice(1, 4).map(Number), before: match[4]?.split(".") ?? [] };
}

function compareIdentifiers(left: string | undefined, right: string | undefined): number {
  if (left === undefined || right === undefined) {
    return Number(left !== undefined) - Number(right !== undefined);
  }
  const numeric = [/^\d+$/.test(left), /^\d+$/.test(right)] as const;
  if (numeric[0] && numeric[1]) return Number(left) - Number(right);
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}
