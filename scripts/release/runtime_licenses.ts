/**
 * What is linked into the runtime, and its licences, as the makers of Bun state them in their
 * `LICENSE.md`. To be looked through again when the version of Bun changes; a test holds it.
 * @module
 */

/** The version of Bun the list was last compared with. */
export const REVIEWED_FOR = "1.4.5";

/** A part of the runtime. */
export interface RuntimePart {
  readonly name: string;
  /** SPDX expression; `LicenseRef-…` where there are several, or none of SPDX's. */
  readonly license: string;
}

/** The runtime itself is MIT. */
export const RUNTIME_LICENSE = "MIT";

/** Where the source of the LGPL parts is, and how to relink them. */
export const RELINKING = [
  "The executables contain Bun, which links JavaScriptCore (LGPL-2.0) and TinyCC (LGPL-2.1)",
  "statically. Their sources: https://github.com/oven-sh/WebKit and",
  "https://github.com/oven-sh/tinycc. How to build Bun with changed versions of them is described",
  "in LICENSE.md of https://github.com/oven-sh/bun. An executable of orchestrator with such a Bun is",
  "built from its source with `deno task compile --engine bun`.",
].join("\n");

/** What is linked. */
const LINKED: readonly RuntimePart[] = [
  { name: "JavaScriptCore and WebCore (WebKit)", license: "LGPL-2.0-only" },
  { name: "BoringSSL", license: "LicenseRef-BoringSSL" },
  { name: "brotli", license: "MIT" },
  { name: "c-ares", license: "MIT" },
  { name: "esbuild (transpiler and resolver, ported)", license: "MIT" },
  { name: "Highway", license: "Apache-2.0" },
  { name: "ICU", license: "Unicode-3.0" },
  { name: "libarchive", license: "LicenseRef-libarchive" },
  { name: "libbase64", license: "BSD-2-Clause" },
  { name: "libc++abi (a fallback of LLVM's)", license: "Apache-2.0 WITH LLVM-exception" },
  { name: "libdeflate", license: "MIT" },
  { name: "libjpeg-turbo", license: "IJG AND BSD-3-Clause AND Zlib" },
  { name: "libspng", license: "BSD-2-Clause" },
  { name: "libuv (Windows)", license: "MIT" },
  { name: "libwebp", license: "BSD-3-Clause" },
  { name: "lol-html", license: "BSD-3-Clause" },
  { name: "ls-hpack", license: "MIT" },
  { name: "ls-qpack", license: "MIT" },
  { name: "lsquic", license: "MIT AND BSD-3-Clause" },
  { name: "mimalloc", license: "MIT" },
  { name: "picohttpparser", license: "MIT OR Artistic-1.0-Perl" },
  { name: "simdutf", license: "Apache-2.0" },
  { name: "TigerBeetle (parts of its input and output)", license: "Apache-2.0" },
  { name: "TinyCC", license: "LGPL-2.1-only" },
  { name: "uSockets", license: "Apache-2.0" },
  { name: "uucode", license: "MIT" },
  { name: "uWebSockets (a fork)", license: "Apache-2.0" },
  { name: "zlib-ng", license: "Zlib" },
  { name: "zstd", license: "BSD-3-Clause OR GPL-2.0-only" },
];

/** npm packages that are embedded as built-in modules; all MIT. */
const EMBEDDED = [
  ...["acorn", "acorn-walk", "assert", "browserify-zlib", "buffer", "constants-browserify"],
  ...["crypto-browserify", "domain-browser", "events", "https-browserify", "os-browserify"],
  ...["path-browserify", "process", "punycode", "querystring-es3", "stream-browserify"],
  ...["stream-http", "string_decoder", "timers-browserify", "tty-browserify", "url", "util"],
  ...["vm-browserify"],
];

export const RUNTIME_PARTS: readonly RuntimePart[] = [
  ...LINKED,
  ...EMBEDDED.map((name) => ({ name: `${name} (npm)`, license: "MIT" })),
];
