"""What a file may hold at most; checked before memory is taken."""

MAX_BYTES = 256 * 2**20
MAX_NODES = 100_000
MAX_EDGES = 500_000
MAX_DEPTH = 64
MAX_TENSOR_BYTES = 4 * 2**30
MAX_RANK = 32
VALUES_WRITTEN = 256  # longer tensors are written as base64
