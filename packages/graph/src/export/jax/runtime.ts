// The parts of an exported Python file that are the same for every model.

/** The top of the file and the functions that check shapes. */
export const PREAMBLE = `"""An energy model, exported by Hamlet. Needs jax and numpy only.

    model = load(arrays, states)
    states = update(states, model, dt=0.1)

Works on one example: use jax.vmap for many. Run as a script it reads an npz file of inputs
("state/NAME", "array/NAME", "dt") and writes an npz file of results.
"""

import sys

import jax
import jax.numpy as jnp
import numpy as np


def measured(arrays, states):
    """The sizes of all axes; an axis with two sizes is an error that names it."""
    sizes = dict(SIZES)
    for table, given in ((ARRAYS, arrays), (STATES, states)):
        for name, array in given.items():
            axes, shape = table[name], np.shape(array)
            if len(axes) != len(shape):
                raise ValueError(f"{name} has axes {axes}, but its array has shape {shape}")
            for axis, size in zip(axes, shape):
                sizes[axis] = agreed(axis, sizes, size)
    return sizes


def agreed(axis, sizes, size):
    if sizes.get(axis, size) != size:
        raise ValueError(f"the axis {axis} has size {sizes[axis]} in one place and {size} in another")
    return size
`;

/** The end of the file: what runs as a script. */
export const MAIN = `def main(source, target):
    """Reads inputs from one npz file and writes energy, activations, velocity and update."""
    jax.config.update("jax_enable_x64", True)
    with np.load(source) as file:
        inputs = dict(file)
    pick = lambda kind: {
        name.removeprefix(kind): jnp.asarray(inputs[name], dtype=float)
        for name in inputs
        if name.startswith(kind)
    }
    states = pick("state/")
    model = load(pick("array/"), states)
    hats = activations(states, model)
    results = {
        "energy": energy(states, hats, model),
        **{f"activation/{name}": hat for name, hat in hats.items()},
        **{f"velocity/{name}": v for name, v in velocity(states, hats, model).items()},
        **{f"update/{name}": x for name, x in update(states, model, inputs.get("dt", 0.1)).items()},
    }
    if "recall" in globals():
        results |= {f"recall/{name}": x for name, x in recall(states, model).items()}
    np.savez(target, **{name: np.asarray(value) for name, value in results.items()})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
`;
