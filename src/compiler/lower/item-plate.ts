/** The plate of independent items that amortized training runs over. */
import type { CoreModel } from "../../lang/core.ts";
import type { CoreAxisStatement, CoreStatement } from "../../lang/core-statement.ts";
import { constantValue, formatSize, sizeNames } from "../../lang/size.ts";
import { fail } from "./context.ts";

/** The plate that is amortized, and which data have one entry per item. */
export interface ItemPlate {
  readonly index: string;
  /** The size that counts the items. */
  readonly size: string;
  /** Inputs and observed variables whose leading dimension is the items, in order: the encoder's data. */
  readonly data: readonly string[];
}

/** Throws `ProblemError` where the model is not a plate of local latents. */
export function findItemPlate(model: CoreModel): ItemPlate {
  const plates = model.body.filter((each): each is CoreAxisStatement => each.kind === "axis");
  const [plate] = plates;
  const outside = model.sites.find((site) => plate === undefined || !insidePlate(site.id, plate.body));
  const size = plate === undefined ? undefined : plainName(plate);
  if (plates.length !== 1 || plate.ordered || outside !== undefined || size === undefined)
    fail({
      code: "not-amortizable",
      message: "only a model whose draws all lie in one plate over a named size can be trained",
      labels: [{ span: outside?.span ?? plate?.span ?? model.span, text: "does not fit" }],
      help: "make what all items share `learn`, or use `ppl infer` with NUTS or SVI",
    });
  const shared = model.body.find((each) => each.kind === "factor" || each.kind === "if");
  if (shared !== undefined)
    fail({
      code: "not-amortizable",
      message: `a model with \`${shared.kind}\` outside the plate of its items cannot be trained`,
      labels: [{ span: shared.span, text: "belongs to no item" }],
      help: "move it into the plate, or use `ppl infer` with NUTS or SVI",
    });
  const isItem = (dimensions: readonly { readonly terms: readonly unknown[] }[]): boolean =>
    dimensions.length > 0 && formatSize(dimensions[0] as never) === size;
  const data = [
    ...model.inputs.filter((input) => isItem(input.type.dimensions)).map((input) => input.name),
    ...model.variables.filter((variable) => variable.observed).map((variable) => variable.name),
  ];
  return { index: plate.index, size, data };
}

function insidePlate(site: string, statements: readonly CoreStatement[]): boolean {
  return statements.some(
    (each) =>
      (each.kind === "draw" && each.site === site) ||
      (each.kind === "axis" && insidePlate(site, each.body)) ||
      (each.kind === "if" && (insidePlate(site, each.then) || insidePlate(site, each.else))),
  );
}

/** The name N of a plate over N; a plate over anything else has none. */
function plainName(plate: CoreAxisStatement): string | undefined {
  const [name] = sizeNames(plate.to);
  return constantValue(plate.from) === 0 && formatSize(plate.to) === name ? name : undefined;
}
