// A backend of TensorFlow.js that holds numbers and computes nothing: copies and shapes are all it knows.
// Recalls of a page run as compiled code, or in float64 where units flip: tensors only carry their numbers
// in and out.

import * as tf from "@tensorflow/tfjs-core";

interface Held {
  readonly values: tf.backend_util.BackendValues;
  references: number;
}

class Carrier extends tf.KernelBackend {
  readonly #held = new tf.DataStorage<Held>(this, tf.engine());

  override write(values: tf.backend_util.BackendValues): object {
    const id = {};
    this.#held.set(id, { values, references: 1 });
    return id;
  }

  override move(id: object, values: tf.backend_util.BackendValues): void {
    this.#held.set(id, { values, references: 1 });
  }

  override readSync(id: object): tf.backend_util.BackendValues {
    return this.#held.get(id).values;
  }

  override async read(id: object): Promise<tf.backend_util.BackendValues> {
    return this.readSync(id);
  }

  override incRef(id: object): void {
    this.#held.get(id).references++;
  }

  override refCount(id: object): number {
    return this.#held.has(id) ? this.#held.get(id).references : 0;
  }

  override disposeData(id: object): boolean {
    if (!this.#held.has(id)) return true;
    if (--this.#held.get(id).references > 0) return false;
    this.#held.delete(id);
    return true;
  }

  override numDataIds(): number {
    return this.#held.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {}
}

/** The name of the backend it stands for: engines take it for one that computes on the processor. */
const NAME = "cpu";

tf.registerBackend(NAME, () => new Carrier());
for (const kernelName of [tf.Identity, tf.Reshape]) {
  tf.registerKernel({
    kernelName,
    backendName: NAME,
    kernelFunc({ inputs, attrs, backend }) {
      const { dataId, shape, dtype } = inputs.x as tf.TensorInfo;
      (backend as Carrier).incRef(dataId);
      return { dataId, shape: (attrs?.shape as number[] | undefined) ?? shape, dtype };
    },
  });
}
