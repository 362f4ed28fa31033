import { expect } from "vitest";

export function close(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, each] of expected.entries()) expect(found[i], `element ${i}`).toBeCloseTo(each, 12);
}
