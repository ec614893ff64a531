"""Sets that lie in files. None is trusted: data only, sizes checked before memory is taken.

| file | what is in it |
|---|---|
| `places` | which file is meant, and whether it may be opened |
| `tables` | CSV and TSV |
| `columns` | a table's columns as x and t |
| `arrays` | NPZ and NPY, without pickles |
| `idx` | IDX, plain or compressed: the MNIST family |
| `named` | which arrays are x, t, and their classes |
| `images` | axes of images |
| `sizes` | how much may be read |
"""
