import { crc32 as zlibCrc32 } from "node:zlib";
import { expect, test } from "vitest";
import { crc32 } from "../../src/base/crc32.ts";
import { randomSource } from "../../src/base/random.ts";

test("the published check value", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

test("the same as zlib's on random bytes", () => {
  const random = randomSource({ seed: 1, stream: 0 }, 0);
  for (let length = 1; length < 3000; length = 2 * length + 1) {
    const bytes = Uint8Array.from({ length }, () => Math.floor(256 * random.uniform()));
    expect(crc32(bytes)).toBe(zlibCrc32(bytes));
  }
});
