/** The sentences for "this was needed here", and the words for kinds of things. */
import type { IToken } from "chevrotain";
import { ownerOf } from "../outline.ts";

/** How messages call what a declaration declares. */
export const KINDS: ReadonlyMap<string, string> = new Map([
  ["use", "a used file"],
  ["dim", "a dim"],
  ["const", "a const"],
  ["param", "a param"],
  ["data", "a data set"],
  ["given", "a given"],
  ["let", "a let"],
  ["lagrangian", "a Lagrangian"],
  ["synapse", "a synapse"],
  ["neuron", "a neuron"],
  ["part", "a part"],
  ["connect", "a connection"],
  ["energy", "an energy"],
  ["drive", "a drive"],
  ["recall", "a recall"],
  ["train", "a training"],
  ["test", "a test"],
  ["assert", "an assertion"],
]);

/** The lines a block can hold. */
export interface Block {
  readonly name: string;
  readonly words: readonly string[];
  readonly forms: Readonly<Record<string, string>>;
  readonly hasSettings: boolean;
  readonly holds: string;
}

const block = (name: string, forms: Record<string, string>, hasSettings: boolean): Block => ({
  name,
  words: Object.keys(forms),
  forms,
  hasSettings,
  holds: [
    ...Object.keys(forms).map((word) => `\`${word}\``),
    ...(hasSettings ? ["settings such as `steps = 100`"] : []),
  ].join(", "),
});

const body = {
  dim: "dim D = 3",
  const: "const beta: real > 0 = 1.0",
  param: "param w: [D] ~ normal(0, 0.02)",
  let: "let t[i] = …",
  assert: "assert beta > 0",
  energy: "energy = …",
  value: "value = …",
};

/** Blocks by the rule of their lines. */
export const BLOCKS: ReadonlyMap<string, Block> = new Map([
  [
    "recallItem",
    block(
      "a recall",
      {
        start: "start v = query",
        clamp: "clamp v = image",
        stop: "stop when settled",
        record: "record energy every 10",
        schedule: "schedule beta = 2 * t",
        return: "return v",
      },
      true,
    ),
  ],
  ["trainItem", block("a train block", { feed: "feed noisy ~ normal(0, 1)" }, true)],
  [
    "testItem",
    block(
      "a test",
      { feed: "feed query = xi[0, _]", run: "run settle", expect: "expect falling(energy)" },
      true,
    ),
  ],
  [
    "neuronItem",
    block(
      "a neuron's block",
      { tau: "tau = 0.5", leak: "leak = off", init: "init ~ normal(0, 1)" },
      false,
    ),
  ],
  ["bodyItem", block("this body", body, false)],
]);

/** What a name would have been for: "name a neuron", "be an index". */
export function placeOfName(stack: readonly string[], tokens: readonly IToken[]): string {
  const rule = stack.at(-1) ?? "";
  if (rule === "binder" || rule === "binders") return "name an index";
  if (rule === "index" || rule === "indices") return "be an index";
  if (rule === "dimDefinition") return "name a dim";
  if (rule === "synapseArgument") return "name an argument";
  const kind = KINDS.get(ownerOf(tokens, 0));
  if (KINDS.has(rule) && kind !== undefined) return `name ${kind}`;
  return "be used as a name";
}

/** A sentence for what was needed. `insert` is the text that would mend it. */
export interface Expected {
  readonly message: string;
  readonly label?: string;
  readonly insert?: string;
  /** The text replaces what was found instead of standing before it. */
  readonly replaces?: boolean;
  /** The text follows the token before the place: `:`, `,`, `{`. */
  readonly follows?: boolean;
  readonly help?: string;
}

interface Around {
  readonly found: string | undefined;
  readonly previous: string;
  readonly parent: string;
  readonly owner: string;
  /** The name that is declared, or that the line is about. */
  readonly subject: string | undefined;
}

/** Words for where a value is expected. */
const BEFORE = new Map([
  ["let", "the value"],
  ["energy", "the formula"],
  ["drive", "the formula"],
  ["schedule", "the value"],
  ["setting", "the value"],
  ["bodyItem", "the formula"],
  ["neuronItem", "the value"],
]);

const TEXTS = new Map([
  ["use", "expected a file or a package in double quotes after `use`"],
  ["source", "expected a file name in double quotes after `from`"],
  ["test", "expected the title of the test in double quotes"],
  ["assert", "expected a message in double quotes after `,`"],
]);

