/**
 * The grammar. Reads tokens that `layout.ts` has laid out and gives a concrete tree; `build-tree.ts` makes the surface
 * tree of it.
 *
 *     file        = declaration { ";" declaration }
 *     declaration = "guide" "for" name block
 *                 | "import" "{" { name "," } "}" "from" string
 *                 | "dist" name [ "[" sizes "]" ] [ "(" parameters ")" ] "on" type "{" { entry ";" } "}"
 *                 | ("model" | "family" | "def" | "net") name [ "[" sizes "]" ] [ "(" parameters ")" ] [ (":" | "->") type ]
 *                   ( block | "=" expression )
 *     block       = "{" { statement ";" } "}"
 *     entry       = name [ "(" { name [ ":" type ] "," } ")" ] ( block | "=" expression )
 *     statement   = "factor" expression
 *                 | ("plate" | "for") name "in" range block
 *                 | [ "member" ] "learn" name [ ":" type ] "=" expression
 *                 | "vary" name ( "in" "{" { option ( "," | ";" ) } "}" | [ ":" type ] "~" expression )
 *                 | [ "observe" ] expression [ ":" type ] [ "~" expression { annotation } | "=" expression ]
 *     option      = [ name ":" ] expression
 *     annotation  = "via" name | "marginal" | "enumerate" | "score" | "relaxed" "(" expression ")"
 *     expression  = operand { binary-operator operand }
 *     operand     = { "-" | "!" } primary { "(" arguments ")" | "[" indices "]" | "." name } { "as" type }
 *     primary     = name | number | "true" | "false" | "(" arguments ")" | "[" items "]" | if | match
 *     if          = "if" expression branch { "else" "if" expression branch } [ "else" (block | expression) ]
 *     branch      = block | "then" expression
 *     match       = "match" expression "{" { pattern "=>" expression ("," | ";") } "}"
 *     type        = name [ "(" expressions ")" ] [ "[" expressions "]" ] [ "?" ]
 *
 * Operators are a flat list here, so that nesting costs few stack frames; `build-expression.ts` holds their precedence.
 * `;` is the `Separator`, which may be repeated. The target of a draw or binding is read as an expression and checked
 * when the tree is built, and so is whether an expression may stand alone.
 */
import { CstParser, EOF, type IParserConfig, type IToken, type TokenType } from "chevrotain";
import { lazy } from "./lazy.ts";
import { tokens as t, vocabulary } from "./tokens.ts";

/** The wording of a syntax error is made in `parse-problem.ts`; a message here only carries what was expected. */
const errorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }: { expected: TokenType }): string => expected.name,
  buildNotAllInputParsedMessage: (): string => t.Separator.name,
  buildNoViableAltMessage: ({ ruleName }: { ruleName: string }): string => ruleName,
  buildEarlyExitMessage: ({ ruleName }: { ruleName: string }): string => ruleName,
};

/** A rule being read, and the rule that it was called from. */
interface FollowKey {
  readonly ruleName?: string;
  readonly inRule?: string;
}

/** Parts of Chevrotain's recovery that its type declarations do not show; the tests of recovery rest on them. */
interface Recovery {
  buildFullFollowKeyStack(): FollowKey[];
  getFollowSetFromFollowKey(key: FollowKey): TokenType[];
  findReSyncTokenType(): TokenType;
  tryInRuleRecovery(expected: TokenType, follows: TokenType[]): IToken;
  SKIP_TOKEN(): IToken;
  consumeToken(): void;
}
const RecoveringParser = CstParser as unknown as new (
  vocabulary: TokenType[],
  config: IParserConfig,
) => CstParser & Recovery;

