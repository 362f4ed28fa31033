/** Builds `dist/` from `src/`: embeds the standard library, compiles, and bundles the command. */
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundleCommand } from "./bundle-command.ts";
import { embedStdlib } from "./embed-stdlib.ts";

const root = resolve(import.meta.dirname, "..");
embedStdlib(root);
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
const command = join(root, "dist/command");
await bundleCommand(root, command);
chmodSync(join(command, "main.js"), 0o755);
