/** What the application answers to a request: a status and a text. */
export function answer(method, path) {
  if (method === "GET" && path === "/") return { status: 200, text: "Hello\n" };
  return { status: 404, text: "Not found\n" };
}
