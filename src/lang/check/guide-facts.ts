/** What can be wrong between a guide and its model, as data, and its prose. */
import type { Label, Problem } from "../../base/problem.ts";
import type { Span } from "../../base/span.ts";
import { formatShape } from "../format-type.ts";
import type { Size } from "../size.ts";
import type { Name } from "../tree.ts";

export type GuideFacts =
  | { readonly code: "guide-unknown-model"; readonly name: Name; readonly near: readonly string[] }
  | { readonly code: "guide-twice"; readonly name: Name; readonly first: Span }
  | {
      readonly code: "guide-site-missing";
      /** The site as it is drawn: "z[n]". */
      readonly target: Name;
      readonly guide: Span;
      /** "in `plate n in N`" */
      readonly where: string;
      readonly help: string;
    }
  | {
      readonly code: "guide-site-extra";
      readonly target: Name;
      readonly model: Name;
      /** Why there is no such site, where the model has the name. */
      readonly reason?: string;
      readonly help: string;
    }
  | {
      readonly code: "guide-plate-differs";
      readonly target: Name;
      readonly model: Span;
      readonly expected: string;
      readonly found: string;
      readonly help: string;
    }
  | {
      readonly code: "guide-shape-differs";
      readonly target: Name;
      readonly model: Span;
      readonly expected: readonly Size[];
      readonly found: readonly Size[];
      readonly help: string;
    }
  | {
      readonly code: "guide-support-differs";
      readonly target: Name;
      readonly model: Span;
      readonly expected: string;
      readonly found: string;
      readonly help: string;
    }
  | {
      readonly code: "guide-cannot-use";
      readonly use: Name;
      /** "bound in the model", "learned by the model" */
      readonly what: string;
      readonly bound: Span;
      readonly help: string;
    }
  | { readonly code: "guide-draw-not-smooth"; readonly distribution: Name; readonly help: string };

type Prose = Omit<Problem, "code" | "severity">;

export function explainGuide(facts: GuideFacts): Prose {
  switch (facts.code) {
    case "guide-unknown-model":
      return {
        message: `there is no model \`${facts.name.text}\` for this guide`,
        labels: [label(facts.name.span, "not in this file")],
        help:
          facts.near.length > 0
            ? `did you mean ${facts.near.map((each) => `\`${each}\``).join(" or ")}?`
            : "write the name of a model of this file behind `guide for`",
      };
    case "guide-twice":
      return {
        message: `\`${facts.name.text}\` has two guides`,
        labels: [label(facts.name.span, "the second guide"), label(facts.first, "the first one")],
        help: "remove one of them",
      };
    case "guide-site-missing":
      return {
        message: `the guide does not draw \`${facts.target.text}\``,
        labels: [label(facts.guide, "misses it"), label(facts.target.span, "drawn by the model")],
        expected: `every latent variable of the model, here \`${facts.target.text}\` ${facts.where}`,
        help: facts.help,
      };
    case "guide-site-extra":
      return {
        message: `the model \`${facts.model.text}\` has no latent variable \`${facts.target.text}\`${facts.reason === undefined ? "" : `: ${facts.reason}`}`,
        labels: [
          label(facts.target.span, "drawn by the guide alone"),
          label(facts.model.span, "the model of this guide"),
        ],
        help: facts.help,
      };
    case "guide-plate-differs":
      return {
        message: `\`${facts.target.text}\` is drawn under other plates than in the model`,
        labels: [label(facts.target.span, facts.found), label(facts.model, facts.expected)],
        expected: facts.expected,
        found: facts.found,
        help: facts.help,
      };
    case "guide-shape-differs":
      return {
        message: `\`${facts.target.text}\` has another shape than in the model`,
        labels: [
          label(facts.target.span, shapeWords(facts.found)),
          label(facts.model, shapeWords(facts.expected)),
        ],
        expected: shapeWords(facts.expected),
        found: shapeWords(facts.found),
        help: facts.help,
      };
    case "guide-support-differs":
      return {
        message: `\`${facts.target.text}\` has another support than in the model`,
        labels: [label(facts.target.span, facts.found), label(facts.model, facts.expected)],
        expected: facts.expected,
        found: facts.found,
        notes: ["Draws outside the model's support have no density, and what the guide never draws is lost."],
        help: facts.help,
      };
    case "guide-cannot-use":
      return {
        message: `a guide cannot use \`${facts.use.text}\`, which is ${facts.what}`,
        labels: [label(facts.use.span, "not known to the guide"), label(facts.bound, facts.what)],
        notes: [
          "A guide knows the model's inputs and observed variables, what it learns, and what it has drawn or bound before.",
        ],
        help: facts.help,
      };
    case "guide-draw-not-smooth":
      return {
        message: `draws of ${facts.distribution.text} do not move smoothly with its arguments, so a guide with it cannot be trained`,
        labels: [label(facts.distribution.span, "not reparameterised")],
        help: facts.help,
      };
  }
}

function shapeWords(shape: readonly Size[]): string {
  return shape.length === 0 ? "a number" : `an array ${formatShape(shape)}`;
}

function label(span: Span, text: string): Label {
  return { span, text };
}
