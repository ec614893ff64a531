"""`python -m runtime.training.worker HANDLE HANDLE`: what `link` starts."""

import sys

from runtime.training.worker.process import main

main([int(handle) for handle in sys.argv[1:]])
