"""Strips of numbers that a compiled kernel keeps in registers; for kernels alone, needs Numba.

Numba leaves it to LLVM what of a loop to keep where, and a row of sums then goes through memory
with every term. A strip is a value: what is loaded stays in the registers until it is stored.

    sums = load(out, at)                        # STRIP numbers from index `at` on
    sums = add(sums, factor, load(row, begin))  # sums + factor · row, rounded once where it can be
    store(out, at, sums)

Indices are not checked. They are of type uint64, since Numba looks at signed ones twice, to count
negative ones from the end.
"""

from __future__ import annotations

from typing import Any

import numba.extending
from llvmlite import ir
from numba import types
from numba.core import cgutils

intrinsic: Any = numba.extending.intrinsic  # typed loosely: whether Numba is there or not
models: Any = numba.extending.models
register_model: Any = numba.extending.register_model
function_of: Any = cgutils.get_or_insert_function

STRIP = 64  # numbers of float32 in four registers of AVX-512, eight of AVX2, sixteen of NEON


class Strip(types.Type):
    """The type of a strip of numbers, to the compiler."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(f"Strip({dtype})")


@register_model(Strip)
class _StripModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, strip: Any) -> None:
        number = manager.lookup(strip.dtype).get_value_type()
        super().__init__(manager, strip, ir.VectorType(number, STRIP))


def _load(_: Any, array: Any, at: Any) -> Any:
    """The numbers from an index of a contiguous array on."""
    strip = Strip(array.dtype)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, signature.args[0], args, strip)
        return builder.load(place, align=array.dtype.bitwidth // 8)

    return strip(array, at), code


def _store(_: Any, array: Any, at: Any, strip: Any) -> Any:
    """Write a strip from an index of a contiguous array on."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _place(context, builder, signature.args[0], args, strip)
        builder.store(args[2], place, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, at, strip), code


def _add(_: Any, sums: Any, factor: Any, strip: Any) -> Any:
    """sums + factor · strip."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = context.get_value_type(strip)
        nothing, zero = ir.Constant(vector, ir.Undefined), ir.Constant(ir.IntType(32), 0)
        first = builder.insert_element(nothing, args[1], zero)
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), STRIP), [0] * STRIP)
        factors = builder.shuffle_vector(first, nothing, everywhere)
        name = f"llvm.fmuladd.v{STRIP}f{strip.dtype.bitwidth}"
        kind = ir.FunctionType(vector, [vector] * 3)
        function = function_of(builder.module, kind, name)
        return builder.call(function, [factors, args[2], args[0]])

    return strip(sums, strip.dtype, strip), code


def _place(context: Any, builder: Any, kind: Any, args: Any, strip: Any) -> Any:
    """Where an element of an array is in memory, as the place of a strip."""
    array = context.make_array(kind)(context, builder, args[0])
    pointer = builder.gep(array.data, [args[1]])
    return builder.bitcast(pointer, context.get_value_type(strip).as_pointer())


load, store, add = map(intrinsic, (_load, _store, _add))
