/** `npm run nightly`: the laws of generated programs, with many more of them than in `npm test`; `PPL_SHARD=3/20` a piece of it. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/lang/laws/**/*.test.ts"],
    testTimeout: 3_600_000,
    maxWorkers: 2,
    env: { PPL_NIGHTLY: "1" },
  },
});
