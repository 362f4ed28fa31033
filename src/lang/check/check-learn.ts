/** `learn` statements: parameters with initial values, and nets given parameters of their own. */
import { bug } from "../../base/bug.ts";
import type { CoreStatement } from "../core-statement.ts";
import { formatType } from "../format-type.ts";
import type { Expression, LearnStatement } from "../tree.ts";
import { errorType, numberType, type Type } from "../type.ts";
import { outlineOf, signatureFor } from "./call-signature.ts";
import { argumentOf, bracketSizes, staticArguments } from "./check-apply.ts";
import { checkExpression } from "./check-expression.ts";
import { checkInitializer } from "./check-initializer.ts";
import { reportUnknownFunction } from "./check-name.ts";
import { type FunctionHeader, type Scope, takenBy } from "./check-scope.ts";
import { checkSize } from "./check-size.ts";
import { declaredSupport } from "./check-support.ts";
import { checkType } from "./check-type.ts";
import { matchArguments } from "./match-arguments.ts";
import { type StaticArgument, staticSizes } from "./static-argument.ts";
import { substituteType } from "./substitute-type.ts";

/** Binds the name and gives the statement's Core, or nothing when it did not check. */
export function checkLearn(scope: Scope, statement: LearnStatement): CoreStatement[] {
  const { name, span } = statement;
  if (statement.member && scope.where !== "family")
    scope.report({
      code: "not-allowed-here",
      what: "`member learn`",
      where: `in a ${scope.where}`,
      span,
      help: scope.where === "model" ? "write `family` in place of `model`, or `learn`" : "write `learn`",
    });
  const taken = takenBy(scope, name.text);
  if (taken !== undefined) {
    scope.report({ code: "name-taken", name, ...taken });
    return [];
  }
  const bind = (type: Type): void => {
    scope.bindings.set(name.text, { kind: "value", origin: "learn", type, span: name.span, unknown: true });
  };
  const net = netName(statement.value);
  const isNet = statement.type === undefined && net !== undefined && scope.functions.kindOf(net) === "net";
  const learned = isNet ? checkLearnNet(scope, statement, net) : checkParameter(scope, statement);
  bind(learned?.type ?? errorType);
  return learned === undefined ? [] : [learned.core];
}

interface Learned {
  readonly type: Type;
  readonly core: CoreStatement;
}

/** The net's name in `decoder`, `decoder[Z, D]` or `dense[I](O: 5)`. */
function netName(value: Expression): string | undefined {
  if (value.kind === "name") return value.text;
  if (value.kind === "index") return netName(value.base);
  return value.kind === "call" ? netName(value.callee) : undefined;
}

function checkLearnNet(scope: Scope, statement: LearnStatement, net: string): Learned | undefined {
  const { value, span } = statement;
  if (scope.where === "net" || scope.where === "def") {
    const help = `call \`${net}(…)\` directly; each call in a net has its own parameters`;
    scope.report({ code: "not-allowed-here", what: "learning a net", where: "inside a net", span, help });
    return undefined;
  }
  const header = scope.functions.header(net) ?? bug(`no net ${net}`);
  const callee = value.kind === "call" ? value.callee : value;
  const indices = callee.kind === "index" ? callee.indices : [];
  const brackets = indices.flatMap((index) => (index.kind === "at" ? [index.value] : []));
  const sizes = bracketSizes(scope, header, brackets, value.span);
  const found = sizes && knownArguments(scope, header, value);
  const statics = found && staticArguments(scope, header, new Map(), found);
  const outline = statics && outlineOf(scope, net, statics, value.span);
  if (!sizes || !found || !statics || !outline) return undefined;
  for (const { name, role } of header.parameters) {
    if (role !== "size") continue;
    const size = checkSize(...argumentOf(scope, header, found, name));
    if (size === undefined) return undefined;
    sizes.set(name, size);
  }
  const given = new Map<string, StaticArgument>(statics);
  for (const [name, size] of sizes) given.set(name, { kind: "size", size });
  for (const [name, size] of staticSizes(statics)) sizes.set(name, size);
  const signature = signatureFor(scope, net, statics, outline, sizes, value.span);
  if (signature === undefined) return undefined;
  const parameters = outline.parameters.flatMap(({ type }) =>
    type === "size" ? [] : [substituteType(type, sizes)],
  );
  scope.called.add(signature.id);
  return {
    type: { kind: "net", name: net, given, parameters, result: signature.result },
    core: {
      kind: "learnNet",
      name: statement.name.text,
      net: signature.id,
      sizes: signature.sizes,
      ...memberMark(statement),
      span,
    },
  };
}

const examples = { size: "10", sizes: "[40, 40]", function: "tanh", initializer: "glorot()" } as const;

/** The arguments known when compiling, given by position or name in `dense[I](5)`, `mlp[I, O](hidden: [40])`. */
function knownArguments(
  scope: Scope,
  header: FunctionHeader,
  value: Expression,
): ReadonlyMap<string, Expression> | undefined {
  const asked = header.parameters.flatMap((each) =>
    each.role === "value" ? [] : [{ ...each, role: each.role }],
  );
  const args = value.kind === "call" ? value.arguments : [];
  const needed = asked.filter((each) => each.default === undefined);
  const list = needed.map(({ name, role }) => `${name}: ${examples[role]}`).join(", ");
  const brackets = header.bracketSizes.length === 0 ? "" : `[${header.bracketSizes.join(", ")}]`;
  const written = `\`learn f = ${header.name}${brackets}${list === "" ? "" : `(${list})`}\``;
  return matchArguments(scope, `\`${header.name}\``, asked, args, value.span, written);
}

function checkParameter(scope: Scope, statement: LearnStatement): Learned | undefined {
  const { name, value, span } = statement;
  const declared = statement.type && checkType(scope, statement.type, checkExpression);
  if (statement.type !== undefined && declared === undefined) return undefined;
  const type = declared?.type ?? numberType("real");
  if (type.base !== "real") {
    const reason = `${formatType(type)} is not continuous`;
    const quote = { text: name.text, span: name.span };
    scope.report({ code: "bad-initializer", value: quote, reason, help: `declare \`${name.text}: Real\`` });
    return undefined;
  }
  if (statement.type === undefined && value.kind === "call" && value.callee.kind === "index") {
    const { base } = value.callee;
    if (base.kind === "name" && scope.functions.kindOf(base.text) === undefined) {
      reportUnknownFunction(scope, base);
      return undefined;
    }
  }
  const initializer = checkInitializer(scope, value, type);
  if (initializer === undefined) return undefined;
  const support = declared === undefined ? ({ kind: "real" } as const) : declaredSupport(declared);
  const core = {
    kind: "learn",
    name: name.text,
    type,
    support,
    initializer,
    ...memberMark(statement),
    span,
  } as const;
  return { type, core };
}

function memberMark({ member }: LearnStatement): { member?: true } {
  return member ? { member } : {};
}
