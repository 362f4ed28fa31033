/** The latents of a log density: their unconstrained coordinates, and how these become values, with the Jacobian. */
import { bug } from "../../base/bug.ts";
import type { CoreSite } from "../../lang/core.ts";
import type { CoreDefinedDistribution } from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { canBePlaced, noncenteredForm } from "../../lang/noncentered.ts";
import { numberType } from "../../lang/type.ts";
import { pushed } from "./bijections.ts";
import { type Constrained, constrain, unconstrainedEvent } from "./bijector.ts";
import { definedTerms, drawnFrom } from "./defined.ts";
import { lowerArguments } from "./distribution-arguments.ts";
import { distributionRows } from "./distributions.ts";
import { givenShape } from "./given.ts";
import { bindCoordinates, constrainImputed, imputedElements, isInferred } from "./imputed.ts";
import type { LoweringInput, ModelContext } from "./lower-model.ts";
import { lowerSupport } from "./lower-support.ts";
import { bindAt, eventShape, siteAxisSizes, viewSiteAt } from "./places.ts";
import { siteLogDensity, sumBatch } from "./site-density.ts";
import { hasFixedBounds } from "./step-order.ts";
import type { Algebra, Value } from "./value.ts";

/** Unconstrained coordinates of one draw statement, or of all missing values of a variable. */
export interface CoordinateBlock {
  readonly site: string;
  readonly variable: string;
  /** Name of the graph input. */
  readonly input: string;
  /** The axes of its place, then the unconstrained event. */
  readonly shape: readonly number[];
  /** Where it starts in the flat vector of all coordinates. */
  readonly offset: number;
  readonly length: number;
  /** Of missing values: where each lies in the variable's array. */
  readonly elements?: { readonly shape: readonly number[]; readonly at: readonly number[] };
}

/** What a guide may replace: where a site's unconstrained coordinates come from. The default is a graph input. */
export type CoordinateSource = (block: CoordinateBlock, context: ModelContext) => Value;

/** Takes the terms of a log density: of a site, or its Jacobian's. */
export type RecordTerms = (
  label: string,
  terms: readonly Value[],
  site: CoreSite,
  context: ModelContext,
) => void;

export interface Latents {
  readonly coordinates: readonly CoordinateBlock[];
  /** Its value needs what is known where it is drawn. All others are known before any statement. */
  isTransformedInPlace(site: CoreSite): boolean;
  /** Binds a continuous latent from its coordinates and records the Jacobian. True where its density is recorded as well. */
  bind(site: CoreSite, here: ModelContext): boolean;
}

export function createLatents(
  input: LoweringInput,
  {
    scale,
    jacobian = true,
  }: { readonly scale: "unconstrained" | "constrained"; readonly jacobian?: boolean },
  source: CoordinateSource,
  record: RecordTerms,
): Latents {
  const coordinates: CoordinateBlock[] = [];
  const blocks = new Map<string, Value>();

  const addBlock = (
    site: CoreSite,
    shape: readonly number[],
    here: ModelContext,
    elements?: CoordinateBlock["elements"],
  ): Value => {
    const last = coordinates[coordinates.length - 1];
    const block: CoordinateBlock = {
      site: site.id,
      variable: site.variable,
      input: `q/${site.id}`,
      shape,
      offset: last === undefined ? 0 : last.offset + last.length,
      length: shape.reduce((product, length) => product * length, 1),
      ...(elements && { elements }),
    };
    coordinates.push(block);
    return source(block, here);
  };

  /** The array of a site's unconstrained coordinates, made on first use. */
  const coordinatesOf = (site: CoreSite, here: ModelContext): Value => {
    const existing = blocks.get(site.id);
    if (existing !== undefined) return existing;
    const shape = [...siteAxisSizes(site, here), ...unconstrainedEvent(site.support, eventShape(site, here))];
    const value = addBlock(site, shape, here);
    blocks.set(site.id, value);
    return value;
  };

  /** Of all missing values of a variable one vector, made at its first draw. */
  const imputed = new Set<string>();
  const constrained = (site: CoreSite, here: ModelContext): Constrained => {
    const missing = site.observed ? imputedElements(site.variable, here.input) : undefined;
    if (missing === undefined)
      return constrain(
        here.algebra,
        lowerSupport(site.support, here),
        viewSiteAt(coordinatesOf(site, here), site, here),
      );
    if (!imputed.has(site.variable)) {
      imputed.add(site.variable);
      const shape = givenShape(site.variable, here);
      const vector = addBlock(site, [missing.length], here, { shape, at: missing });
      bindCoordinates(site.variable, missing, vector, here);
    }
    return constrainImputed(site, here);
  };

  const isNoncentered = (site: CoreSite): boolean =>
    site.noncentered && jacobian && scale === "unconstrained";

  return {
    coordinates,
    isTransformedInPlace: (site) =>
      scale === "unconstrained" && isInferred(site, input) && (isNoncentered(site) || !hasFixedBounds(site)),
    bind(site, here) {
      if (scale === "constrained") return false;
      if (isNoncentered(site)) {
        bindNoncentered(site, viewSiteAt(coordinatesOf(site, here), site, here), here, record);
        return true;
      }
      const { algebra } = here;
      const { value, logJacobian } = constrained(site, here);
      bindAt(site.variable, site.place, algebra.stretch(value, [], eventShape(site, here)), here);
      if (jacobian) {
        const terms = logJacobian.map((term) => algebra.sumEvent(term));
        record(`${site.id} (Jacobian)`, terms, site, here);
      }
      return false;
    },
  };
}

