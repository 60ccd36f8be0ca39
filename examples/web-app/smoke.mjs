// Starts what was built on a free port, asks for the first page, and stops it.
import { spawn } from "node:child_process";
import process from "node:process";

const server = spawn(process.execPath, ["dist/server.mjs"], {
  env: { ...process.env, PORT: "0" },
  stdio: ["ignore", "pipe", "inherit"],
});
server.on("exit", (code) => {
  if (code !== null) process.exitCode = 1;
});
server.stdout.once("data", async (address) => {
  const response = await fetch(String(address).trim());
  console.log(`GET /: ${response.status}`);
  if (response.status !== 200) process.exitCode = 1;
  server.kill();
});
