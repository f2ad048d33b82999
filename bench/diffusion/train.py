"""The training of the score network in PyTorch: prints the seconds of one iteration, and of the
processor.

    python train.py BATCH THREADS ITERATIONS
"""

import math
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch
from torch import nn

BATCH, THREADS, ITERATIONS = map(int, sys.argv[1:4])
UNITS, LAYERS, EARLIEST = 128, 4, 1e-5
torch.set_num_threads(THREADS)


class Waves(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("turns", 16 * torch.randn(UNITS // 2))

    def forward(self, t):
        angles = 2 * math.pi * torch.outer(t, self.turns)
        return torch.cat([angles.cos(), angles.sin()], dim=1)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Sequential(
            Waves(), nn.Linear(UNITS, UNITS), nn.SiLU(), nn.Linear(UNITS, UNITS), nn.SiLU()
        )
        self.enter = nn.Linear(2 + UNITS, UNITS)
        inner = []
        for layer in range(LAYERS - 1):
            inner.append(nn.Linear(UNITS, UNITS))
            if layer == LAYERS - 2:
                inner.append(nn.LayerNorm(UNITS))
            inner.append(nn.SiLU())
        self.inner = nn.Sequential(*inner)
        self.leave = nn.Linear(UNITS, 2)

    def forward(self, x, t):
        h = self.enter(torch.cat([x, self.embed(t)], dim=1))
        return self.leave(self.inner(h)) / t.sqrt()[:, None]


net = Network()
average = [p.detach().clone() for p in net.parameters()]
adam = torch.optim.Adam(net.parameters(), lr=1e-4)
angles = 2 * math.pi * torch.rand(2 * BATCH)
patterns = torch.stack([angles.cos(), angles.sin()], dim=1)


def iterate():
    x = patterns[torch.randperm(len(patterns))[:BATCH]]
    t = torch.rand(BATCH) * (1 - EARLIEST) + EARLIEST
    z = torch.randn_like(x)
    std = t.sqrt()[:, None]
    loss = (net(x + z * std, t) * std + z).square().mean()
    adam.zero_grad()
    loss.backward()
    adam.step()
    with torch.no_grad():
        for kept, p in zip(average, net.parameters()):
            kept.mul_(0.9999).add_(p, alpha=1 - 0.9999)


for _ in range(10):
    iterate()
clock, processor = time.perf_counter(), time.process_time()
for _ in range(ITERATIONS):
    iterate()
print(
    (time.perf_counter() - clock) / ITERATIONS,
    (time.process_time() - processor) / ITERATIONS,
)
