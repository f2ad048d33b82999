/** Concrete to abstract syntax: declarations and the lines of their blocks. */
import type { CstNode } from "chevrotain";
import { type Span, spanOver } from "../source.ts";
import type {
  Attribute,
  BodyItem,
  Bound,
  Doc,
  Expression,
  FileSource,
  Init,
  Item,
  NeuronSetting,
  RecallStep,
  Template,
  TestStep,
  TrainStep,
  TypeAst,
  ValueInit,
} from "./ast.ts";
import {
  maybeNode,
  maybeToken,
  nodes,
  nodeSpan,
  oneOf,
  onlyNode,
  theNode,
  theToken,
  tokens,
  tokenSpan,
} from "./cst.ts";
import {
  toArgs,
  toBinders,
  toExpression,
  toName,
  toNumber,
  toPath,
  toShape,
  toString,
  toTarget,
} from "./to-expression.ts";

const valueOf = (node: CstNode): Expression => toExpression(theNode(node, "expression"));
const firstName = (node: CstNode) => toName(theToken(node, "Name"));

/** What a recall without a name is called, like the one of a file without any. */
const DEFAULT_RECALL = "default";

/** Doc comments by the offset of the token they stand before. */
export type Docs = ReadonlyMap<number, Doc>;

interface Declared {
  readonly doc?: Doc;
  readonly attributes: readonly Attribute[];
  readonly span: Span;
}

/** A declaration from an `item` node. */
export function toItem(node: CstNode, docs: Docs): Item {
  const rule = Object.keys(node.children).find((name) => name !== "attribute") ?? "";
  const child = theNode(node, rule);
  return toDeclaration(rule, child, toDeclared(node, child, docs), docs);
}

/** `outer` holds the attributes, `inner` the declaration itself. */
function toDeclared(outer: CstNode, inner: CstNode, docs: Docs): Declared {
  const doc = docs.get(outer.location!.startOffset);
  return {
    ...(doc === undefined ? {} : { doc }),
    attributes: nodes(outer, "attribute").map(toAttribute),
    span: nodeSpan(inner),
  };
}

function toAttribute(node: CstNode): Attribute {
  const [name, ...args] = tokens(node, "Name").map(toName);
  return { kind: "attribute", name: name, args, span: nodeSpan(node) };
}

function toDeclaration(rule: string, node: CstNode, declared: Declared, docs: Docs): Item {
  switch (rule) {
    case "use":
      return {
        kind: "use",
        path: toString(theToken(node, "String")),
        name: firstName(node),
        ...declared,
      };
    case "neuron":
      return {
        kind: "neuron",
        name: firstName(node),
        shape: toShape(theNode(node, "shape")),
        lagrangian: toTemplate(node),
        settings: nodes(node, "neuronItem").map(toNeuronSetting),
        ...declared,
      };
    case "part":
      return { kind: "part", name: firstName(node), template: toTemplate(node), ...declared };
    case "connect": {
      const name = maybeToken(node, "Name");
      const share = nodes(node, "path")[1];
      const from = maybeToken(node, "String");
      return {
        kind: "connect",
        ...(name === undefined ? {} : { name: toName(name) }),
        template: toTemplate(node),
        ...(share === undefined ? {} : { share: toPath(share) }),
        ...(from === undefined ? {} : { from: toString(from) }),
        ...declared,
      };
    }
    case "drive":
      return {
        kind: "drive",
        target: toTarget(theNode(node, "target")),
        value: valueOf(node),
        ...declared,
      };
    case "energy":
      return { kind: "energy", name: firstName(node), value: valueOf(node), ...declared };
    case "data":
    case "given": {
      const init = maybeNode(node, "outside");
      return {
        kind: rule,
        name: firstName(node),
        type: toType(theNode(node, "type")),
        ...(init === undefined ? {} : { init: toOutside(init) }),
        ...declared,
      };
    }
    case "lagrangian": {
      const argument = toName(theToken(node, "Name", 1));
      const shape = maybeNode(node, "shape");
      const end = shape === undefined ? argument.span : nodeSpan(shape);
      return {
        kind: "lagrangian",
        name: firstName(node),
        argument: {
          name: argument,
          ...(shape === undefined ? {} : { shape: toShape(shape) }),
          span: spanOver(argument.span, end),
        },
        body: nodes(node, "bodyItem").map((item) => toBodyItem(item, docs)),
        ...declared,
      };
    }
    case "synapse":
      return {
        kind: "synapse",
        extern: maybeToken(node, "Extern") !== undefined,
        name: firstName(node),
        arguments: nodes(node, "synapseArgument").map((argument) => ({
          kind: "synapseArgument",
          name: firstName(argument),
          shape: toShape(theNode(argument, "shape")),
          span: nodeSpan(argument),
        })),
        body: nodes(node, "bodyItem").map((item) => toBodyItem(item, docs)),
        ...declared,
      };
    case "recall": {
      const name = maybeToken(node, "Name");
      return {
        kind: "recall",
        name:
          name === undefined
            ? { text: DEFAULT_RECALL, span: tokenSpan(theToken(node, "Recall")) }
            : toName(name),
        steps: nodes(node, "recallItem").map(toRecallStep),
        ...declared,
      };
    }
    case "train": {
      const name = maybeToken(node, "Name");
      return {
        kind: "train",
        ...(name === undefined ? {} : { name: toName(name) }),
        steps: nodes(node, "trainItem").map(toTrainStep),
        ...declared,
      };
    }
    case "test":
      return {
        kind: "test",
        title: toString(theToken(node, "String")),
        steps: nodes(node, "testItem").map(toTestStep),
        ...declared,
      };
    default:
      return toShared(rule, node, declared);
  }
}

