"""The median processor time of a step of a log-sum-exp memory in NumPy: step.py K D B."""

import sys
import time

import numpy as np

K, D, B = map(int, sys.argv[1:])
rng = np.random.default_rng(1)
xi = rng.standard_normal((K, D), dtype=np.float32)
v = rng.standard_normal((B, D), dtype=np.float32)
beta = np.float32(0.1)
steps = 3 if K > 5000 else 100


def step():
    scores = v @ xi.T
    top = scores.max(axis=1, keepdims=True)
    weights = np.exp(beta * (scores - top))
    total = weights.sum(axis=1, keepdims=True)
    energy = -(np.log(total) / beta + top)
    return energy, -((weights / total) @ xi)


times = []
for _ in range(7):
    began = time.process_time()
    for _ in range(steps):
        step()
    times.append((time.process_time() - began) / steps)
print(sorted(times)[3])
