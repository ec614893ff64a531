"""What a file may hold at most; checked before memory is taken."""

MAX_BYTES = 256 * 2**20
MAX_NODES = 100_000
MAX_EDGES = 500_000
MAX_DEPTH = 64
MAX_DEFINITIONS = 1_000
# Brackets, and strings. The largest graph needs some 6 million; a file of nothing but brackets
# would fill the memory many times over.
MAX_PARTS = 10_000_000
MAX_TENSOR_BYTES = 4 * 2**30
MAX_RANK = 32
VALUES_WRITTEN = 256  # longer tensors are written as base64
