/** A starting value as it is written. */
import type { Initializer } from "./core-statement.ts";

export function formatInitializer(each: Initializer): string {
  switch (each.kind) {
    case "glorot":
    case "he":
    case "orthogonal":
      return `${each.kind}()`;
    case "normal":
      return `normal(${each.sd})`;
    case "identity":
      return "eye()";
    case "constant":
      return String(each.value);
  }
}
