/**
 * Bundles the command: Node takes a third of a millisecond and more to find and open a module, and a run of `ppl infer` needs some five
 * hundred.
 */
import { rmSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { rolldown } from "rolldown";

/** All files lie in one folder, and workers where they are for it: their addresses are relative to the module that starts them. */
const entries = {
  main: "cli/main",
  "chains/node-chain-worker": "driver/chains/node-chain-worker",
  "node-thread-worker": "engines/node-thread-worker",
};

/** Of the sources, into that folder. */
export async function bundleCommand(root: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const bundle = await rolldown({
    input: Object.fromEntries(
      Object.entries(entries).map(([name, file]) => [name, join(root, "src", `${file}.ts`)]),
    ),
    platform: "node",
    // Packages stay what they are: dependencies.
    external: (id, importer) => importer !== undefined && /^[^./]/.test(id) && !isAbsolute(id),
  });
  await bundle.write({
    dir: folder,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await bundle.close();
}
