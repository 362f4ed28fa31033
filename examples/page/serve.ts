/** Packs and serves the page beside this file: `node examples/page/serve.ts [PORT]`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packScripts, pageServer } from "./page-server.ts";

const folder = import.meta.dirname;
const port = Number(process.argv[2] ?? 8080);
const files = await packScripts({
  main: join(folder, "main.ts"),
  "web-chain-worker": fileURLToPath(import.meta.resolve("ppl/web/worker")),
});
files.set("/index.html", readFileSync(join(folder, "index.html"), "utf8"));
pageServer(files).listen(port, "127.0.0.1", () => process.stdout.write(`http://localhost:${port}/\n`));
