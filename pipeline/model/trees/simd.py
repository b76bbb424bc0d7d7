"""SIMD in numba: a vector value, `Lanes`, that holds one number for each of 16 rows.

A compiled function states a formula for 16 rows as for one: `r + o * (d * rise + fall)`, where some names are vectors
and the others plain numbers, which apply to every row. LLVM keeps vectors in the widest registers of the processor.
They serve loops over short arrays; numba vectorises plain loops over long ones by itself.

numba's cache on disk identifies a function by the file that holds it, not by what that file imports: after a change
here, touch the modules that use it.
"""

import operator
from collections.abc import Callable
from typing import Any, Final

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, models, overload, register_model

LANES: Final = 16
"""Two of the widest registers: enough to outweigh the overhead of each step, with little lost on a single row."""

_VECTOR: Final = ir.VectorType(ir.DoubleType(), LANES)
_EIGHT_BYTES: Final = 8
_instruction: Final[Callable[[Any], Any]] = intrinsic
"""A function whose code is generated; it sees types where it is called with values."""


class _Lanes(types.Type):
    def __init__(self) -> None:
        super().__init__(name=f"Lanes({LANES})")


_LANES: Final = _Lanes()


@register_model(_Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)  # type: ignore[no-untyped-call]


@_instruction
def load(_: Any, array: Any, first: Any) -> Any:
    """Lanes from array[first : first + 16]; float64, contiguous, one dimension; bounds are the caller's."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        read = builder.load(_place(context, builder, signature.args[0], *arguments))
        read.align = _EIGHT_BYTES
        return read

    return _LANES(array, types.intp), generate


@_instruction
def store(_: Any, array: Any, first: Any, lanes: Any) -> Any:
    """Lanes to array[first : first + 16]; see `load`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        to, at, value = arguments
        builder.store(value, _place(context, builder, signature.args[0], to, at)).align = _EIGHT_BYTES
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), generate


@_instruction
def every(_: Any, number: Any) -> Any:
    """The same number in each of the lanes."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _spread(builder, arguments[0])

    return _LANES(types.float64), generate


@_instruction
def where_known(_: Any, lanes: Any, most: Any, low: Any, high: Any, unknown: Any) -> Any:
    """`low` where the lanes are `most` or less, `high` where they are more, `unknown` where they are NaN."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        value, *numbers = arguments
        limit, below, above, neither = (_spread(builder, number) for number in numbers)
        known = builder.select(builder.fcmp_ordered("<=", value, limit), below, above)
        return builder.select(builder.fcmp_unordered("uno", value, value), neither, known)

    return _LANES(_LANES, *[types.float64] * 4), generate


@_instruction
def without_zeros(_: Any, lanes: Any, least: Any, most: Any) -> Any:
    """NaN where the lanes lie in (least, most], else the lanes."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        value, least, most = arguments
        above = builder.fcmp_ordered(">", value, _spread(builder, least))
        inside = builder.and_(above, builder.fcmp_ordered("<=", value, _spread(builder, most)))
        unknown = ir.Constant(ir.DoubleType(), float("nan"))
        return builder.select(inside, _spread(builder, unknown), value)

    return _LANES(_LANES, types.float64, types.float64), generate


def _place(context: Any, builder: Any, kind: Any, array: Any, first: Any) -> Any:
    """Where the lanes lie in memory."""
    start = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(start, [first]), _VECTOR.as_pointer())


def _spread(builder: Any, number: Any) -> Any:
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    one = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, nothing, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))


def _arithmetic(sign: Callable[[Any, Any], Any], instruction: str) -> None:
    """Define `sign` between vectors, or vectors and numbers; a product and a sum may be rounded once (contraction)."""

    @_instruction
    def compute(_: Any, left: Any, right: Any) -> Any:
        def generate(_context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pairs = zip(signature.args, arguments, strict=True)
            sides = [side if kind == _LANES else _spread(builder, side) for kind, side in pairs]
            return getattr(builder, instruction)(*sides, flags=("contract",))

        kinds = [_LANES if isinstance(side, _Lanes) else types.float64 for side in (left, right)]
        return _LANES(*kinds), generate

    @overload(sign)
    def between(left: Any, right: Any) -> Any:
        def computed(left: Any, right: Any) -> Any:
            return compute(left, right)

        return computed if isinstance(left, _Lanes) or isinstance(right, _Lanes) else None


_arithmetic(operator.add, "fadd")
_arithmetic(operator.sub, "fsub")
_arithmetic(operator.mul, "fmul")
