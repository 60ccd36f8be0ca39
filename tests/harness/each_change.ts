/**
 * Every way to change one thing in a value of JSON.
 * @module
 */

/** Each changed value, with what was changed in words. */
export function* eachChange(value: unknown, path: string): Iterable<readonly [string, unknown]> {
  if (typeof value !== "object" || value === null) {
    yield [`${path} is another`, typeof value === "number" ? value + 1 : `${value}x`];
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      for (const [name, changed] of eachChange(entry, `${path}[${index}]`)) {
        yield [name, value.with(index, changed)];
      }
      yield [`${path} lacks ${index}`, value.toSpliced(index, 1)];
    }
    yield [`${path} has one more`, [...value, null]];
    return;
  }
  const entries = Object.entries(value);
  for (const [index, [key, entry]] of entries.entries()) {
    const having = (changed: unknown) => Object.fromEntries(entries.with(index, [key, changed]));
    for (const [name, changed] of eachChange(entry, `${path}.${key}`)) {
      yield [name, having(changed)];
    }
    yield [`${path}.${key} is null`, having(null)];
    yield [`${path} lacks ${key}`, Object.fromEntries(entries.toSpliced(index, 1))];
  }
}
