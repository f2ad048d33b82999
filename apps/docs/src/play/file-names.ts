// The files that a reader can take along, by their names.

/** What each holds. */
export const FILES = {
  "memory.zip": "the text with its arrays, for ham run",
  "memory.html": "a page where it runs, beside the folder embed/ of this site",
  "memory.py": "Python for JAX, with the whole recall",
  "memory-step.onnx": "ONNX, one step of any number of examples",
  "memory.onnx": "ONNX, the whole recall",
  "params.safetensors": "the params, as they are drawn or learned",
  "recall.csv": "every moment of the recall, a row each: step, energy, activations",
  "recall.npz": "the same as arrays of NumPy",
} as const;
export type FileName = keyof typeof FILES;
