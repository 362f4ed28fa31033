import { test } from "vitest";
import { close } from "./close.ts";
import values from "./onnx-values.json" with { type: "json" };
import { runNet } from "./run-net.ts";

// Values from the reference evaluator of ONNX: onnx-values.py.
test.each([
  { net: "gru", cell: "gru_cell0", expected: values.gru, biases: ["b", "c"] as const },
  { net: "lstm", cell: "lstm_cell0", expected: values.lstm, biases: ["b"] as const },
])("$net", ({ net, cell, expected, biases }) => {
  const weights = Object.fromEntries(
    (["W", "U", ...biases] as const).map((name) => [`${cell}/${name}`, expected[name]]),
  );
  const found = runNet(`model M(x: Real[6, 3]) { learn f = ${net}[6, 3](4)\nvalue = f(x) }`, {
    inputs: { x: expected.x },
    weights,
  });
  close(found.value, expected.states);
});
