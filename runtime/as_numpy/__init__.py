"""A graph and its training step as a program of plain NumPy, readable as a lesson.

| file | what is in it |
|---|---|
| `anatomy` | the graph read for writing: order, loops over time, who needs a gradient |
| `rules`, `formulas`, `tensors`, `layers` | what each module writes, forward and back |
| `place` | what a rule is given, and what it gives |
| `passes` | both passes as lines |
| `updates` | the optimizer's rule as lines |
| `beginning`, `literals` | first parameters and inputs, exact to the bit |
| `functions/`, `carried` | functions that the program carries with it |
| `names`, `saying` | names of variables, and the comments |
| `writing` | the whole |
"""
