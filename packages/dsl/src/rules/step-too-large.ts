import type { Diagnostics } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";

/** W0704: `x ← x − (dt / τ) x` grows when `dt` is above `2 τ`. */
export function stepTooLarge(
  diagnostics: Diagnostics,
  step: { dt: number; span: Span },
  neuron: { name: string; tau: number },
): void {
  const { dt, span } = step;
  const { name, tau } = neuron;
  diagnostics.report("W0704", span, {
    message: `a step of ${dt} overshoots the leak of \`${name}\` (tau = ${tau})`,
    label: `unstable above 2 * tau = ${2 * tau}`,
    help: [`try \`dt = ${tau / 2}\`; \`ham run\` says when the energy went up`],
  });
}
