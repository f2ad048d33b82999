// A few Lagrangians for the checks: this package knows no catalogue.

import {
  apply,
  type LagrangianDefinition,
  lit,
  logsumexp,
  makeRegistry,
  mul,
  pow,
} from "@hamlet/graph";

const identity: LagrangianDefinition = {
  name: "identity",
  summary: "",
  options: [],
  coupled: false,
  kind: "smooth",
  value: (x) => mul(lit(1 / 2), pow(x, lit(2))),
  references: [],
};

export const REGISTRY = makeRegistry(
  identity,
  { ...identity, name: "tanh", value: (x) => apply("logcosh", x) },
  { ...identity, name: "softmax", coupled: true, value: (x, _, over) => logsumexp(over, x) },
  { ...identity, name: "sign", kind: "binary", value: (x) => apply("abs", x) },
);
