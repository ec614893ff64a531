"""Training: how the gradient of a step changes the parameters, as often as wanted.

| file | what is in it |
|---|---|
| `optimizers` | the update rules |
| `schedules` | how the learning rate changes |
| `clipping` | bounds on the gradient |
| `parameters` | the trainable tensors of a plan, side by side in one array |
| `trainer` | forward, reverse, update |
| `fitting` | epochs over a set, figures, when to stop |
| `metrics` | how good a prediction is |
"""
