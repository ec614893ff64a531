"""How a graph runs: backend, modules, Jacobians, plan, engine, trace, checks, commands.

Names are loaded on first use, so that the command line can answer `--help` without NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.late import late

if TYPE_CHECKING:
    from runtime.backend import Backend
    from runtime.chains import ChainPaths, find_paths
    from runtime.engine import Engine, StepResult
    from runtime.errors import (
        BackendError,
        BadSetting,
        Cancelled,
        CheckFailed,
        FeedError,
        MemoryRefused,
        NoTarget,
        NotFinite,
        NoValue,
        RunError,
    )
    from runtime.gradient_check import GradientReport, Verdict, check_gradients
    from runtime.plan import Plan, compile_plan
    from runtime.recompute.running import checkpoints_for, run_with_checkpoints
    from runtime.trace import EdgeView, Failure, Step, Trace
    from runtime.training.clipping import Clip
    from runtime.training.optimizers import SGD, Adagrad, Adam, AdamW, RMSProp
    from runtime.training.schedules import Cosine, Plateau, Schedule, Steps
    from runtime.training.session import Session
    from runtime.training.trainer import Trainer

_HOMES = {
    "backend": ("Backend",),
    "chains": ("ChainPaths", "find_paths"),
    "engine": ("Engine", "StepResult"),
    "errors": (
        "BackendError", "BadSetting", "Cancelled", "CheckFailed", "FeedError", "MemoryRefused",
        "NoTarget", "NoValue", "NotFinite", "RunError",
    ),
    "gradient_check": ("GradientReport", "Verdict", "check_gradients"),
    "plan": ("Plan", "compile_plan"),
    "recompute.running": ("checkpoints_for", "run_with_checkpoints"),
    "trace": ("EdgeView", "Failure", "Step", "Trace"),
    "training.clipping": ("Clip",),
    "training.optimizers": ("SGD", "Adagrad", "Adam", "AdamW", "RMSProp"),
    "training.schedules": ("Cosine", "Plateau", "Schedule", "Steps"),
    "training.session": ("Session",),
    "training.trainer": ("Trainer",),
}  # fmt: skip
__all__ = [  # noqa: RUF022 - in the order of the rooms
    "Backend", "ChainPaths", "find_paths", "Engine", "StepResult", "BackendError", "Cancelled",
    "CheckFailed", "FeedError", "MemoryRefused", "NoTarget", "NoValue", "RunError",
    "GradientReport", "Verdict", "check_gradients", "Plan", "compile_plan", "EdgeView", "Failure",
    "Step", "Trace", "checkpoints_for", "run_with_checkpoints", "Clip", "SGD", "Adagrad",
    "Adam", "AdamW", "RMSProp", "Cosine", "Plateau", "Schedule", "Steps", "Trainer",
    "BadSetting", "NotFinite", "Session",
]  # fmt: skip

__getattr__ = late(__name__, _HOMES)
