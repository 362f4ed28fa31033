/**
 * `npm run nightly`: the laws of generated programs, with many more of them than in `npm test`, and the other properties of the compiler
 * and its engines with a seed of the day; `PPL_SHARD=3/20` a piece of it.
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/lang/**/*.test.ts", "test/compiler/**/*.test.ts", "test/engines/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 3_600_000,
    maxWorkers: 2,
    env: { PPL_NIGHTLY: "1" },
  },
});