const PATHS = new Map([
  ["neuron", "expected the name of a Lagrangian"],
  ["part", "expected the name of a used file"],
  ["connect", "expected the name of a synapse"],
  ["record", "expected what to record: `energy` or a neuron"],
  ["return", "expected the name of a neuron"],
  ["schedule", "expected the name of a const"],
  ["target", "expected the name of a neuron or a given"],
  ["binder", "expected the name of a dim"],
]);

const COLONS = new Map([
  ["neuron", "the shape"],
  ["param", "the type"],
  ["data", "the type"],
  ["given", "the type"],
  ["part", "the name of the file it is made from"],
  ["synapseArgument", "the shape"],
]);

const COLON_FORMS = new Map([
  ["param", "for example `param W: [D, H] ~ normal(0, 0.02)`"],
  ["data", 'for example `data xi: [K, D] from "patterns.npy"`'],
  ["given", "for example `given query: [D]`"],
  ["part", "for example `part fast: memory(D = D)`"],
]);

/** What stands after `~`. */
const DISTRIBUTION = /^(?:normal|uniform|bernoulli|flip|(?:orthogonal|structured)_features)$/;

const here = (text: string) => `\`${text}\` goes here`;

/** The sentence for a rule and the token it needed (empty where there were several choices). */
export function expectedAt(rule: string, wanted: string, around: Around): Expected {
  const { found, previous, parent, owner } = around;
  const foundText = found === undefined ? "" : `, found \`${found}\``;
  switch (wanted) {
    case "As": {
      const what = rule === "neuron" ? "the Lagrangian's name" : "the name it gets here";
      if (found === undefined)
        return { message: `expected \`as\` and ${what}`, label: here("as …") };
      return {
        message: `expected \`as\` before ${what}`,
        label: here("as"),
        insert: "as",
        replaces: found === "=" || found === ":",
      };
    }
    case "Colon": {
      const what = COLONS.get(rule) ?? "what follows";
      if (rule === "synapseArgument" && (found === ")" || found === ",")) {
        return {
          message: `the argument \`${previous}\` needs a shape`,
          label: "a shape goes before this",
          help: `for example \`${previous}: [A]\``,
        };
      }
      if (found === "=" && rule !== "neuron") {
        return {
          message: `expected \`:\` and ${what} before \`=\``,
          label: `${what} goes here`,
          help: COLON_FORMS.get(rule) ?? "for example `a: [D]`",
        };
      }
      return {
        message: `expected \`:\` before ${what}`,
        label: here(":"),
        insert: ":",
        follows: true,
        replaces: found === "=",
      };
    }
    case "Equals": {
      const what = BEFORE.get(rule) ?? "the value";
      if (rule === "bodyItem" && /^[\p{L}_]/u.test(found ?? "")) {
        return {
          message: `the ${previous} of a body has no name of its own`,
          label: "delete this name",
          help: `write \`${previous} = …\``,
        };
      }
      return {
        message: `expected \`=\` before ${what}`,
        label: found === ":" || found === "~" ? "write `=`" : here("="),
        insert: "=",
        replaces: found === ":" || found === "~",
      };
    }
    case "Name": {
      if (rule === "path" || PATHS.has(rule)) {
        const where = rule === "path" ? parent : rule;
        const message =
          previous === "."
            ? "expected a name after the dot"
            : (PATHS.get(where) ?? "expected a name");
        return { message: message + foundText };
      }
      if (rule === "binder" || rule === "binders") {
        return {
          message: `expected the name of an index${foundText}`,
          help: "for example `sum[i, j]`",
        };
      }
      if (rule === "attribute") return { message: `expected the name of an attribute${foundText}` };
      const kind =
        rule === "dimDefinition" ? "a dim" : (KINDS.get(rule) ?? KINDS.get(owner) ?? "this");
      return { message: `expected the name of ${kind}${foundText}`, label: "a name goes here" };
    }
    case "LSquare":
      if (rule === "shape") {
        return {
          message: "expected a shape: its dims in square brackets",
          label: "a shape such as `[D]` goes here",
        };
      }
      return {
        message: `say which index the \`${previous}\` runs over`,
        label: "`[i]` goes here",
        help: `for example \`${previous}[i] v[i]\``,
      };
    case "LParen":
      if (found === "=" && owner === "connect") {
        return {
          message: "expected `:` after the connection's name",
          label: "write `:`",
          insert: ":",
          follows: true,
          replaces: true,
        };
      }
      return { message: `expected \`(\` after \`${previous}\`${foundText}`, label: here("(") };
    case "LBrace":
      return {
        message: `expected \`{\` after \`${previous}\``,
        label: here("{"),
        insert: " {",
        follows: true,
      };
    case "RBrace":
      return { message: `expected \`}\`${foundText}`, label: "this does not fit into the block" };
    case "RParen":
    case "RSquare":
      return closing(rule, wanted === "RParen" ? ")" : "]", found, previous);
    case "String":
      return {
        message: TEXTS.get(rule) ?? "expected a text in double quotes",
        label: 'a text such as `"…"` goes here',
      };
    case "When":
      return { message: "expected `when` after `stop`", label: here("when"), insert: "when" };
    case "Number":
      return {
        message:
          rule === "bound" ? `a bound is a number${foundText}` : `expected a number${foundText}`,
        label: "a number goes here",
      };
    case "Synapse":
      return { message: "only a `synapse` can be `extern`", label: here("synapse") };
    default:
      return choice(rule, around);
  }
}

