"""Data to learn from: what a set is, where it comes from, and in which batches it is seen.

| file | what is in it |
|---|---|
| `dataset` | a set of samples |
| `generated` | sets made from a formula and a seed |
| `shipped` | sets that come with the program |
| `batches` | splitting, shuffling, counting |
| `scaling` | standardised, or from 0 to 1 |
| `facts` | what is known of a set without reading it |
| `nodes` | the Data nodes of a graph |
| `opening` | from a Data node's settings to its set |
| `prepared` | the set of a Data node, in parts, scaled, in batches |
| `feeding` | batches as feeds, for all Data nodes of a graph |
| `first_batch` | what a run without feeds takes |
| `files` | sets that lie in files |
| `system` | sets that a package of the operating system brings |
| `consent` | which files outside the document's folder may be read |
| `knowing` | what a file says of itself |
| `preview` | what is shown of a set |
| `rows` | texts between commas |
"""
