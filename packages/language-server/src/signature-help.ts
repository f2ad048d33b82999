import { VOCABULARY } from "@hamlet/dsl/editor";
import type { Position, SignatureHelp } from "vscode-languageserver";
import { type Call, callAt } from "./call.ts";
import {
  type Signature,
  signatureOfChoice,
  signatureOfItem,
  signatureOfLagrangian,
  signatureOfSynapse,
} from "./describe.ts";
import type { Document } from "./document.ts";
import { placeAt } from "./place.ts";
import { offsetOf } from "./positions.ts";

/** What goes between the parentheses that a cursor stands in. */
export function signatureHelp(document: Document, position: Position): SignatureHelp | null {
  const place = placeAt(document.source, offsetOf(document.source, position));
  if (place.inside !== "code") return null;
  const call = callAt(document.names, place);
  const signature = call && signatureOf(document, call);
  if (call === null || signature === null || signature.parameters.length === 0) return null;
  const { label, parameters } = signature;
  const named = parameters.findIndex(({ name }) => name === call.argument);
  return {
    signatures: [
      {
        label,
        parameters: parameters.map(({ label: own, doc }) => ({ label: own, documentation: doc })),
      },
    ],
    activeSignature: 0,
    activeParameter: named >= 0 ? named : Math.min(call.position, parameters.length - 1),
  };
}

function signatureOf({ registry }: Document, { called }: Call): Signature | null {
  switch (called.kind) {
    case "choice":
      return signatureOfChoice(called.name, called.options);
    case "function": {
      const known = VOCABULARY.functions.includes(called.name) ? ["x"] : [];
      const parameters = ARGUMENTS[called.name] ?? known;
      return signatureOfChoice(
        called.name,
        parameters.map((name) => ({ name, meaning: "" })),
      );
    }
    case "template": {
      const { first, second, names } = called.template;
      const target = second ?? first;
      if (target.from === "language") {
        const lagrangian = called.what === "Lagrangian" && registry.lagrangians.get(target.text);
        const synapse = called.what === "synapse" && registry.hypersynapses.get(target.text);
        return lagrangian
          ? signatureOfLagrangian(lagrangian)
          : synapse
            ? signatureOfSynapse(synapse)
            : null;
      }
      const { node, source } = target;
      if (node.kind === "lagrangian" || node.kind === "synapse") {
        return signatureOfItem(node, source.text);
      }
      const bindable = [...names.parameters(called.template).values()].filter(({ kind }) =>
        ["dim", "const", "param", "data", "given"].includes(kind),
      );
      const parameters = bindable.flatMap((thing) =>
        thing.from === "file"
          ? [{ name: thing.name.text, label: `${thing.name.text} = …`, doc: thing.kind }]
          : [],
      );
      const name = target.name.text;
      return { label: `${name}(${parameters.map(({ label }) => label).join(", ")})`, parameters };
    }
  }
}

/** What functions of other than one number take. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  max: ["a", "b"],
  min: ["a", "b"],
  overlap: ["a", "b"],
  close: ["a", "b", "tolerance"],
  falling: ["energy"],
  correct: ["y", "label"],
};
