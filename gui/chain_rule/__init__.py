"""The chain rule, written out: of the current step, of what is selected, of a pair of ports.

| file | what is in it |
|---|---|
| `subject` | what is explained |
| `typeset` | explanations with their formulas laid out |
| `seen` | which numbers the playhead lets one see |
| `flow`, `sheet` | how they stand below each other, and the widget that shows them |
| `light` | what the line that is pointed at lights on the canvas |
| `copying` | LaTeX, Markdown, picture |
| `panel` | the drawer's tab |
"""

from gui.chain_rule.panel import ChainRulePanel

__all__ = ["ChainRulePanel"]
