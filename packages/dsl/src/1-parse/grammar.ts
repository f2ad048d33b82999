/**
 * The grammar of edition 1, and nothing else: no actions, no recovery, no sentences. It is LL(2)
 * and has no gates. Meaning is given in `to-ast.ts`, recovery in `outline.ts`, and the sentences
 * for what does not fit in `explain/`.
 *
 * What is looser than it could be, so that a later check can say it better: `~` takes any
 * expression, and a setting any name.
 */
import { CstParser, type IParserErrorMessageProvider } from "chevrotain";
import { tokenType as t, TOKENS } from "./token-types.ts";

/**
 * Chevrotain wants a sentence here, but a good one needs the tokens around the place. So this
 * gives the key of the sentence, `<kind>:<rule>:<expected token>`, and `explain/` writes it.
 */
const keys: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => `mismatch:${ruleName}:${expected.name}`,
  buildNotAllInputParsedMessage: ({ ruleName }) => `rest:${ruleName}:`,
  buildNoViableAltMessage: ({ ruleName }) => `choice:${ruleName}:`,
  buildEarlyExitMessage: ({ ruleName }) => `repeat:${ruleName}:`,
};

/** The parser. Construction analyses the grammar and costs milliseconds: make one and keep it. */
export class HamParser extends CstParser {
  constructor() {
    super(Object.values(TOKENS), {
      maxLookahead: 2,
      recoveryEnabled: false,
      nodeLocationTracking: "onlyOffset",
      errorMessageProvider: keys,
    });
    this.performSelfAnalysis();
  }

  // Declarations

  readonly item = this.RULE("item", () => {
    this.MANY(() => this.SUBRULE(this.attribute));
    this.OR([
      { ALT: () => this.SUBRULE(this.use) },
      { ALT: () => this.SUBRULE(this.dim) },
      { ALT: () => this.SUBRULE(this.const) },
      { ALT: () => this.SUBRULE(this.param) },
      { ALT: () => this.SUBRULE(this.data) },
      { ALT: () => this.SUBRULE(this.given) },
      { ALT: () => this.SUBRULE(this.let) },
      { ALT: () => this.SUBRULE(this.lagrangian) },
      { ALT: () => this.SUBRULE(this.synapse) },
      { ALT: () => this.SUBRULE(this.neuron) },
      { ALT: () => this.SUBRULE(this.part) },
      { ALT: () => this.SUBRULE(this.connect) },
      { ALT: () => this.SUBRULE(this.energy) },
      { ALT: () => this.SUBRULE(this.drive) },
      { ALT: () => this.SUBRULE(this.recall) },
      { ALT: () => this.SUBRULE(this.train) },
      { ALT: () => this.SUBRULE(this.test) },
      { ALT: () => this.SUBRULE(this.assert) },
    ]);
  });

  readonly attribute = this.RULE("attribute", () => {
    this.CONSUME(t("At"));
    this.CONSUME(t("Name"));
    this.OPTION(() => {
      this.CONSUME(t("LParen"));
      this.AT_LEAST_ONE_SEP({ SEP: t("Comma"), DEF: () => this.CONSUME1(t("Name")) });
      this.CONSUME(t("RParen"));
    });
  });

  readonly use = this.RULE("use", () => {
    this.CONSUME(t("Use"));
    this.CONSUME(t("String"));
    this.CONSUME(t("As"));
    this.CONSUME(t("Name"));
  });

  readonly dim = this.RULE("dim", () => {
    this.CONSUME(t("Dim"));
    this.AT_LEAST_ONE_SEP({ SEP: t("Comma"), DEF: () => this.SUBRULE(this.dimDefinition) });
  });

  readonly dimDefinition = this.RULE("dimDefinition", () => {
    this.CONSUME(t("Name"));
    this.OPTION(() => {
      this.CONSUME(t("Equals"));
      this.SUBRULE(this.expression);
    });
  });

  readonly const = this.RULE("const", () => {
    this.CONSUME(t("Const"));
    this.CONSUME(t("Name"));
    this.OPTION(() => {
      this.CONSUME(t("Colon"));
      this.SUBRULE(this.type);
    });
    this.SUBRULE(this.init);
  });

