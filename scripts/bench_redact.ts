/**
 * `deno task bench:redact`: how long it takes to take secrets out of texts that are made to be slow,
 * each at four lengths. The figures of a row double, or the work grows faster than the text.
 * @module
 */
import { redact } from "../src/secrets/redact.ts";

const PIECES = [
  ...["the quick brown fox ", "a", "a-", "a_", "secret", "a=", "token=", "token: ", "a.b"],
  ...["https://", "http://a:b", "http://a:x/", "eyJ", "ghp_", "sk-", "xapp-1-A-1-a "],
  ...["-----BEGIN PRIVATE KEY", "Bearer ", "authorization: ", "PASSWORD", "--token "],
];
const SIZES = [30_000, 60_000, 120_000, 240_000];

redact(PIECES.join(" "));
console.log(["milliseconds for".padEnd(26), ...SIZES.map(String)].join("\t"));
for (const piece of PIECES) {
  const times = SIZES.map((size) => {
    const text = piece.repeat(Math.ceil(size / piece.length));
    const started = performance.now();
    redact(text);
    return (performance.now() - started).toFixed(1);
  });
  console.log([JSON.stringify(piece).padEnd(26), ...times].join("\t"));
}
