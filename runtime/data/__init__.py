"""Data to learn from: what a set is, where it comes from, and in which batches it is seen.

| file | what is in it |
|---|---|
| `dataset` | a set of samples |
| `generated` | sets made from a formula and a seed |
| `shipped` | sets that come with the program |
| `batches` | splitting, shuffling, counting |
| `scaling` | standardised, or from 0 to 1 |
"""
