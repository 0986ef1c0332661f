"""Three epochs of SGD on MNIST in PyTorch, as a script that anyone would write."""

import gzip
import itertools
from pathlib import Path

import numpy as np
import torch

from optiviz import problems  # only for the place of its data

EPOCHS, BATCH, RATE = 3, 100, 0.1


def read(name: str, offset: int) -> np.ndarray:
    path = Path(problems.__file__).parent / "data" / "mnist" / f"{name}.gz"
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=offset)


def images(name: str) -> torch.Tensor:
    return torch.from_numpy(read(name, 16).reshape(-1, 784).astype(np.float32) / 255)


def labels(name: str) -> torch.Tensor:
    return torch.from_numpy(read(name, 8).astype(np.int64))


torch.manual_seed(0)
x, y = images("train-images-idx3-ubyte"), labels("train-labels-idx1-ubyte")
x_test, y_test = images("t10k-images-idx3-ubyte"), labels("t10k-labels-idx1-ubyte")
widths = (784, 300, 100, 100, 10)
layers: list[torch.nn.Module] = []
for i, o in itertools.pairwise(widths):
    layers += [torch.nn.Linear(i, o, bias=False), torch.nn.ReLU()]
    torch.nn.init.xavier_uniform_(layers[-2].weight)
model = torch.nn.Sequential(*layers[:-1])
optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
criterion = torch.nn.CrossEntropyLoss()
for epoch in range(EPOCHS):
    total = 0.0
    for batch in torch.randperm(len(x)).split(BATCH):
        optimizer.zero_grad()
        loss = criterion(model(x[batch]), y[batch])
        loss.backward()
        optimizer.step()
        total += loss.item()
    with torch.no_grad():
        scores = model(x_test)
        accuracy = (scores.argmax(1) == y_test).float().mean().item()
    print(epoch + 1, total / (len(x) // BATCH), criterion(scores, y_test).item(), accuracy)
torch.save(model.state_dict(), "weights.pt")
