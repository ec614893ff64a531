"""What a graph does at given parameters, for pictures of a training: over a plane, over samples.

| file | what is in it |
|---|---|
| `subject.py` | what a graph learns: data, prediction, truth, and how the loss takes them |
| `samples.py` | the samples that are looked at, of a part of a set or kept by the graph |
| `function.py` | ports as a function of what is given at others, for many samples at once |
| `verdicts.py` | scores as classes and probabilities; what is wrong, the worst first |
| `plane.py` | a curve over one input, decisions over two |
| `hidden.py` | a port of a few numbers: where the samples lie, and how the plane is bent |
| `principal.py` | the two directions in which samples spread most |
| `filters.py` | a convolution's filters, what comes in and what goes out at one sample |
| `studio.py` | all pictures that are wanted, at one moment of a training |
"""
