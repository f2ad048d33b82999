"""The gradient of DrDAM's energy with JAX and with NumPy: prints the seconds of one gradient of a batch.

    python energy.py D Y BATCH jax|numpy
"""

import sys
import time

import numpy as np

D, Y, B = map(int, sys.argv[1:4])
BETA, REPEATS = 25.0, 5
rng = np.random.default_rng(0)
rows = rng.standard_normal((Y, D)).astype(np.float32)
T = rng.standard_normal(2 * Y).astype(np.float32) / np.float32(np.sqrt(Y)) + np.float32(0.01)
states = rng.standard_normal((B, D)).astype(np.float32) / np.float32(np.sqrt(D))


def by_numpy():
    phases = np.sqrt(np.float32(BETA)) * (states @ rows.T)
    cosines, sines = np.cos(phases), np.sin(phases)
    h = np.maximum((cosines @ T[:Y] + sines @ T[Y:]) / np.sqrt(Y), 1e-10)
    slopes = cosines * T[Y:] - sines * T[:Y]
    return -(slopes @ rows) * (np.sqrt(BETA / Y) / (BETA * h))[:, None]


if sys.argv[4] == "jax":
    import jax
    import jax.numpy as jnp

    def energy(x):
        phases = jnp.sqrt(BETA) * (rows_ @ x)
        h = jnp.concatenate([jnp.cos(phases), jnp.sin(phases)]) @ T_ / jnp.sqrt(Y)
        return -jnp.log(jnp.maximum(h, 1e-10)) / BETA

    rows_, T_, states_ = map(jnp.asarray, (rows, T, states))
    compiled = jax.jit(jax.vmap(jax.grad(energy)))
    run = lambda: compiled(states_).block_until_ready()
else:
    run = by_numpy

run()
began = time.perf_counter()
for _ in range(REPEATS):
    run()
print((time.perf_counter() - began) / REPEATS)
