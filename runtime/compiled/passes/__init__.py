"""What is made simpler between a plan and its lowering, and the record of what was done."""

from runtime.compiled.passes.simplifying import Simplified, simplify

__all__ = ["Simplified", "simplify"]