/** Inside brackets that are closed further on, something does not fit. */
function closing(
  rule: string,
  closer: string,
  found: string | undefined,
  previous: string,
): Expected {
  if (rule === "indices") {
    if (found === ":") {
      return {
        message: "an axis has no ranges",
        label: "not an index",
        help: "write one index, or `_` for the whole axis",
      };
    }
    if (/^[-+*/^(.]$/.test(found ?? "")) {
      return {
        message: "an index is a single name or number",
        label: "arithmetic on indices is not part of the language",
      };
    }
  }
  const startsValue = /^[\p{L}_\d("[]/u.test(found ?? "");
  // Between arguments an operator or a `=` may be what is missing, in a shape a `/`.
  if (startsValue && (rule === "args" || rule === "shape")) {
    return {
      message: `something is missing between \`${previous}\` and \`${found}\``,
      label: `${rule === "args" ? "`,`, `=`" : "`,`"} or an operator goes before this`,
    };
  }
  if (startsValue && (rule === "indices" || rule === "reduce")) {
    return {
      message: `expected \`,\` between \`${previous}\` and \`${found}\``,
      label: "`,` goes before this",
      insert: ",",
      follows: true,
    };
  }
  return {
    message: `expected \`${closer}\`, found \`${found ?? ""}\``,
    label: `\`${closer}\` goes here`,
  };
}

/** Several things would fit. */
function choice(rule: string, { found, previous, owner, subject }: Around): Expected {
  const foundText = found === undefined ? "" : `, found \`${found}\``;
  switch (rule) {
    case "init": {
      const form =
        owner === "const" ? "`= 1.0`" : '`= 0`, `~ normal(0, 0.02)` or `from "file.npy"`';
      if (found === undefined || found === "}") {
        return {
          message:
            subject === undefined
              ? `expected a value after \`${previous}\``
              : `\`${subject}\` needs a value`,
          label: "a value goes here",
          help: `for example ${form}`,
        };
      }
      if (/^(?:<=?|>=?)$/.test(found)) {
        return owner === "const" && previous === subject
          ? {
              message: "a bound needs a type before it",
              label: "the type goes here",
              help: `for example \`const ${previous}: real > 0 = 8.0\``,
            }
          : { message: "a type has one bound", label: "a second bound" };
      }
      if (found === ":")
        return {
          message: "expected `=` before the value",
          label: "write `=`",
          insert: "=",
          replaces: true,
        };
      if (DISTRIBUTION.test(found)) {
        return { message: `expected \`~\` before \`${found}\``, label: here("~"), insert: "~" };
      }
      return /^[\p{L}\d_(["-]/u.test(found)
        ? { message: "expected `=` before the value", label: here("="), insert: "=" }
        : {
            message: `expected \`=\`, \`~\` or \`from\`${foundText}`,
            label: "a value goes here",
            help: `for example ${form}`,
          };
    }
    case "type":
      if (found !== undefined && /^[\p{L}_]/u.test(found)) {
        return {
          message: `there are no entries of the kind \`${found}\``,
          label: "expected a kind or a shape",
          help: "kinds are real, int, bool, sign and bit; a shape is written `[D]`",
        };
      }
      return {
        message: `expected a type after \`:\`${foundText}`,
        label: "a kind or a shape goes here",
        help:
          owner === "const"
            ? "`const beta = 1.0` needs no type"
            : "for example `[D]`, `sign[K, D]` or `real > 0`",
      };
    case "index":
      return found === "]"
        ? { message: "these brackets are empty", label: "an index goes here" }
        : { message: `expected an index${foundText}`, label: "a name, a number or `_` goes here" };
    default:
      return {
        message:
          found === undefined ? "something is missing here" : `\`${found}\` does not fit here`,
      };
  }
}
