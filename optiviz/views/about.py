"""What panels and themes there are, for whoever only asks: those themselves need Matplotlib.

A test keeps the sentences those of the panels' own docstrings.
"""

PANELS = {
    "path": "Contours, the path that thins behind its head, and the arrows of velocity and "
    "gradient",
    "sum": "Contours and path, with the arrows that add up to the coming step as a parallelogram",
    "accumulator": "Contours and path, and around the head a rectangle whose sides are what "
    "divides each step",
    "surface": "The bands and contour lines of the plane on a surface that hides what is behind "
    "its hills",
    "data": "The samples, those of this batch picked out, and every run's line through them",
    "loss": "Loss against step, on a logarithmic axis where a least value is known",
    "speed": "|v| against step: the length of the step that led to each point, from the first step "
    "on",
    "velocity": "Both components of the velocity against step, from the first step on",
    "lr": "The learning rate against step; a strip, if it never changes",
    "truth": "The loss of a trajectory's own weights and, dashed, that of the plane below them",
    "network-loss": "A network's own loss on all its samples, where the plane is but a part of "
    "what it does",
    "accuracy": "The share of its samples that a network takes for what they are",
    "sharpness": "The largest curvature λ against step, and dashed where the rate becomes unstable",
    "build": "What the gradient adds to the velocity, and what the decay takes from it, along the "
    "path",
    "memory": "What each past gradient still contributes to the velocity: β^k of it after k steps",
    "noise": "How noisy a batch's gradient is, and how noisy the velocity that averages it",
    "bias": "Adam's corrections 1/(1-β₁ᵗ) and 1/(1-β₂ᵗ): how far the averages are scaled up at "
    "first",
    "effective": "The rate that each coordinate really has: η over the root of its squared "
    "gradients",
    "eigen": "w − w* along the axes of the curvature, each with its λ, η·λ and factor a step",
    "eigen-loss": "The loss above the minimum, ½λ(w − w*)² along each of the axes of the curvature",
    "formula": "The formula of the first run that has one, in words and in the numbers of a "
    "parameter",
    "rounding": "The ellipse that a matrix's slope makes of the unit circle, and each round of "
    "Newton-Schulz",
    "singular": "Both singular values of W against step, the lesser dashed; at the minimum both "
    "are 0",
}

THEMES = {
    "light": "for paper and pages",
    "dark": "for dark pages and dark rooms",
    "slides": "light, with text for the back row",
}
