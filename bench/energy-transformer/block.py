"""Descent of one energy transformer block with JAX: prints the seconds of one descent,
and the seconds of processor time.

    python block.py TOKENS WIDTH HEADS HEAD_WIDTH MEMORIES STEPS
"""

import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

N, D, H, Y, M, STEPS = map(int, sys.argv[1:])
rng = np.random.default_rng(0)
normal = lambda *shape: jnp.asarray(rng.standard_normal(shape).astype(np.float32))
Wq, Wk, Xi, tokens = 0.02 * normal(H, D, Y), 0.02 * normal(H, D, Y), 0.02 * normal(M, D), normal(N, D)
beta = 1 / np.sqrt(Y)


def layer_norm(x):
    centred = x - x.mean(-1, keepdims=True)
    return centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)


def energy(g):
    queries, keys = (jnp.einsum("nd,hdy->hny", g, W) for W in (Wq, Wk))
    scores = beta * jnp.einsum("hcy,hby->hcb", queries, keys)
    memories = jnp.square(jax.nn.relu(g @ Xi.T)).sum()
    return -jax.nn.logsumexp(scores, axis=-1).sum() / beta - memories / 2


step = jax.jit(lambda x: (x - 0.1 * jax.grad(energy)(layer_norm(x)), energy(layer_norm(x))))


def descend():
    x, energies = tokens, []
    for _ in range(STEPS):
        x, value = step(x)
        energies.append(value)
    return jax.block_until_ready((x, energies))


descend()
began, worked = time.perf_counter(), time.process_time()
descend()
print(time.perf_counter() - began, time.process_time() - worked)
