"""Times one job of the table: theirs.py numpy|jax|torch ROW SIZES...

Prints the seconds of the job for each line that it reads, the median of a tenth of a second of jobs, so
that whoever asks can take turns with it.
"""

import sys
import time

import numpy as np

library, row, *sizes = sys.argv[1:]
rng = np.random.default_rng(1)


def draw(*shape):
    return rng.standard_normal(shape, dtype=np.float32)


def lse(K, D, B, steps):
    """A log-sum-exp recall of Euler steps, with the energy and the largest change of each."""
    xi, query, beta, dt = draw(K, D), draw(B, D), 0.1, 0.1
    if library == "numpy":

        def moment(v):
            scores = np.float32(beta) * (v @ xi.T)
            top = scores.max(axis=1, keepdims=True)
            weights = np.exp(scores - top)
            total = weights.sum(axis=1, keepdims=True)
            energy = (v * v).sum(axis=1) / 2 - (np.log(total) + top)[:, 0] / np.float32(beta)
            return energy, (weights / total) @ xi - v

        def job():
            v = query
            energy, slope = moment(v)
            for _ in range(steps):
                before, v = v, v + np.float32(dt) * slope
                energy, slope = moment(v)
                np.abs(v - before).max(axis=1)
            return v, energy

        return job
    if library == "torch":
        import torch

        xi, query = torch.from_numpy(xi), torch.from_numpy(query)

        def torch_job():
            v = query
            for _ in range(steps):
                scores = beta * (v @ xi.T)
                energy = (v * v).sum(1) / 2 - torch.logsumexp(scores, 1) / beta
                before, v = v, v + dt * (torch.softmax(scores, 1) @ xi - v)
                (v - before).abs().amax(1)
            return v, energy

        return torch.no_grad()(torch_job)
    import jax
    import jax.numpy as jnp

    xi, query = jnp.asarray(xi), jnp.asarray(query)

    def step(v, _):
        scores = beta * (v @ xi.T)
        energy = (v * v).sum(1) / 2 - jax.nn.logsumexp(scores, axis=1) / beta
        after = v + dt * (jax.nn.softmax(scores, axis=1) @ xi - v)
        return after, (energy, jnp.abs(after - v).max(axis=1))

    compiled = jax.jit(lambda v: jax.lax.scan(step, v, length=steps))
    return lambda: jax.block_until_ready(compiled(query))


def features(D, Y, B, steps):
    """A descent of the energy of random features."""
    beta, dt = 25.0, 0.01
    rows, T = draw(Y, D), draw(2 * Y) / np.float32(np.sqrt(Y)) + np.float32(0.01)
    states = draw(B, D) / np.float32(np.sqrt(D))
    if library == "numpy":

        def job():
            x = states
            for _ in range(steps):
                phases = np.float32(np.sqrt(beta)) * (x @ rows.T)
                cosines, sines = np.cos(phases), np.sin(phases)
                h = np.maximum((cosines @ T[:Y] + sines @ T[Y:]) / np.float32(np.sqrt(Y)), 1e-10)
                slopes = cosines * T[Y:] - sines * T[:Y]
                slope = (slopes @ rows) * np.float32(np.sqrt(beta / Y) / beta) / h[:, None]
                x = x + np.float32(dt) * slope
            return x

        return job
    import jax
    import jax.numpy as jnp

    rows, T = jnp.asarray(rows), jnp.asarray(T)

    def energy(x):
        phases = jnp.sqrt(beta) * (rows @ x)
        h = jnp.concatenate([jnp.cos(phases), jnp.sin(phases)]) @ T / jnp.sqrt(Y)
        return -jnp.log(jnp.maximum(h, 1e-10)) / beta

    slope = jax.vmap(jax.grad(energy))
    compiled = jax.jit(lambda x: jax.lax.fori_loop(0, steps, lambda _, y: y - dt * slope(y), x))
    return lambda: jax.block_until_ready(compiled(jnp.asarray(states)))


def store(K, D, Y):
    patterns, rows = draw(K, D), draw(Y, D)
    if library == "numpy":

        def job():
            phases = patterns @ rows.T
            return np.cos(phases).sum(axis=0), np.sin(phases).sum(axis=0)

        return job
    if library == "torch":
        import torch

        patterns, rows = torch.from_numpy(patterns), torch.from_numpy(rows)

        def torch_job():
            phases = patterns @ rows.T
            return phases.cos().sum(0), phases.sin().sum(0)

        return torch_job
    import jax
    import jax.numpy as jnp

    def sums(patterns, rows):
        phases = patterns @ rows.T
        return jnp.cos(phases).sum(0), jnp.sin(phases).sum(0)

    compiled, arrays = jax.jit(sums), (jnp.asarray(patterns), jnp.asarray(rows))
    return lambda: jax.block_until_ready(compiled(*arrays))


def drawn(Y, D):
    if library == "numpy":
        return lambda: draw(Y, D)
    import jax

    compiled = jax.jit(lambda key: jax.random.normal(key, (Y, D)))
    return lambda: jax.block_until_ready(compiled(jax.random.PRNGKey(0)))


def linear(n, d):
    """V K⁺ by the Gram matrix of fewer keys than numbers, in float64."""
    keys, values = rng.standard_normal((n, d)), rng.standard_normal((n, d))
    if library == "torch":
        import torch

        keys, values = torch.from_numpy(keys), torch.from_numpy(values)
        return lambda: values.T @ torch.linalg.solve(keys @ keys.T, keys)
    return lambda: values.T @ np.linalg.solve(keys @ keys.T, keys)


def learns(name):
    """A job of learning.py."""

    def job():
        import learning

        return getattr(learning, name)(*map(int, sizes))

    return job


JOBS = {
    "lse": lambda: lse(*map(int, sizes)),
    "features": lambda: features(*map(int, sizes)),
    "store": lambda: store(*map(int, sizes)),
    "draw": lambda: drawn(*map(int, sizes)),
    "linear": lambda: linear(*map(int, sizes)),
    "load": lambda: lambda: np.load(sizes[0]),
    **{name: learns(name) for name in ("mnist", "inpainting", "denoising", "sampling")},
}
job = JOBS[row]()
job()
for _ in sys.stdin:
    times = []
    while not times or (sum(times) < 0.1 and len(times) < 1000):
        began = time.perf_counter()
        job()
        times.append(time.perf_counter() - began)
    print(sorted(times)[len(times) // 2], flush=True)
