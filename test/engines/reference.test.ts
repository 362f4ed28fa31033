import { describe } from "vitest";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { testEngineAgainstReference } from "./conformance.ts";

// Against itself this shows that graphs of many nodes and repeated compilations give what one node alone does.
describe("conformance", () => testEngineAgainstReference(referenceEngine, { relative: 0, absolute: 0 }));
