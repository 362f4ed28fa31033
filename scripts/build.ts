/** Builds `dist/` from `src/`: embeds the standard library, compiles, and makes the command executable. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { embedStdlib } from "./embed-stdlib.ts";

const root = resolve(import.meta.dirname, "..");
embedStdlib(root);
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
const command = join(root, "dist/cli/main.js");
if (existsSync(command)) chmodSync(command, 0o755);
