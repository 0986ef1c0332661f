"""Update rules of PyTorch, optax and Keras, under the contract of ours."""