const openers: ReadonlySet<TokenType> = new Set([t.LeftParen, t.LeftBracket, t.LeftBrace]);
const closers: ReadonlySet<TokenType> = new Set([t.RightParen, t.RightBracket, t.RightBrace]);
/** Rules that hold others between brackets; `match` also one before them, its subject. */
const bracketRules: ReadonlySet<string> = new Set([
  "sizeParameters",
  "parameters",
  "type",
  "block",
  "entries",
  "entryParameters",
  "import",
  "options",
  "suffix",
  "parentheses",
  "brackets",
  "match",
]);
/** Tokens at which reading can go on after a mistake. */
const structure: ReadonlySet<TokenType> = new Set([
  t.Separator,
  t.Comma,
  t.RightParen,
  t.RightBracket,
  t.RightBrace,
  t.LeftBrace,
  t.FatArrow,
  t.Then,
  t.Else,
  t.Tilde,
  t.Assign,
]);

/**
 * Recovers Chevrotain's way, with one difference: since brackets are balanced, no mistake inside a pair of them may
 * end it early or reach beyond it.
 */
export class Grammar extends RecoveringParser {
  constructor() {
    super(vocabulary, {
      recoveryEnabled: true,
      nodeLocationTracking: "onlyOffset",
      maxLookahead: 2,
      skipValidations: true,
      errorMessageProvider,
    });
    this.performSelfAnalysis();
  }

  /** A token made up while recovering stands where the text broke off, without length. */
  override getTokenToInsert(type: TokenType): IToken {
    const before = this.LA(0);
    const token = super.getTokenToInsert(type);
    const offset = (before?.endOffset ?? -1) + 1;
    return { ...token, image: "", startOffset: offset, endOffset: offset - 1 };
  }

