import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bytesField,
  doubleField,
  encodeMessage,
  floatField,
  messageField,
  packedVarintsField,
  stringField,
  varintField,
} from "../../../src/engines/protobuf/wire-format.ts";
import { messagesAt, readMessage, textsAt } from "./read-message.ts";

// The examples of https://protobuf.dev/programming-guides/encoding.
test.each([
  ["a number", [varintField(1, 150)], "08 96 01"],
  ["a string", [stringField(2, "testing")], "12 07 74 65 73 74 69 6e 67"],
  ["a message", [messageField(3, [varintField(1, 150)])], "1a 03 08 96 01"],
  ["a packed field", [packedVarintsField(6, [3, 270, 86942])], "32 06 03 8e 02 9e a7 05"],
  ["minus two", [varintField(1, -2)], "08 fe ff ff ff ff ff ff ff ff 01"],
  ["a large field number", [varintField(4, true), stringField(16, "")], "20 01 82 01 00"],
  ["a float", [floatField(1, 1)], "0d 00 00 80 3f"],
  ["a double", [doubleField(1, -2)], "09 00 00 00 00 00 00 00 c0"],
])("writes %s as the specification does", (_, fields, expected) => {
  const shown = [...encodeMessage(fields)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  expect(shown).toBe(expected);
});

test("what was written is read back", () => {
  const content = fc.record({
    whole: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    text: fc.string({ unit: "grapheme" }),
    bytes: fc.uint8Array({ maxLength: 300 }),
    number: fc.integer({ min: 2, max: 2 ** 20 }),
  });
  fc.assert(
    fc.property(content, ({ whole, text, bytes, number }) => {
      const inner = [stringField(1, text), varintField(2, whole), bytesField(number + 2, bytes)];
      const read = readMessage(encodeMessage([messageField(number, inner), stringField(1, "after")]));
      const [message] = messagesAt(read, number);
      expect(textsAt(message, 1)[0]).toBe(text);
      expect(message[1]).toEqual([2, BigInt.asUintN(64, whole)]);
      expect(message[2]).toEqual([number + 2, bytes]);
      expect(textsAt(read, 1).at(-1)).toBe("after");
    }),
  );
});
