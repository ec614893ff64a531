"""Training's fast path: a plan as one flat list of calls over arrays that are made once."""

from runtime.compiled.program import Program
from runtime.compiled.report import Report
from runtime.compiled.step import Compiled, Trained

__all__ = ["Compiled", "Program", "Report", "Trained"]
