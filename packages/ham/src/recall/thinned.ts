/**
 * What is kept of a run of any length in bounded memory: entries at every `every`-th step. When there
 * are more than `limit`, every second is dropped and `every` doubles. The first and the last stay.
 */
export class Thinned<T> {
  readonly steps: number[] = [];
  readonly kept: T[] = [];
  readonly #limit: number;
  readonly #drop: (entry: T) => void;
  #every: number;

  /** `drop` frees an entry that is not kept any more. */
  constructor(every: number, limit: number, drop: (entry: T) => void = () => undefined) {
    this.#every = every;
    this.#limit = Math.max(2, limit);
    this.#drop = drop;
  }

  /** Keeps what `make` makes of a step where one is due; the last step is always. */
  add(step: number, last: boolean, make: () => T): void {
    if (!last && step % this.#every !== 0) return;
    this.steps.push(step);
    this.kept.push(make());
    if (!last && this.kept.length > this.#limit) this.#thin();
  }

  #thin(): void {
    this.#every *= 2;
    const [steps, kept] = [this.steps.splice(0), this.kept.splice(0)];
    steps.forEach((step, i) => {
      if (step % this.#every !== 0) return this.#drop(kept[i]);
      this.steps.push(step);
      this.kept.push(kept[i]);
    });
  }
}
