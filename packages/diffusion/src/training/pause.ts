// Every host has it; the types of browsers and of Node would bring much else.
declare const setTimeout: (run: () => void, milliseconds: number) => unknown;

/** For how many milliseconds an event may wait. */
const PATIENCE = 50;

/** Lets timers, signals and drawings through, every now and then. */
export function makePauses(): () => Promise<void> {
  let last = Date.now();
  return async () => {
    if (Date.now() - last < PATIENCE) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
    last = Date.now();
  };
}
