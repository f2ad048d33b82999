/** Well-formed `.ham` files of any shape, with wild layout and comments in all places. */
import * as fc from "fast-check";

/** Tokens of an expression, a declaration or a file; glue comes later. */
type Tokens = readonly string[];

const name = fc.constantFrom(
  ..."a b v xi W_1 β energy start from take when value every stored init tau real _x naïve".split(
    " ",
  ),
);
const number = fc.constantFrom("0", "7", "12_000", "0.138", "1e-3", "2.5E+2");
const text = fc.constantFrom('"a.npy#key"', '"say \\"hi\\" // not a comment"', '""');

const join = (parts: readonly Tokens[], separator: string): Tokens =>
  parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
const list = (item: fc.Arbitrary<Tokens>, minLength: number): fc.Arbitrary<Tokens> =>
  fc.array(item, { minLength, maxLength: 3 }).map((items) => join(items, ","));
const all = (...parts: (string | fc.Arbitrary<Tokens> | fc.Arbitrary<string>)[]) =>
  fc
    .tuple(
      ...parts.map((part): fc.Arbitrary<string | Tokens> =>
        typeof part === "string" ? fc.constant(part) : part,
      ),
    )
    .map((chosen): Tokens => chosen.flat());
const maybe = (part: fc.Arbitrary<Tokens>): fc.Arbitrary<Tokens> => fc.option(part, { nil: [] });

const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) =>
  join(
    names.map((n) => [n]),
    ".",
  ),
);
const index = fc.oneof(name, number, fc.constant("_")).map((one): Tokens => [one]);
const indices = all("[", list(index, 1), "]");
const binder = all(name, maybe(all(":", path)));

const { expression } = fc.letrec<{ expression: Tokens; sum: Tokens; factor: Tokens }>((tie) => {
  const inner = tie("expression");
  const depth = { maxDepth: 3, depthIdentifier: fc.createDepthIdentifier(), withCrossShrink: true };
  const arg = all(maybe(all(name, "=")), inner);
  const args = all("(", list(arg, 0), ")");
  const reduce = all(
    fc.constantFrom("sum", "mean", "prod", "logsumexp", "max", "min"),
    "[",
    list(binder, 1),
    maybe(all("where", inner)),
    "]",
    tie("factor"),
  );
  const atom = fc.oneof(
    depth,
    number.map((one): Tokens => [one]),
    name.map((one): Tokens => [one]),
    text.map((one): Tokens => [one]),
    all(path, indices),
    all(path, args),
    all(path, args, indices),
    all(fc.constantFrom("max", "min"), args),
    all("(", inner, ")"),
    all("[", list(inner, 0), "]"),
  );
  return {
    factor: fc.oneof(depth, atom, all("-", tie("factor")), all(atom, "^", tie("factor")), reduce),
    sum: fc
      .array(fc.tuple(tie("factor"), fc.constantFrom("+", "-", "*", "/")), {
        minLength: 1,
        maxLength: 3,
      })
      .map((terms) => terms.flatMap(([term, op], at) => (at === 0 ? term : [op, ...term]))),
    expression: fc.oneof(
      depth,
      tie("sum"),
      all(tie("sum"), fc.constantFrom("==", "!=", "<", "<=", ">", ">="), tie("sum")),
      all("not", tie("sum"), fc.constantFrom("and", "or"), "not", tie("sum")),
    ),
  };
});

const shape = all("[", list(fc.oneof(all(name), all(name, "/", number), all("-", name)), 0), "]");
const type = all(
  fc.oneof(
    shape,
    all(fc.constantFrom("real", "int", "bool", "sign", "bit")),
    all(fc.constantFrom("real", "sign"), shape),
  ),
  maybe(all(fc.constantFrom("<", "<=", ">", ">="), maybe(all("-")), number)),
);
const source = all("from", text, maybe(all("stored", shape)), maybe(all("take", expression)));
const outside = fc.oneof(all("=", expression), source);
const init = fc.oneof(all("=", expression), all("~", expression), source);
const attributes = fc
  .array(all("@", name, maybe(all("(", list(all(name), 1), ")"))), { maxLength: 2 })
  .map((found) => found.flat());
const target = all(path, maybe(indices));
const setting = all(fc.constantFrom("solver", "steps", "loss", "batch"), "=", expression);
const block = (...lines: fc.Arbitrary<Tokens>[]): fc.Arbitrary<Tokens> =>
  fc.array(fc.oneof(...lines), { maxLength: 4 }).map((found) => ["{", ...found.flat(), "}"]);

const dim = all("dim", list(all(name, maybe(all("=", expression))), 1));
const constant = all("const", name, maybe(all(":", type)), init);
const param = all("param", name, ":", type, init);
const letItem = all("let", name, maybe(all("[", list(binder, 1), "]")), "=", expression);
const assertion = all("assert", expression, maybe(all(",", text)));
const body = block(
  all(attributes, fc.oneof(dim, constant, param, letItem, assertion)),
  all("energy", "=", expression),
  all("value", "=", expression),
);
const feed = all("feed", target, init);
const args = all("(", list(all(maybe(all(name, "=")), expression), 0), ")");

const item = all(
  attributes,
  fc.oneof(
    all("use", text, "as", name),
    dim,
    constant,
    param,
    all(fc.constantFrom("data", "given"), name, ":", type, maybe(outside)),
    letItem,
    all("lagrangian", name, "(", name, maybe(all(":", shape)), ")", body),
    all(maybe(all("extern")), "synapse", name, "(", list(all(name, ":", shape), 1), ")", body),
    all(
      "neuron",
      name,
      ":",
      shape,
      "as",
      path,
      maybe(args),
      maybe(block(all("tau", "=", expression), all("leak", "=", expression), all("init", init))),
    ),
    all("part", name, ":", path, args),
    all(
      "connect",
      maybe(all(name, ":")),
      path,
      args,
      maybe(fc.oneof(all("share", path), all("from", text))),
    ),
    all("energy", name, "=", expression),
    assertion,
    all(
      "recall",
      name,
      block(
        all("start", target, init),
        all("clamp", target, maybe(all("=", expression)), maybe(all("where", expression))),
        all("stop", "when", expression),
        all("record", path, maybe(all("every", number))),
        all("schedule", path, "=", expression),
        all("return", list(path, 1)),
        setting,
      ),
    ),
    all("train", maybe(all(name)), block(feed, all("metric", name, "=", expression), setting)),
    all("test", text, block(feed, all("run", name), all("expect", expression), setting)),
  ),
);

/** What may stand between two tokens: `@` and its name, and nothing else, stay together. */
const glue = fc.oneof(
  { weight: 12, arbitrary: fc.constant(" ") },
  { weight: 2, arbitrary: fc.constant("\n") },
  { weight: 1, arbitrary: fc.constantFrom("\n\n\n", "\t", "\r\n  ") },
  { weight: 1, arbitrary: fc.constantFrom(" // note\n", "\n// alone  \n", "\n/// doc\n", " //\n") },
);

/** Text of a well-formed file. */
export const hamFile: fc.Arbitrary<string> = fc
  .array(item, { maxLength: 4 })
  .chain((items) => {
    const tokens = ["ham", "1", ...items.flat()];
    return fc.tuple(
      fc.constant(tokens),
      fc.array(glue, { minLength: tokens.length, maxLength: tokens.length }),
    );
  })
  .map(([tokens, gaps]) =>
    tokens.map((token, at) => token + (token === "@" ? "" : gaps[at])).join(""),
  );
