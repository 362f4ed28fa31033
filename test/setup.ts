/** Before every test file: properties that name no seed of their own take the one of `runs.ts`. */
import fc from "fast-check";
import { seed } from "./runs.ts";

fc.configureGlobal({ seed: seed() });
