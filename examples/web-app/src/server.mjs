import { createServer } from "node:http";
import process from "node:process";
import { answer } from "./app.mjs";

const server = createServer((request, response) => {
  const { status, text } = answer(request.method, request.url);
  response.writeHead(status, { "content-type": "text/plain" }).end(text);
});

server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
