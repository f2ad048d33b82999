"""Asynchronous recall of the icons as a scan in JAX: prints the seconds of one proposal.

    python scan.py ICONS.npz ENERGY
"""

import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

PROPOSALS = 1000
ENERGIES = {
    "quadratic": lambda x: -jnp.sum(x**2) / 2,
    "rectified power 10": lambda x: -jnp.sum(jnp.maximum(x / 2304, 0) ** 10) / 10,
    "log-sum-exp": lambda x: -jax.nn.logsumexp(0.1 * x) / 0.1,
}

icons = np.load(sys.argv[1])["images"].reshape(1024, -1)
patterns = jnp.asarray(2.0 * icons - 1.0)
energy_of_overlaps = ENERGIES[sys.argv[2]]


def energy(state):
    return energy_of_overlaps(patterns @ state)


def propose(state, unit):
    flipped = state.at[unit].multiply(-1)
    return jnp.where(energy(flipped) < energy(state), flipped, state), None


@jax.jit
def recall(state, units):
    return jax.lax.scan(propose, state, units)[0]


damage = jax.random.bernoulli(jax.random.PRNGKey(1), 0.2, (patterns.shape[1],))
query = jnp.where(damage, -patterns[0], patterns[0])
units = jax.random.randint(jax.random.PRNGKey(2), (PROPOSALS,), 0, patterns.shape[1])
recall(query, units).block_until_ready()
began = time.perf_counter()
recall(query, units).block_until_ready()
print((time.perf_counter() - began) / PROPOSALS)
