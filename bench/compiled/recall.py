"""The median processor time of a recall of a log-sum-exp memory in NumPy: recall.py K D B STEPS."""

import sys
import time

import numpy as np

K, D, B, steps = map(int, sys.argv[1:])
rng = np.random.default_rng(1)
xi = rng.standard_normal((K, D), dtype=np.float32)
query = rng.standard_normal((B, D), dtype=np.float32)
beta, dt = np.float32(0.1), np.float32(0.1)


def moment(v):
    scores = v @ xi.T
    top = scores.max(axis=1, keepdims=True)
    weights = np.exp(beta * (scores - top))
    total = weights.sum(axis=1, keepdims=True)
    energy = (v * v).sum(axis=1) / 2 - (np.log(total) / beta + top)[:, 0]
    return energy, (weights / total) @ xi - v


def recall():
    v = query
    energy, slope = moment(v)
    energies = [energy]
    for _ in range(steps):
        before, v = v, v + dt * slope
        energy, slope = moment(v)
        energies.append(energy)
        np.abs(v - before).max(axis=1)
    return v


rounds = max(1, min(200, int(2e9 / (K * D * B * steps))))
times = []
for _ in range(7):
    began = time.process_time()
    for _ in range(rounds):
        recall()
    times.append((time.process_time() - began) / rounds)
print(sorted(times)[3])