  readonly param = this.RULE("param", () => {
    this.CONSUME(t("Param"));
    this.CONSUME(t("Name"));
    this.CONSUME(t("Colon"));
    this.SUBRULE(this.type);
    this.SUBRULE(this.init);
  });

  readonly data = this.RULE("data", () => {
    this.CONSUME(t("Data"));
    this.CONSUME(t("Name"));
    this.CONSUME(t("Colon"));
    this.SUBRULE(this.type);
    this.OPTION(() => this.SUBRULE(this.outside));
  });

  readonly given = this.RULE("given", () => {
    this.CONSUME(t("Given"));
    this.CONSUME(t("Name"));
    this.CONSUME(t("Colon"));
    this.SUBRULE(this.type);
    this.OPTION(() => this.SUBRULE(this.outside));
  });

  /** What data and givens are: a file, or an array written here. */
  readonly outside = this.RULE("outside", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t("Equals"));
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.source) },
    ]);
  });

  readonly let = this.RULE("let", () => {
    this.CONSUME(t("Let"));
    this.CONSUME(t("Name"));
    this.OPTION(() => {
      this.CONSUME(t("LSquare"));
      this.SUBRULE(this.binders);
      this.CONSUME(t("RSquare"));
    });
    this.CONSUME(t("Equals"));
    this.SUBRULE(this.expression);
  });

  readonly init = this.RULE("init", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t("Equals"));
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t("Tilde"));
          this.SUBRULE1(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.source) },
    ]);
  });

  readonly source = this.RULE("source", () => {
    this.CONSUME(t("From"));
    this.CONSUME(t("String"));
    this.OPTION(() => {
      this.CONSUME(t("Stored"));
      this.SUBRULE(this.shape);
    });
    this.OPTION1(() => {
      this.CONSUME(t("Take"));
      this.SUBRULE(this.expression);
    });
  });

  readonly type = this.RULE("type", () => {
    this.OR([
      {
        ALT: () => {
          this.SUBRULE(this.element);
          this.OPTION(() => this.SUBRULE(this.shape));
        },
      },
      { ALT: () => this.SUBRULE1(this.shape) },
    ]);
    this.OPTION1(() => this.SUBRULE(this.bound));
  });

  readonly element = this.RULE("element", () => {
    this.OR(
      ["Real", "Int", "Bool", "Sign", "Bit"].map((name) => ({ ALT: () => this.CONSUME(t(name)) })),
    );
  });

  readonly bound = this.RULE("bound", () => {
    this.OR(
      ["Less", "LessEquals", "Greater", "GreaterEquals"].map((name) => ({
        ALT: () => this.CONSUME(t(name)),
      })),
    );
    this.OPTION(() => this.CONSUME(t("Minus")));
    this.CONSUME(t("Number"));
  });

  readonly shape = this.RULE("shape", () => {
    this.CONSUME(t("LSquare"));
    this.MANY_SEP({ SEP: t("Comma"), DEF: () => this.SUBRULE(this.sum) });
    this.CONSUME(t("RSquare"));
  });

  readonly lagrangian = this.RULE("lagrangian", () => {
    this.CONSUME(t("Lagrangian"));
    this.CONSUME(t("Name"));
    this.CONSUME(t("LParen"));
    this.CONSUME1(t("Name"));
    this.OPTION(() => {
      this.CONSUME(t("Colon"));
      this.SUBRULE(this.shape);
    });
    this.CONSUME(t("RParen"));
    this.CONSUME(t("LBrace"));
    this.MANY(() => this.SUBRULE(this.bodyItem));
    this.CONSUME(t("RBrace"));
  });

  readonly synapse = this.RULE("synapse", () => {
    this.OPTION(() => this.CONSUME(t("Extern")));
    this.CONSUME(t("Synapse"));
    this.CONSUME(t("Name"));
    this.CONSUME(t("LParen"));
    this.AT_LEAST_ONE_SEP({ SEP: t("Comma"), DEF: () => this.SUBRULE(this.synapseArgument) });
    this.CONSUME(t("RParen"));
    this.CONSUME(t("LBrace"));
    this.MANY(() => this.SUBRULE(this.bodyItem));
    this.CONSUME(t("RBrace"));
  });

  readonly synapseArgument = this.RULE("synapseArgument", () => {
    this.CONSUME(t("Name"));
    this.CONSUME(t("Colon"));
    this.SUBRULE(this.shape);
  });

  readonly bodyItem = this.RULE("bodyItem", () => {
    this.MANY(() => this.SUBRULE(this.attribute));
    this.OR([
      { ALT: () => this.SUBRULE(this.dim) },
      { ALT: () => this.SUBRULE(this.const) },
      { ALT: () => this.SUBRULE(this.param) },
      { ALT: () => this.SUBRULE(this.let) },
      { ALT: () => this.SUBRULE(this.assert) },
      {
        ALT: () => {
          this.CONSUME(t("Energy"));
          this.CONSUME(t("Equals"));
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t("Value"));
          this.CONSUME1(t("Equals"));
          this.SUBRULE1(this.expression);
        },
      },
    ]);
  });

  readonly neuron = this.RULE("neuron", () => {
    this.CONSUME(t("Neuron"));
    this.CONSUME(t("Name"));
    this.CONSUME(t("Colon"));
    this.SUBRULE(this.shape);
    this.CONSUME(t("As"));
    this.SUBRULE(this.path);
    this.OPTION(() => this.SUBRULE(this.args));
    this.OPTION1(() => {
      this.CONSUME(t("LBrace"));
      this.MANY(() => this.SUBRULE(this.neuronItem));
      this.CONSUME(t("RBrace"));
    });
  });

  readonly neuronItem = this.RULE("neuronItem", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t("Tau"));
          this.CONSUME(t("Equals"));
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t("Leak"));
          this.CONSUME1(t("Equals"));
          this.SUBRULE1(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t("Init"));
          this.SUBRULE(this.init);
        },
      },
    ]);
  });

  readonly part = this.RULE("part", () => {
    this.CONSUME(t("Part"));
    this.CONSUME(t("Name"));
    this.CONSUME(t("Colon"));
    this.SUBRULE(this.path);
    this.SUBRULE(this.args);
  });

  readonly connect = this.RULE("connect", () => {
    this.CONSUME(t("Connect"));
    this.OPTION(() => {
      this.CONSUME(t("Name"));
      this.CONSUME(t("Colon"));
    });
    this.SUBRULE(this.path);
    this.SUBRULE(this.args);
    this.OPTION1(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t("Share"));
            this.SUBRULE1(this.path);
          },
        },
        {
          ALT: () => {
            this.CONSUME(t("From"));
            this.CONSUME(t("String"));
          },
        },
      ]);
    });
  });

  readonly energy = this.RULE("energy", () => {
    this.CONSUME(t("Energy"));
    this.CONSUME(t("Name"));
    this.CONSUME(t("Equals"));
    this.SUBRULE(this.expression);
  });

  readonly drive = this.RULE("drive", () => {
    this.CONSUME(t("Drive"));
    this.SUBRULE(this.target);
    this.CONSUME(t("Equals"));
    this.SUBRULE(this.expression);
  });

  readonly assert = this.RULE("assert", () => {
    this.CONSUME(t("Assert"));
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t("Comma"));
      this.CONSUME(t("String"));
    });
  });

  // Running

  readonly recall = this.RULE("recall", () => {
    this.CONSUME(t("Recall"));
    this.OPTION(() => this.CONSUME(t("Name")));
    this.CONSUME(t("LBrace"));
    this.MANY(() => this.SUBRULE(this.recallItem));
    this.CONSUME(t("RBrace"));
  });

  readonly recallItem = this.RULE("recallItem", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.start) },
      { ALT: () => this.SUBRULE(this.clamp) },
      { ALT: () => this.SUBRULE(this.stop) },
      { ALT: () => this.SUBRULE(this.record) },
      { ALT: () => this.SUBRULE(this.schedule) },
      { ALT: () => this.SUBRULE(this.return) },
      { ALT: () => this.SUBRULE(this.setting) },
    ]);
  });

  readonly start = this.RULE("start", () => {
    this.CONSUME(t("Start"));
    this.SUBRULE(this.target);
    this.SUBRULE(this.init);
  });

  readonly clamp = this.RULE("clamp", () => {
    this.CONSUME(t("Clamp"));
    this.SUBRULE(this.target);
    this.OPTION(() => {
      this.CONSUME(t("Equals"));
      this.SUBRULE(this.expression);
    });
    this.OPTION1(() => {
      this.CONSUME(t("Where"));
      this.SUBRULE1(this.expression);
    });
  });

  readonly stop = this.RULE("stop", () => {
    this.CONSUME(t("Stop"));
    this.CONSUME(t("When"));
    this.SUBRULE(this.expression);
  });

  readonly record = this.RULE("record", () => {
    this.CONSUME(t("Record"));
    this.SUBRULE(this.path);
    this.OPTION(() => {
      this.CONSUME(t("Every"));
      this.CONSUME(t("Number"));
    });
  });

  readonly schedule = this.RULE("schedule", () => {
    this.CONSUME(t("Schedule"));
    this.SUBRULE(this.path);
    this.CONSUME(t("Equals"));
    this.SUBRULE(this.expression);
  });

  readonly return = this.RULE("return", () => {
    this.CONSUME(t("Return"));
    this.AT_LEAST_ONE_SEP({ SEP: t("Comma"), DEF: () => this.SUBRULE(this.path) });
  });

  readonly train = this.RULE("train", () => {
    this.CONSUME(t("Train"));
    this.OPTION(() => this.CONSUME(t("Name")));
    this.CONSUME(t("LBrace"));
    this.MANY(() => this.SUBRULE(this.trainItem));
    this.CONSUME(t("RBrace"));
  });

  readonly trainItem = this.RULE("trainItem", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.feed) },
      { ALT: () => this.SUBRULE(this.metric) },
      { ALT: () => this.SUBRULE(this.setting) },
    ]);
  });

  readonly metric = this.RULE("metric", () => {
    this.CONSUME(t("Metric"));
    this.CONSUME(t("Name"));
    this.CONSUME(t("Equals"));
    this.SUBRULE(this.expression);
  });

  readonly test = this.RULE("test", () => {
    this.CONSUME(t("Test"));
    this.CONSUME(t("String"));
    this.CONSUME(t("LBrace"));
    this.MANY(() => this.SUBRULE(this.testItem));
    this.CONSUME(t("RBrace"));
  });

  readonly testItem = this.RULE("testItem", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.feed) },
      { ALT: () => this.SUBRULE(this.run) },
      { ALT: () => this.SUBRULE(this.expect) },
      { ALT: () => this.SUBRULE(this.setting) },
    ]);
  });

  readonly feed = this.RULE("feed", () => {
    this.CONSUME(t("Feed"));
    this.SUBRULE(this.target);
    this.SUBRULE(this.init);
  });

  readonly run = this.RULE("run", () => {
    this.CONSUME(t("Run"));
    this.CONSUME(t("Name"));
  });

  readonly expect = this.RULE("expect", () => {
    this.CONSUME(t("Expect"));
    this.SUBRULE(this.expression);
  });

  readonly setting = this.RULE("setting", () => {
    this.CONSUME(t("Name"));
    this.CONSUME(t("Equals"));
    this.SUBRULE(this.expression);
  });

  readonly target = this.RULE("target", () => {
    this.SUBRULE(this.path);
    this.OPTION(() => this.SUBRULE(this.indices));
  });

  // Expressions, loosest first

  readonly expression = this.RULE("expression", () => {
    this.SUBRULE(this.conjunction);
    this.MANY(() => {
      this.CONSUME(t("Or"));
      this.SUBRULE1(this.conjunction);
    });
  });

  readonly conjunction = this.RULE("conjunction", () => {
    this.SUBRULE(this.negation);
    this.MANY(() => {
      this.CONSUME(t("And"));
      this.SUBRULE1(this.negation);
    });
  });

  readonly negation = this.RULE("negation", () => {
    this.MANY(() => this.CONSUME(t("Not")));
    this.SUBRULE(this.comparison);
  });

  readonly comparison = this.RULE("comparison", () => {
    this.SUBRULE(this.sum);
    this.OPTION(() => {
      this.OR(
        ["EqualsEquals", "NotEquals", "Less", "LessEquals", "Greater", "GreaterEquals"].map(
          (name) => ({
            ALT: () => this.CONSUME(t(name)),
          }),
        ),
      );
      this.SUBRULE1(this.sum);
    });
  });

  readonly sum = this.RULE("sum", () => {
    this.SUBRULE(this.product);
    this.MANY(() => {
      this.OR([{ ALT: () => this.CONSUME(t("Plus")) }, { ALT: () => this.CONSUME(t("Minus")) }]);
      this.SUBRULE1(this.product);
    });
  });

  readonly product = this.RULE("product", () => {
    this.SUBRULE(this.unary);
    this.MANY(() => {
      this.OR([{ ALT: () => this.CONSUME(t("Times")) }, { ALT: () => this.CONSUME(t("Over")) }]);
      this.SUBRULE1(this.unary);
    });
  });

  readonly unary = this.RULE("unary", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t("Minus"));
          this.SUBRULE(this.unary);
        },
      },
      { ALT: () => this.SUBRULE(this.reduce) },
      { ALT: () => this.SUBRULE(this.power) },
    ]);
  });

  readonly reduce = this.RULE("reduce", () => {
    this.OR(
      ["Sum", "Mean", "Prod", "Logsumexp", "Max", "Min"].map((name) => ({
        ALT: () => this.CONSUME(t(name)),
      })),
    );
    this.CONSUME(t("LSquare"));
    this.SUBRULE(this.binders);
    this.OPTION(() => {
      this.CONSUME(t("Where"));
      this.SUBRULE(this.expression);
    });
    this.CONSUME(t("RSquare"));
    this.SUBRULE(this.product);
  });

  readonly power = this.RULE("power", () => {
    this.SUBRULE(this.primary);
    this.OPTION(() => {
      this.CONSUME(t("Caret"));
      this.SUBRULE(this.unary);
    });
  });

  readonly primary = this.RULE("primary", () => {
    this.OR([
      { ALT: () => this.CONSUME(t("Number")) },
      { ALT: () => this.CONSUME(t("String")) },
      {
        ALT: () => {
          this.OR1([{ ALT: () => this.CONSUME(t("Max")) }, { ALT: () => this.CONSUME(t("Min")) }]);
          this.SUBRULE(this.args);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t("Before"));
          this.SUBRULE1(this.path);
          this.OPTION2(() => this.SUBRULE1(this.indices));
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.path);
          this.OPTION(() => this.SUBRULE1(this.args));
          this.OPTION1(() => this.SUBRULE(this.indices));
        },
      },
      {
        ALT: () => {
          this.CONSUME(t("LParen"));
          this.SUBRULE(this.expression);
          this.CONSUME(t("RParen"));
        },
      },
      {
        ALT: () => {
          this.CONSUME(t("LSquare"));
          this.MANY_SEP({ SEP: t("Comma"), DEF: () => this.SUBRULE1(this.expression) });
          this.CONSUME(t("RSquare"));
        },
      },
    ]);
  });

  readonly binders = this.RULE("binders", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t("Comma"), DEF: () => this.SUBRULE(this.binder) });
  });

  readonly binder = this.RULE("binder", () => {
    this.CONSUME(t("Name"));
    this.OPTION(() => {
      this.CONSUME(t("Colon"));
      this.SUBRULE(this.path);
    });
  });

  readonly indices = this.RULE("indices", () => {
    this.CONSUME(t("LSquare"));
    this.AT_LEAST_ONE_SEP({ SEP: t("Comma"), DEF: () => this.SUBRULE(this.index) });
    this.CONSUME(t("RSquare"));
  });

  readonly index = this.RULE("index", () => {
    this.OR([{ ALT: () => this.CONSUME(t("Name")) }, { ALT: () => this.CONSUME(t("Number")) }]);
  });

  readonly args = this.RULE("args", () => {
    this.CONSUME(t("LParen"));
    this.MANY_SEP({ SEP: t("Comma"), DEF: () => this.SUBRULE(this.arg) });
    this.CONSUME(t("RParen"));
  });

  readonly arg = this.RULE("arg", () => {
    this.OPTION(() => {
      this.CONSUME(t("Name"));
      this.CONSUME(t("Equals"));
    });
    this.SUBRULE(this.expression);
  });

  readonly path = this.RULE("path", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t("Dot"), DEF: () => this.CONSUME(t("Name")) });
  });
}
