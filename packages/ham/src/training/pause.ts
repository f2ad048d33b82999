// Every host has it; the types of browsers and of Node would bring much else.
declare const setTimeout: (run: () => void, milliseconds: number) => unknown;

/**
 * Lets timers, signals and drawings through. Unlike `tf.nextFrame` it goes on in a tab that nobody
 * looks at.
 */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