  /** Brackets are never made up or left out: that would unbalance the rest. */
  protected override canTokenTypeBeInsertedInRecovery(type: TokenType): boolean {
    return !openers.has(type) && !closers.has(type);
  }

  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    const { tokenType } = this.LA(1);
    return !openers.has(tokenType) && !closers.has(tokenType);
  }

  /** A missing closing bracket comes later, after what should not be there; so may a missing `{`. */
  override tryInRuleRecovery(expected: TokenType, follows: TokenType[]): IToken {
    if (closers.has(expected) || (expected === t.LeftBrace && this.comesInStatement(expected))) {
      let next = this.LA(1);
      while (next.tokenType !== expected && next.tokenType !== EOF) next = this.SKIP_TOKEN();
      if (next.tokenType === expected) {
        this.consumeToken();
        return next;
      }
    }
    return super.tryInRuleRecovery(expected, follows);
  }

  /** Whether a token of this type comes before the end of the statement, outside of brackets. */
  private comesInStatement(type: TokenType): boolean {
    let depth = 0;
    for (let ahead = 1; ; ahead++) {
      const { tokenType } = this.LA(ahead);
      if (depth === 0 && tokenType === type) return true;
      if (tokenType === EOF || (depth === 0 && tokenType === t.Separator)) return false;
      if (openers.has(tokenType)) depth++;
      else if (closers.has(tokenType) && --depth < 0) return false;
    }
  }

  /** The token where reading can go on after a mistake that its rule cannot mend. */
  override findReSyncTokenType(): TokenType {
    const possible = this.followsInBracket();
    let depth = 0;
    for (let ahead = 1; ; ahead++) {
      const { tokenType } = this.LA(ahead);
      if (tokenType === EOF) return EOF;
      if (depth === 0 && structure.has(tokenType) && possible.has(tokenType)) return tokenType;
      if (openers.has(tokenType)) depth++;
      else if (closers.has(tokenType)) depth = Math.max(0, depth - 1);
    }
  }

  /** What may follow the rules being read, up to the innermost pair of brackets. */
  private followsInBracket(): ReadonlySet<TokenType> {
    const follows = new Set<TokenType>();
    for (const key of this.buildFullFollowKeyStack().reverse()) {
      for (const type of this.getFollowSetFromFollowKey(key)) follows.add(type);
      const isSubject = key.inRule === "match" && key.ruleName === "expression";
      if (key.inRule !== undefined && bracketRules.has(key.inRule) && !isSubject) break;
    }
    return follows;
  }

  /** Skips a token, or a pair of brackets with all it holds. */
  override SKIP_TOKEN(): IToken {
    let depth = 0;
    do {
      const { tokenType } = this.LA(1);
      if (tokenType === EOF) break;
      if (openers.has(tokenType)) depth++;
      else if (closers.has(tokenType)) depth--;
      this.consumeToken();
    } while (depth > 0);
    return this.LA(1);
  }

  file = this.RULE("file", () => {
    this.MANY(() => this.CONSUME(t.Separator));
    this.OPTION(() => this.SUBRULE(this.declaration));
    this.MANY2(() => {
      this.CONSUME2(t.Separator);
      this.OPTION2(() => this.SUBRULE2(this.declaration));
    });
  });

  declaration = this.RULE("declaration", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.guide) },
      { ALT: () => this.SUBRULE(this.import) },
      { ALT: () => this.SUBRULE(this.dist) },
      { ALT: () => this.SUBRULE(this.program) },
    ]);
  });

  guide = this.RULE("guide", () => {
    this.CONSUME(t.Guide);
    this.CONSUME(t.For);
    this.CONSUME(t.Identifier);
    this.SUBRULE(this.block);
  });

  import = this.RULE("import", () => {
    this.CONSUME(t.Import);
    this.CONSUME(t.LeftBrace);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Identifier) });
    this.CONSUME(t.RightBrace);
    this.CONSUME(t.From);
    this.CONSUME(t.StringLiteral);
  });

  dist = this.RULE("dist", () => {
    this.CONSUME(t.Dist);
    this.CONSUME(t.Identifier);
    this.OPTION(() => this.SUBRULE(this.sizeParameters));
    this.OPTION2(() => this.SUBRULE(this.parameters));
    this.CONSUME(t.On);
    this.SUBRULE(this.type);
    this.SUBRULE(this.entries);
  });

  entries = this.RULE("entries", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.CONSUME(t.Separator));
    this.OPTION(() => this.SUBRULE(this.entry));
    this.MANY2(() => {
      this.CONSUME2(t.Separator);
      this.OPTION2(() => this.SUBRULE2(this.entry));
    });
    this.CONSUME(t.RightBrace);
  });

  entry = this.RULE("entry", () => {
    this.CONSUME(t.Identifier);
    this.OPTION(() => this.SUBRULE(this.entryParameters));
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Assign);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.block) },
    ]);
  });

  entryParameters = this.RULE("entryParameters", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.entryParameter) });
    this.CONSUME(t.RightParen);
  });

  entryParameter = this.RULE("entryParameter", () => {
    this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
  });

  /** A declaration with a head of its own. */
  program = this.RULE("program", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Model) },
      { ALT: () => this.CONSUME(t.Family) },
      { ALT: () => this.CONSUME(t.Def) },
      { ALT: () => this.CONSUME(t.Net) },
    ]);
    this.CONSUME(t.Identifier);
    this.OPTION(() => this.SUBRULE(this.sizeParameters));
    this.OPTION2(() => this.SUBRULE(this.parameters));
    this.OPTION3(() => {
      this.OR2([{ ALT: () => this.CONSUME(t.Colon) }, { ALT: () => this.CONSUME(t.Arrow) }]);
      this.SUBRULE(this.type);
    });
    this.OR3([
      {
        ALT: () => {
          this.CONSUME(t.Assign);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.block) },
    ]);
  });

  sizeParameters = this.RULE("sizeParameters", () => {
    this.CONSUME(t.LeftBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.sizeParameter) });
    this.CONSUME(t.RightBracket);
  });

  sizeParameter = this.RULE("sizeParameter", () => {
    this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expression);
    });
  });

  parameters = this.RULE("parameters", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.parameter) });
    this.CONSUME(t.RightParen);
  });

  parameter = this.RULE("parameter", () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expression);
    });
  });

  type = this.RULE("type", () => {
    this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.CONSUME(t.LeftParen);
      this.SUBRULE(this.bounds);
      this.CONSUME(t.RightParen);
    });
    this.OPTION2(() => {
      this.CONSUME(t.LeftBracket);
      this.SUBRULE(this.dimensions);
      this.CONSUME(t.RightBracket);
    });
    this.OPTION3(() => this.CONSUME(t.Question));
  });

  bounds = this.RULE("bounds", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
  });

  dimensions = this.RULE("dimensions", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
  });

  block = this.RULE("block", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.CONSUME(t.Separator));
    this.OPTION(() => this.SUBRULE(this.statement));
    this.MANY2(() => {
      this.CONSUME2(t.Separator);
      this.OPTION2(() => this.SUBRULE2(this.statement));
    });
    this.CONSUME(t.RightBrace);
  });

  statement = this.RULE("statement", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Factor);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.axis) },
      { ALT: () => this.SUBRULE(this.learn) },
      { ALT: () => this.SUBRULE(this.vary) },
      { ALT: () => this.SUBRULE(this.definition) },
    ]);
  });

  axis = this.RULE("axis", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Plate) }, { ALT: () => this.CONSUME(t.For) }]);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.In);
    this.SUBRULE(this.range);
    this.SUBRULE(this.block);
  });

  learn = this.RULE("learn", () => {
    this.OPTION2(() => this.CONSUME(t.Member));
    this.CONSUME(t.Learn);
    this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
  });

  vary = this.RULE("vary", () => {
    this.CONSUME(t.Vary);
    this.CONSUME(t.Identifier);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.In);
          this.SUBRULE(this.options);
        },
      },
      {
        ALT: () => {
          this.OPTION(() => {
            this.CONSUME(t.Colon);
            this.SUBRULE(this.type);
          });
          this.CONSUME(t.Tilde);
          this.SUBRULE(this.expression);
        },
      },
    ]);
  });

  options = this.RULE("options", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.CONSUME(t.Separator));
    this.OPTION(() => this.SUBRULE(this.argument));
    this.MANY2(() => {
      this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.CONSUME2(t.Separator) }]);
      this.OPTION2(() => this.SUBRULE2(this.argument));
    });
    this.CONSUME(t.RightBrace);
  });

  /** A draw, a binding, or an expression by itself. */
  definition = this.RULE("definition", () => {
    this.OPTION(() => this.CONSUME(t.Observe));
    this.SUBRULE(this.expression);
    this.OPTION2(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
    this.OPTION3(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.Tilde);
            this.SUBRULE(this.distribution);
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Assign);
            this.SUBRULE(this.value);
          },
        },
      ]);
    });
  });

  value = this.RULE("value", () => {
    this.SUBRULE(this.expression);
  });

  distribution = this.RULE("distribution", () => {
    this.SUBRULE(this.expression);
    this.MANY(() => this.SUBRULE(this.annotation));
  });

  annotation = this.RULE("annotation", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Via);
          this.CONSUME(t.Identifier);
        },
      },
      { ALT: () => this.CONSUME(t.Marginal) },
      { ALT: () => this.CONSUME(t.Enumerate) },
      { ALT: () => this.CONSUME(t.Score) },
      {
        ALT: () => {
          this.CONSUME(t.Relaxed);
          this.CONSUME(t.LeftParen);
          this.SUBRULE(this.expression);
          this.CONSUME(t.RightParen);
        },
      },
    ]);
  });

  range = this.RULE("range", () => {
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.DotDot);
      this.SUBRULE2(this.expression);
    });
  });

  expression = this.RULE("expression", () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.BinaryOperator);
      this.SUBRULE2(this.operand);
    });
  });

  operand = this.RULE("operand", () => {
    this.MANY(() => this.CONSUME(t.PrefixOperator));
    this.SUBRULE(this.primary);
    this.MANY2(() => this.SUBRULE(this.suffix));
    this.MANY3(() => {
      this.CONSUME(t.As);
      this.SUBRULE(this.type);
    });
  });

  suffix = this.RULE("suffix", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
          this.CONSUME(t.RightParen);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftBracket);
          this.SUBRULE(this.index);
          this.MANY(() => {
            this.CONSUME(t.Comma);
            this.SUBRULE2(this.index);
          });
          this.CONSUME(t.RightBracket);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.CONSUME(t.Identifier);
        },
      },
    ]);
  });

  argument = this.RULE("argument", () => {
    this.OPTION(() => {
      this.CONSUME(t.Identifier);
      this.CONSUME(t.Colon);
    });
    this.SUBRULE(this.expression);
  });

  index = this.RULE("index", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.DotDot);
          this.OPTION(() => this.SUBRULE(this.upper));
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.expression);
          this.OPTION2(() => {
            this.CONSUME2(t.DotDot);
            this.OPTION3(() => this.SUBRULE2(this.upper));
          });
        },
      },
    ]);
  });

  upper = this.RULE("upper", () => {
    this.SUBRULE(this.expression);
  });

  primary = this.RULE("primary", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Identifier) },
      { ALT: () => this.CONSUME(t.NumberLiteral) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      { ALT: () => this.CONSUME(t.StringLiteral) },
      { ALT: () => this.SUBRULE(this.parentheses) },
      { ALT: () => this.SUBRULE(this.brackets) },
      { ALT: () => this.SUBRULE(this.conditional) },
      { ALT: () => this.SUBRULE(this.match) },
    ]);
  });

  parentheses = this.RULE("parentheses", () => {
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.argument);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE2(this.argument);
    });
    this.CONSUME(t.RightParen);
  });

  brackets = this.RULE("brackets", () => {
    this.CONSUME(t.LeftBracket);
    this.OPTION(() => {
      this.SUBRULE(this.expression);
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.For);
            this.CONSUME(t.Identifier);
            this.CONSUME(t.In);
            this.SUBRULE(this.range);
          },
        },
        {
          ALT: () =>
            this.MANY(() => {
              this.CONSUME(t.Comma);
              this.SUBRULE2(this.expression);
            }),
        },
      ]);
    });
    this.CONSUME(t.RightBracket);
  });

  conditional = this.RULE("conditional", () => {
    this.CONSUME(t.If);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.branch);
    this.MANY(() => {
      this.CONSUME(t.Else);
      this.CONSUME2(t.If);
      this.SUBRULE2(this.expression);
      this.SUBRULE2(this.branch);
    });
    this.OPTION(() => {
      this.CONSUME2(t.Else);
      this.SUBRULE(this.otherwise);
    });
  });

  branch = this.RULE("branch", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.block) },
      {
        ALT: () => {
          this.CONSUME(t.Then);
          this.SUBRULE(this.expression);
        },
      },
    ]);
  });

  otherwise = this.RULE("otherwise", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.block) }, { ALT: () => this.SUBRULE(this.expression) }]);
  });

  match = this.RULE("match", () => {
    this.CONSUME(t.Match);
    this.SUBRULE(this.expression);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.CONSUME(t.Separator));
    this.OPTION(() => this.SUBRULE(this.arm));
    this.MANY2(() => {
      this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.CONSUME2(t.Separator) }]);
      this.OPTION2(() => this.SUBRULE2(this.arm));
    });
    this.CONSUME(t.RightBrace);
  });

  arm = this.RULE("arm", () => {
    this.SUBRULE(this.pattern);
    this.CONSUME(t.FatArrow);
    this.SUBRULE(this.expression);
  });

  pattern = this.RULE("pattern", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Wildcard) },
      { ALT: () => this.CONSUME(t.Identifier) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(t.Minus));
          this.CONSUME(t.NumberLiteral);
        },
      },
    ]);
  });
}

export const grammar = lazy(() => new Grammar());
