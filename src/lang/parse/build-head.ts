/** What stands in the brackets of a declaration's head. */
import type { CstNode } from "chevrotain";
import type { EntryParameter, Parameter, SizeParameter } from "../tree.ts";
import { buildExpression, buildType } from "./build-expression.ts";
import { type Building, nameOf, node, nodeSpan, nodes, tokenOf } from "./cst.ts";

/** `[sizes](parameters)` of a declaration. */
export function buildHead(
  building: Building,
  cst: CstNode,
  at: number,
): { readonly sizes: readonly SizeParameter[]; readonly parameters: readonly Parameter[] } {
  return {
    sizes: nodes(node(cst, "sizeParameters"), "sizeParameter").map((one) => buildSize(building, one, at)),
    parameters: nodes(node(cst, "parameters"), "parameter").map((one) => buildParameter(building, one, at)),
  };
}

/** A parameter of an entry of a `dist`. */
export function buildEntryParameter(building: Building, cst: CstNode, at: number): EntryParameter {
  const { end } = nodeSpan(building, cst, at);
  const type = node(cst, "type");
  return {
    name: nameOf(building, tokenOf(cst, "Identifier"), end),
    ...(type && { type: buildType(building, type, end) }),
  };
}

function buildSize(building: Building, cst: CstNode, at: number): SizeParameter {
  const { end } = nodeSpan(building, cst, at);
  const value = node(cst, "expression");
  return {
    name: nameOf(building, tokenOf(cst, "Identifier"), end),
    ...(value && { default: buildExpression(building, value, end) }),
  };
}

function buildParameter(building: Building, cst: CstNode, at: number): Parameter {
  const { end } = nodeSpan(building, cst, at);
  const value = node(cst, "expression");
  return {
    name: nameOf(building, tokenOf(cst, "Identifier"), end),
    type: buildType(building, node(cst, "type"), end),
    ...(value && { default: buildExpression(building, value, end) }),
  };
}
