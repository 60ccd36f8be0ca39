import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { fingerprint } from "../../../src/secrets/fingerprint.ts";
import {
  askProvider,
  type LiveResult,
  type Provider,
  PROVIDERS,
} from "../../../src/secrets/live.ts";

/** Asks a server on this machine, in the place of a provider, that answers with `status`. */
async function ask(
  status: number,
): Promise<{ result: LiveResult; request: IncomingMessage | null }> {
  let request: IncomingMessage | null = null;
  const server = createServer((incoming, response) => {
    request = incoming;
    response.writeHead(status, { Location: "http://127.0.0.1:1/" }).end("{}");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const provider: Provider = {
    title: "Test",
    url: `http://127.0.0.1:${port}/v1/models`,
    headers: (value) => ({ Authorization: `Bearer ${value}` }),
  };
  try {
    return { result: await askProvider(provider, "value-1"), request };
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

const OUTCOMES = [
  [200, "accepted"],
  [401, "rejected"],
  [403, "rejected"],
  [400, "rejected"],
  [429, "unclear"],
  [500, "unclear"],
  // A redirection is not followed: it would hand the key on.
  [302, "unclear"],
] as const;

for (const [status, outcome] of OUTCOMES) {
  Deno.test(`a provider that answers ${status}: ${outcome}`, async () => {
    const { result, request } = await ask(status);
    assert.equal(result.outcome, outcome);
    assert.equal(request?.headers.authorization, "Bearer value-1");
    assert.ok(!request?.url?.includes("value-1"));
  });
}

Deno.test("an absent server is unreachable, and the reason does not contain the key", async () => {
  const provider = { title: "T", url: "http://127.0.0.1:1/", headers: () => ({}) };
  const result = await askProvider(provider, "value-1");
  assert.equal(result.outcome, "unreachable");
  assert.ok(!JSON.stringify(result).includes("value-1"));
});

Deno.test("a value that no header can hold is not sent, and not shown", async () => {
  const provider = PROVIDERS["OPENAI_API_KEY"];
  assert.ok(provider);
  const result = await askProvider(provider, "line\nline-two-secret");
  assert.equal(result.outcome, "unreachable");
});

Deno.test("all providers are asked over TLS, with the key in a header", () => {
  for (const [name, { url, headers }] of Object.entries(PROVIDERS)) {
    assert.match(url, /^https:\/\//, name);
    assert.ok(Object.values(headers("value-1")).some((value) => value.includes("value-1")), name);
  }
});

Deno.test("a fingerprint depends on value and name, and is not made of short values", async () => {
  const print = await fingerprint("A", "value-number-1");
  assert.match(print ?? "", /^[0-9a-f]{8}$/);
  assert.equal(await fingerprint("A", "value-number-1"), print);
  assert.notEqual(await fingerprint("B", "value-number-1"), print);
  assert.notEqual(await fingerprint("A", "value-number-2"), print);
  assert.equal(await fingerprint("A", "short"), null);
});