/** The declarations that files and bodies have in common. */
function toShared(rule: string, node: CstNode, declared: Declared) {
  switch (rule) {
    case "dim":
      return {
        kind: "dim" as const,
        dims: nodes(node, "dimDefinition").map((dim) => ({
          kind: "dimDefinition" as const,
          name: firstName(dim),
          ...(maybeNode(dim, "expression") === undefined ? {} : { value: valueOf(dim) }),
          span: nodeSpan(dim),
        })),
        ...declared,
      };
    case "const": {
      const type = maybeNode(node, "type");
      return {
        kind: "const" as const,
        name: firstName(node),
        ...(type === undefined ? {} : { type: toType(type) }),
        init: toInit(theNode(node, "init")),
        ...declared,
      };
    }
    case "param":
      return {
        kind: "param" as const,
        name: firstName(node),
        type: toType(theNode(node, "type")),
        init: toInit(theNode(node, "init")),
        ...declared,
      };
    case "let": {
      const binders = maybeNode(node, "binders");
      return {
        kind: "let" as const,
        name: firstName(node),
        binders: binders === undefined ? [] : toBinders(binders),
        value: valueOf(node),
        ...declared,
      };
    }
    case "assert": {
      const message = maybeToken(node, "String");
      return {
        kind: "assert" as const,
        condition: valueOf(node),
        ...(message === undefined ? {} : { message: toString(message) }),
        ...declared,
      };
    }
    default:
      throw new Error(`This is a bug in @hamlet/dsl: the tree has no declaration ${rule}`);
  }
}

/** A line of a Lagrangian's or synapse's body, from a `bodyItem` node. */
export function toBodyItem(node: CstNode, docs: Docs): BodyItem {
  const word = maybeToken(node, "Energy", "Value");
  if (word !== undefined) {
    const kind = word.image === "energy" ? "bodyEnergy" : "bodyValue";
    const declared = toDeclared(node, node, docs);
    const span = { start: tokenSpan(word).start, end: declared.span.end };
    return { kind, value: valueOf(node), ...declared, span };
  }
  const rule = Object.keys(node.children).find((name) => name !== "attribute")!;
  const child = theNode(node, rule);
  return toShared(rule, child, toDeclared(node, child, docs));
}

/** A line of a neuron's braces, from a `neuronItem` node. */
export function toNeuronSetting(node: CstNode): NeuronSetting {
  const span = nodeSpan(node);
  const init = maybeNode(node, "init");
  if (init !== undefined) return { kind: "init", init: toInit(init), span };
  const kind = maybeToken(node, "Tau") === undefined ? "leak" : "tau";
  return { kind, value: valueOf(node), span };
}

