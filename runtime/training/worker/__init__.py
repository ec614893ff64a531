"""Training in a process of its own, so that no window waits for it and none falls with it.

| file | what is in it |
|---|---|
| `link` | the window's side: starts the process, sends commands, hears what it says |
| `messages` | what the two say to each other |
| `slots` | two slots in shared memory for what the window shows |
| `process` | the worker's side: its pipes, signs of life, and its end |
| `work` | its steps, and what is done between two of them |
| `ring` | moments of the run, kept on the disk under a budget |
| `homes` | the folder of a window's moments, removed when its process has gone |
| `series` | the curves of a run, as they grow |
| `cores` | threads that leave the window a core |
"""
