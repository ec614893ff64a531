"""What convolutions and poolings share: a kernel that slides over the last axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from graph.attributes import attribute
from graph.errors import BadAttribute
from graph.port import Dim, Shape
from runtime.maps.windows import Windows
from runtime.modules.context import Context
from runtime.modules.door import Differentiable

if TYPE_CHECKING:
    from runtime.compiled.site import Site

PER_AXIS = ("kernel_size", "stride", "padding", "dilation")


class Sliding(Differentiable):
    """The parent of modules with a sliding kernel; x is [N, C, *sizes] with `rank` sizes.

    Subclasses declare `stride`. An attribute of one number holds for all axes.
    """

    batch_sizes = ("n",)
    unit_axis = 1
    rank: ClassVar[int] = 2
    kernel_size: tuple[int, ...] = attribute((3,), "the kernel's size, or one per axis", minimum=1)
    padding: tuple[int, ...] = attribute((0,), "how much is put around each axis", minimum=0)

    def __init__(self, **settings: Any) -> None:
        """Sizes may be one number."""
        for name in PER_AXIS:
            value = settings.get(name)
            if isinstance(value, int) and not isinstance(value, bool):
                settings[name] = (value,)
        super().__init__(**settings)

    def validate(self) -> None:
        for name in PER_AXIS:
            value = self.settings.get(name)
            if value is not None and len(value) not in (1, self.rank):
                expected = "one number" + (f", or {self.rank}" if self.rank > 1 else "")
                raise BadAttribute(port=name, found=str(list(value)), expected=expected)

    @property
    def kernel(self) -> tuple[int, ...]:
        """The kernel's size per axis."""
        return self._each("kernel_size")

    @property
    def strides(self) -> tuple[int, ...]:
        """The stride per axis."""
        return self._each("stride")

    @property
    def paddings(self) -> tuple[int, ...]:
        """The padding per axis."""
        return self._each("padding")

    @property
    def dilations(self) -> tuple[int, ...]:
        """The dilation per axis; 1 where the module has none."""
        return self._each("dilation") if "dilation" in self.settings else (1,) * self.rank

    def size_of_y(self, size: int, axis: int) -> int:
        """How many places there are along an axis; below 1 where the kernel does not fit."""
        reach = self.dilations[axis] * (self.kernel[axis] - 1) + 1
        return (size + 2 * self.paddings[axis] - reach) // self.strides[axis] + 1

    def sizes_of_y(self, shape: Shape) -> tuple[Dim, ...] | None:
        """The sliding sizes of y; None where one depends on a named size."""
        sizes: list[Dim] = []
        for axis, size in enumerate(shape[2:]):
            if isinstance(size, str):
                return None
            count = self.size_of_y(size, axis)
            if count < 1:
                expected = f"room for a kernel of {list(self.kernel)} on axis {axis + 2}"
                raise self.misfit("x", shape, expected, "Change kernel_size or padding.")
            sizes.append(count)
        return tuple(sizes)

    def windows(self, ctx: Context | Site) -> Windows:
        """The places of the kernel, for the shapes of this run."""
        return self.windows_over(ctx.shapes["x"][2:], ctx.shapes["y"][2:])

    def windows_over(self, size: tuple[int, ...], out: tuple[int, ...]) -> Windows:
        """The places of the kernel over axes of these sizes."""
        return Windows(size, out, self.kernel, self.strides, self.paddings, self.dilations)

    def _each(self, name: str) -> tuple[int, ...]:
        value: tuple[int, ...] = self.settings[name]
        return value if len(value) == self.rank else value * self.rank