/** A line of a recall, from a `recallItem` node. */
export function toRecallStep(choice: CstNode): RecallStep {
  const node = onlyNode(choice);
  const span = nodeSpan(node);
  switch (node.name) {
    case "start":
      return {
        kind: "start",
        target: toTarget(theNode(node, "target")),
        init: toInit(theNode(node, "init")),
        span,
      };
    case "clamp": {
      // Both the value and the condition are expressions; `=` and `where` tell which is there.
      const expressions = nodes(node, "expression").map(toExpression);
      const value = maybeToken(node, "Equals") === undefined ? undefined : expressions.shift();
      const where = expressions[0];
      return {
        kind: "clamp",
        target: toTarget(theNode(node, "target")),
        ...(value === undefined ? {} : { value }),
        ...(where === undefined ? {} : { where }),
        span,
      };
    }
    case "stop":
      return { kind: "stop", condition: valueOf(node), span };
    case "record": {
      const every = maybeToken(node, "Number");
      return {
        kind: "record",
        path: toPath(theNode(node, "path")),
        ...(every === undefined ? {} : { every: toNumber(every) }),
        span,
      };
    }
    case "schedule":
      return {
        kind: "schedule",
        path: toPath(theNode(node, "path")),
        value: valueOf(node),
        span,
      };
    case "return":
      return { kind: "return", paths: nodes(node, "path").map(toPath), span };
    default:
      return toSetting(node);
  }
}

function toSetting(node: CstNode) {
  return {
    kind: "setting" as const,
    name: firstName(node),
    value: valueOf(node),
    span: nodeSpan(node),
  };
}

function toFeed(node: CstNode) {
  return {
    kind: "feed" as const,
    target: toTarget(theNode(node, "target")),
    init: toInit(theNode(node, "init")),
    span: nodeSpan(node),
  };
}

/** A line of a train block, from a `trainItem` node. */
export function toTrainStep(choice: CstNode): TrainStep {
  const node = onlyNode(choice);
  if (node.name === "feed") return toFeed(node);
  return node.name === "metric" ? { ...toSetting(node), kind: "metric" } : toSetting(node);
}

/** A line of a test, from a `testItem` node. */
export function toTestStep(choice: CstNode): TestStep {
  const node = onlyNode(choice);
  switch (node.name) {
    case "feed":
      return toFeed(node);
    case "run":
      return { kind: "run", name: firstName(node), span: nodeSpan(node) };
    case "expect":
      return { kind: "expect", condition: valueOf(node), span: nodeSpan(node) };
    default:
      return toSetting(node);
  }
}

function toTemplate(node: CstNode): Template {
  const path = toPath(theNode(node, "path"));
  const args = maybeNode(node, "args");
  const span = args === undefined ? path.span : spanOver(path.span, nodeSpan(args));
  return { kind: "template", path, ...toArgs(args), span };
}

function toType(node: CstNode): TypeAst {
  const element = maybeNode(node, "element");
  const shape = maybeNode(node, "shape");
  const bound = maybeNode(node, "bound");
  const word = element && Object.values(element.children)[0][0];
  return {
    kind: "type",
    ...(word === undefined || "children" in word
      ? {}
      : {
          element: {
            kind: oneOf(["real", "int", "bool", "sign", "bit"], word),
            span: tokenSpan(word),
          },
        }),
    ...(shape === undefined ? {} : { shape: toShape(shape) }),
    ...(bound === undefined ? {} : { bound: toBound(bound) }),
    span: nodeSpan(node),
  };
}

function toBound(node: CstNode): Bound {
  const op = tokens(node, "Less", "LessEquals", "Greater", "GreaterEquals")[0];
  const { value } = toNumber(theToken(node, "Number"));
  return {
    op: oneOf(["<", "<=", ">", ">="], op),
    value: maybeToken(node, "Minus") === undefined ? value : -value,
    span: nodeSpan(node),
  };
}

function toInit(node: CstNode): Init {
  const span = nodeSpan(node);
  const source = maybeNode(node, "source");
  if (source !== undefined) return toSource(source);
  if (maybeToken(node, "Tilde") !== undefined) {
    return { kind: "draw", distribution: valueOf(node), span };
  }
  return { kind: "value", value: valueOf(node), span };
}

function toOutside(node: CstNode): FileSource | ValueInit {
  const source = maybeNode(node, "source");
  return source === undefined
    ? { kind: "value", value: valueOf(node), span: nodeSpan(node) }
    : toSource(source);
}

function toSource(node: CstNode): FileSource {
  const stored = maybeNode(node, "shape");
  return {
    kind: "from",
    path: toString(theToken(node, "String")),
    ...(stored === undefined ? {} : { stored: toShape(stored) }),
    ...(maybeNode(node, "expression") === undefined ? {} : { take: valueOf(node) }),
    span: nodeSpan(node),
  };
}
