/** A function's types with sizes of its caller in place of its own. */
import { type Size, substituteSizes } from "../size.ts";
import type { Type } from "../type.ts";

export function substituteType(type: Type, sizes: ReadonlyMap<string, Size>): Type {
  switch (type.kind) {
    case "number":
      return { ...type, dimensions: type.dimensions.map((size) => substituteSizes(size, sizes)) };
    case "tuple":
      return { ...type, items: type.items.map((item) => substituteType(item, sizes)) };
    case "enumeration":
    case "net":
    case "error":
      return type;
  }
}
