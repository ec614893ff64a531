"""The loss as a landscape over the parameters, and how optimizers move in it.

| file | what is in it |
|---|---|
| `objective` | the loss of a graph as a function of its parameters, all else held |
| `directions` | where one looks: numbers that are chosen, random or main directions, the gradient |
| `sampling` | the loss on a line and on a grid of such directions |
| `ways` | a training's way seen on a plane, and how much of it lies there |
| `racing` | several optimizers from one place on the same landscape |
| `optimum` | the least-squares solution, where there is one |
| `sweeping` | the loss that a training comes to, by learning rate |
"""
