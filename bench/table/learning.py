"""The jobs of theirs.py that learn, or use what learned, in JAX: whole trainings are one scan."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

DATA = Path(__file__).parents[2] / "examples/data"
tree = jax.tree_util.tree_map


def adam(params, slopes, moments, count, rate):
    first = tree(lambda m, g: 0.9 * m + 0.1 * g, moments[0], slopes)
    second = tree(lambda m, g: 0.999 * m + 0.001 * g * g, moments[1], slopes)
    left = 1 - 0.9**count, 1 - 0.999**count
    change = lambda p, m, s: p - rate * (m / left[0]) / (jnp.sqrt(s / left[1]) + 1e-8)
    return tree(change, params, first, second), (first, second)


def trained(params, loss, *, rate, steps, batch, count, clip=None):
    """Some steps of Adam, on examples in an order that is drawn."""

    def step(carry, key):
        params, moments, n = carry
        of_rows, of_loss = jax.random.split(key)
        rows = jax.random.randint(of_rows, (batch,), 0, count)
        value, slopes = jax.value_and_grad(loss)(params, rows, of_loss)
        if clip is not None:
            norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree_util.tree_leaves(slopes)))
            slopes = tree(lambda g: g * jnp.minimum(1, clip / norm), slopes)
        params, moments = adam(params, slopes, moments, n + 1.0, rate)
        return (params, moments, n + 1.0), value

    keys = jax.random.split(jax.random.PRNGKey(1), steps)
    zeros = tree(jnp.zeros_like, params)
    run = jax.jit(lambda params: jax.lax.scan(step, (params, (zeros, zeros), 0.0), keys))
    return lambda: jax.block_until_ready(run(params))


def mnist(epochs):
    """examples/11-mnist-memory.ham."""
    images = jnp.asarray(np.load(DATA / "vectors.npy").astype(np.float32))
    sphere = lambda x: x / jnp.linalg.norm(x, axis=-1, keepdims=True)

    def loss(W, rows, key):
        image = images[rows]
        noisy = image + 0.3 * jax.random.normal(key, image.shape)
        memories = W / jnp.linalg.norm(W, axis=0)
        x = jax.nn.softmax(sphere(noisy) @ memories, axis=-1) @ memories.T
        return jnp.mean((4 * sphere(x) - image) ** 2)

    W = 0.02 * jax.random.normal(jax.random.PRNGKey(0), (64, 100))
    steps = epochs * -(-len(images) // 100)
    return trained(W, loss, rate=0.04, steps=steps, batch=100, count=len(images))


def inpainting(epochs):
    """examples/14-inpainting.ham."""
    file = np.load(DATA / "icon-patches.npz")
    pictures = jnp.asarray(file["train"].astype(np.float32))
    N, P, D, H, Y, M = 144, 16, 48, 4, 12, 128
    keys = iter(jax.random.split(jax.random.PRNGKey(0), 7))
    draw = lambda std, *shape: std * jax.random.normal(next(keys), shape)
    params = {
        "Wenc": draw(0.25, P, D), "Benc": jnp.zeros(D), "MASK": draw(0.02, D),
        "POS": jnp.asarray(file["places"]), "Wq": draw(0.2, H, Y, D), "Wk": draw(0.2, H, Y, D),
        "Xi": draw(0.2, D, M), "gamma": jnp.float32(1), "bias": jnp.zeros(D),
        "Wdec": draw(0.05, D, P), "Bdec": jnp.full(P, 0.23),
    }  # fmt: skip
    beta, others = Y**-0.5, ~jnp.eye(N, dtype=bool)

    def norm(p, x):
        centred = x - x.mean(-1, keepdims=True)
        return p["gamma"] * centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) + p["bias"]

    def energy(g, p):
        q, k = (jnp.einsum("hyd,bnd->bhny", p[name], g) for name in ("Wq", "Wk"))
        scores = jnp.where(others, beta * jnp.einsum("bhcy,bhky->bhck", q, k), -jnp.inf)
        memories = jnp.square(jax.nn.relu(g @ p["Xi"])).sum()
        return -jax.nn.logsumexp(scores, axis=-1).sum() / beta - memories / 2

    def loss(p, rows, key):
        picture = pictures[rows]
        seen = jax.random.bernoulli(key, 0.7, picture.shape[:2] + (1,)).astype(jnp.float32)
        x = p["POS"] + seen * (picture @ p["Wenc"] + p["Benc"]) + (1 - seen) * p["MASK"]
        for _ in range(3):
            x = x - jax.grad(energy)(norm(p, x), p)
        guess = norm(p, x) @ p["Wdec"] + p["Bdec"]
        errors = ((guess - picture) ** 2).mean(-1, keepdims=True)
        return ((1 - seen) * errors).sum((1, 2)).mean() / (0.3 * N)

    steps = epochs * -(-len(pictures) // 8)
    sizes = {"steps": steps, "batch": 8, "count": len(pictures)}
    return trained(params, loss, rate=8e-3, clip=1.0, **sizes)


UNITS, LAYERS, EARLIEST = 128, 4, 1e-5


def network():
    """The score network of the diffusion notebook: its params, and what it says of points at times."""
    keys = iter(jax.random.split(jax.random.PRNGKey(0), 16))

    def dense(into, out):
        bound = into**-0.5
        draw = lambda *shape: jax.random.uniform(next(keys), shape, minval=-bound, maxval=bound)
        return draw(into, out), draw(out)

    turns = 16 * jax.random.normal(next(keys), (UNITS // 2,))
    params = {
        "embed": [dense(UNITS, UNITS), dense(UNITS, UNITS)],
        "enter": dense(2 + UNITS, UNITS),
        "inner": [dense(UNITS, UNITS) for _ in range(LAYERS - 1)],
        "scale": (jnp.ones(UNITS), jnp.zeros(UNITS)),
        "leave": dense(UNITS, 2),
    }

    def score(p, x, t):
        affine = lambda layer, h: h @ layer[0] + layer[1]
        angles = 2 * jnp.pi * t[:, None] * turns
        e = jnp.concatenate([jnp.cos(angles), jnp.sin(angles)], axis=1)
        for layer in p["embed"]:
            e = jax.nn.silu(affine(layer, e))
        h = affine(p["enter"], jnp.concatenate([x, e], axis=1))
        for n, layer in enumerate(p["inner"]):
            h = affine(layer, h)
            if n == LAYERS - 2:
                centred = h - h.mean(1, keepdims=True)
                h = centred / jnp.sqrt((centred**2).mean(1, keepdims=True) + 1e-5)
                h = h * p["scale"][0] + p["scale"][1]
            h = jax.nn.silu(h)
        return affine(p["leave"], h) / jnp.sqrt(t)[:, None]

    return params, score


def denoising(batch, iterations):
    """The training of the score network, with its average."""
    params, score = network()
    angles = jax.random.uniform(jax.random.PRNGKey(3), (2 * batch,), maxval=2 * jnp.pi)
    patterns = jnp.stack([jnp.cos(angles), jnp.sin(angles)], axis=1)

    def loss(p, x, key):
        of_time, of_noise = jax.random.split(key)
        t = jax.random.uniform(of_time, (batch,), minval=EARLIEST, maxval=1)
        z, std = jax.random.normal(of_noise, x.shape), jnp.sqrt(t)[:, None]
        return jnp.mean((score(p, x + z * std, t) * std + z) ** 2)

    def step(carry, key):
        params, average, moments, n = carry
        of_rows, of_loss = jax.random.split(key)
        rows = jax.random.permutation(of_rows, 2 * batch)[:batch]
        value, slopes = jax.value_and_grad(loss)(params, patterns[rows], of_loss)
        params, moments = adam(params, slopes, moments, n + 1.0, 1e-4)
        average = tree(lambda kept, p: 0.9999 * kept + 0.0001 * p, average, params)
        return (params, average, moments, n + 1.0), value

    keys = jax.random.split(jax.random.PRNGKey(1), iterations)
    zeros = tree(jnp.zeros_like, params)
    start = (params, params, (zeros, zeros), 0.0)
    run = jax.jit(lambda start: jax.lax.scan(step, start, keys))
    return lambda: jax.block_until_ready(run(start))


def sampling(count, steps):
    """Euler–Maruyama steps backwards in time with the score network."""
    params, score = network()
    times = jnp.linspace(1, EARLIEST, steps + 1)
    keys = jax.random.split(jax.random.PRNGKey(1), steps)

    def step(x, now):
        t, dt, key = now
        noise = jax.random.normal(key, x.shape)
        return x + dt * score(params, x, jnp.full(count, t)) + jnp.sqrt(dt) * noise, None

    def run(x):
        return jax.lax.scan(step, x, (times[:-1], times[:-1] - times[1:], keys))[0]

    compiled, start = jax.jit(run), jax.random.normal(jax.random.PRNGKey(2), (count, 2))
    return lambda: jax.block_until_ready(compiled(start))