/** The density of z replaces that of x, and no Jacobian is left. */
function bindNoncentered(site: CoreSite, z: Value, here: ModelContext, record: RecordTerms): void {
  const { value, terms } = placed(site, z, here);
  bindAt(site.variable, site.place, here.algebra.stretch(value, [], eventShape(site, here)), here);
  record(site.id, terms, site, here);
}

interface Placed {
  readonly value: Value;
  /** Of log p(z), summed over the event. */
  readonly terms: readonly Value[];
}

/** x = loc + scale · z with z standard; of what is pushed through a function, its image. */
function placed(site: CoreSite, z: Value, here: ModelContext): Placed {
  const { algebra } = here;
  const { distribution } = site;
  const event = eventShape(site, here);
  const whole = (terms: readonly Value[]): Value[] => terms.map((term) => sumBatch(algebra, term, event));
  switch (distribution.kind) {
    case "defined": {
      const { value, terms } = placedByDefinition(distribution, z, event, here);
      return { value, terms: whole(terms) };
    }
    case "distribution": {
      const { place } = distributionRows[distribution.name];
      if (place === undefined) return bug(`${distribution.name} has no location and scale`);
      const value = place(algebra, z, lowerArguments(distribution, here));
      return { value, terms: whole(standardNormal(algebra, z)) };
    }
    case "transformed": {
      const { base, bijection, inner } = distribution;
      const drawn = placedInside({ ...site, distribution: base, support: inner }, z, here);
      return { ...drawn, value: pushed(bijection, drawn.value, here) };
    }
    case "mixture":
    case "censored":
    case "if":
    case "match":
      return bug("a non-centred choice between distributions");
  }
}

/** The draw behind a function: placed as well where it can be, else from coordinates of its own support. */
function placedInside(site: CoreSite, z: Value, here: ModelContext): Placed {
  if (site.distribution.kind === "transformed" || canBePlaced(site.distribution))
    return placed(site, z, here);
  const { algebra } = here;
  const { value, logJacobian } = constrain(algebra, lowerSupport(site.support, here), z);
  const jacobian = logJacobian.map((term) => algebra.sumEvent(term));
  return { value, terms: [...siteLogDensity(site, value, here), ...jacobian] };
}

/** As the definition's form says: by the standard density, by change of variables, or from normal noise. */
function placedByDefinition(
  distribution: CoreDefinedDistribution,
  z: Value,
  event: readonly number[],
  here: ModelContext,
): Placed {
  const { algebra } = here;
  const form = noncenteredForm(distribution);
  const { loc, scale } = lowerArguments(distribution, here);
  const place = (): Value =>
    form === "noise" ? drawnFrom(distribution, z, here) : algebra.add(loc, algebra.mul(scale, z));
  const value = algebra.stretch(place(), [], event);
  switch (form) {
    case "standard":
      return { value, terms: definedTerms(standardOf(distribution), z, here) };
    case "moved":
      return { value, terms: [...definedTerms(distribution, value, here), algebra.unary("log", scale)] };
    case "noise":
      return { value, terms: standardNormal(algebra, z) };
    case undefined:
      return bug(`${distribution.definition.name} has no form without a centre`);
  }
}

function standardNormal(algebra: Algebra, z: Value): readonly Value[] {
  return distributionRows.Normal.logDensity(algebra, z, { loc: algebra.of(0), scale: algebra.of(1) });
}

function standardOf(distribution: CoreDefinedDistribution): CoreDefinedDistribution {
  const literal = (value: number): CoreExpression => ({
    kind: "literal",
    value,
    type: numberType("real"),
    span: distribution.span,
  });
  return { ...distribution, arguments: { ...distribution.arguments, loc: literal(0), scale: literal(1) } };
}
