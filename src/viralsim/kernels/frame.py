"""World and state as references: one pointer goes from function to function, not a hundred arrays.

A NamedTuple of a hundred arrays is copied at every call inside compiled code and costs minutes to compile
(measured: 100 s against 35 s here). A numba structref holds the same arrays behind one pointer, and caches.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, typeof, types
from numba.core import cgutils
from numba.core.datamodel import default_manager, models
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate
from numba.experimental import structref
from numba.extending import infer_getattr, intrinsic
from numba.np.arrayobj import make_array

from viralsim.kernels.arm_inputs import ArmInputs, Audience, Channels, Contents, Graph, Plan, Rules
from viralsim.kernels.cpu import njit
from viralsim.kernels.state import Out, State


class FrameType(types.StructRef):  # type: ignore[misc]
    """Type of a frame in compiled code.

    Its name is a hash: the name of a type is part of the symbol of every function that takes it, and with a hundred fields
    written out a symbol had 30,000 characters.
    """

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        self.name: str = f"{type(self).__name__}_{blake2b(str(self).encode(), digest_size=16).hexdigest()}"

    def preprocess_fields(self, fields: Any) -> Any:
        """Types of fields without the values that numba knows at compile time."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class ArmFrameType(FrameType):
    """Type of ``ArmFrame`` in compiled code."""


class StateFrameType(FrameType):
    """Type of ``StateFrame`` in compiled code."""


class OutFrameType(FrameType):
    """Type of ``OutFrame`` in compiled code."""


DATA_FIELD = 3  # of numba's MemInfo: refct, dtor, dtor_info, data, ...


def _load(builder: Any, place: Any) -> Any:
    """Load what nobody writes while a frame lives: the optimiser need not load it again after every store to an array."""
    kind = place.type.pointee
    if not isinstance(kind, ir.Aggregate):
        loaded = builder.load(place)
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        return loaded
    value, word = ir.Constant(kind, ir.Undefined), ir.IntType(32)
    for i in range(len(kind)):
        value = builder.insert_value(value, _load(builder, builder.gep(place, [word(0), word(i)], inbounds=True)), i)
    return value


def _fields(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """The memory of a frame's fields, by loads alone."""
    meminfo = cgutils.create_struct_proxy(kind)(context, builder, value=value).meminfo
    pointers = builder.bitcast(meminfo, ir.IntType(8).as_pointer().as_pointer())
    data = _load(builder, builder.gep(pointers, [ir.IntType(32)(DATA_FIELD)]))
    model = context.data_model_manager[kind.get_data_type()]
    place = builder.bitcast(data, model.get_value_type().as_pointer())
    return cgutils.create_struct_proxy(kind.get_data_type())(context, builder, ref=place)


def register_frame(kind: type[FrameType]) -> None:
    """Teach numba a frame type: as ``structref.register`` does, but reading a field counts no reference."""
    default_manager.register(kind, models.StructRefModel)

    class _Attribute(AttributeTemplate):  # type: ignore[misc]
        key = kind

        def generic_resolve(self, frame: Any, name: str) -> Any:
            return frame.field_dict.get(name)

    infer_getattr(_Attribute)

    @lower_getattr_generic(kind)
    def read(context: Any, builder: Any, frame: Any, value: Any, name: str) -> Any:
        fields = _fields(context, builder, frame, value)
        array = _load(builder, fields._get_ptr_by_name(name))
        if context.enable_nrt:
            context.nrt.incref(builder, frame.field_dict[name], array)
        return array


for _kind in (ArmFrameType, StateFrameType, OutFrameType):
    register_frame(_kind)


class ArmFrame(structref.StructRefProxy):  # type: ignore[misc]
    """The arrays of a ``ArmInputs`` under flat names: ``graph_indptr``, ``channels_key``, ..."""


class StateFrame(structref.StructRefProxy):  # type: ignore[misc]
    """The arrays of a ``State`` under its own names."""


class OutFrame(structref.StructRefProxy):  # type: ignore[misc]
    """The arrays of an ``Out`` under its own names."""


_GROUPS: dict[str, Any] = {
    "graph": Graph,
    "audience": Audience,
    "channels": Channels,
    "contents": Contents,
    "rules": Rules,
    "plan": Plan,
}
ARM_FIELDS = [f"{group}_{field}" for group, kind in _GROUPS.items() for field in kind._fields]
# numba keys its cache by the file of the outermost function alone, so a change in another file would go unnoticed. The name of
# one empty field carries a hash of all kernel sources: another source, another type, another entry in the cache.
_SOURCES = sorted(Path(__file__).parent.rglob("*.py"))
BUILD = "build_" + blake2b(b"".join(path.read_bytes() for path in _SOURCES), digest_size=8).hexdigest()
ARM_FIELDS.append(BUILD)
structref.define_proxy(ArmFrame, ArmFrameType, ARM_FIELDS)
structref.define_proxy(StateFrame, StateFrameType, list(State._fields))
structref.define_proxy(OutFrame, OutFrameType, list(Out._fields))


def constructor_of(kind: type[FrameType], names: Sequence[str]) -> Any:
    """What makes a frame of a tuple of arrays in compiled code, one for each of ``names``, without their owners.

    Kernels are compiled with ``_nrt=False``: they own nothing, so they count no references. (Counting is an atomic operation at
    every touch of a field; with it a launch took three times as long.) numba's own constructor of a structref takes its fields
    as a hundred arguments, each counted, and a function that gives them up again: it took 2 s more to compile.
    """

    @intrinsic
    def construct(typingctx: Any, arrays: Any) -> Any:
        frame = kind(list(zip(names, arrays, strict=True)))

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            memory = context.data_model_manager[frame.get_data_type()].get_value_type()
            size = context.get_constant(types.uintp, context.get_abi_sizeof(memory))
            made = context.make_helper(builder, frame)
            made.meminfo = context.nrt.meminfo_alloc(builder, size)
            fields = _fields(context, builder, frame, made._getvalue())
            for i, (name, array) in enumerate(zip(names, arrays, strict=True)):
                view = make_array(array)(context, builder, builder.extract_value(args[0], i))
                view.meminfo = cgutils.get_null_value(view.meminfo.type)
                view.parent = cgutils.get_null_value(view.parent.type)
                setattr(fields, name, view._getvalue())
            return made._getvalue()

        return frame(arrays), codegen

    return construct


def cached_by_build(function: Any) -> Any:
    """Compile a constructor into a cache of this build: the type that it returns carries the build."""
    function.__qualname__ += BUILD
    return njit(cache=True, no_cfunc_wrapper=True)(function)


_arm_frame = constructor_of(ArmFrameType, ARM_FIELDS)


@cached_by_build
def _new_arm(fields):  # type: ignore[no-untyped-def]
    return _arm_frame(fields)


_state_frame = constructor_of(StateFrameType, State._fields)


@cached_by_build
def _new_state(fields):  # type: ignore[no-untyped-def]
    return _state_frame(fields)


_out_frame = constructor_of(OutFrameType, Out._fields)


@cached_by_build
def _new_out(fields):  # type: ignore[no-untyped-def]
    return _out_frame(fields)


# The proxies' own constructors are compiled again in every process (4 s); these are cached.


def plain_frame(names: Sequence[str], arrays: Sequence[Any]) -> Any:
    """The same frame for a run with the compiler off (``NUMBA_DISABLE_JIT=1``): attributes, and rows with attributes."""
    return SimpleNamespace(**{name: with_attributes(a) for name, a in zip(names, arrays, strict=True)})


def with_attributes(array: np.ndarray) -> np.ndarray:
    """An array of records as kernels read it, for one that is called with it: with the compiler off, rows with attributes."""
    return array.view(np.recarray) if config.DISABLE_JIT and array.dtype.names else array


def arrays_of(arm: ArmInputs) -> tuple[Any, ...]:
    """The arrays of ``ARM_FIELDS``."""
    return (*(array for group in arm for array in group), np.zeros(0))


def frame_types(arm: ArmInputs, state: State, out: Out) -> tuple[FrameType, FrameType, FrameType]:
    """The types of the frames of these three, as kernels are compiled for; nothing is compiled."""
    given = (
        (ArmFrameType, ARM_FIELDS, arrays_of(arm)),
        (StateFrameType, State._fields, state),
        (OutFrameType, Out._fields, out),
    )
    arm_type, state_type, out_type = (
        kind(list(zip(names, map(typeof, arrays), strict=True))) for kind, names, arrays in given
    )
    return arm_type, state_type, out_type


def frame_arm(arm: ArmInputs) -> ArmFrame:
    """A frame of the arrays of ``arm``; nothing is copied, and the caller keeps ``arm`` alive."""
    if config.DISABLE_JIT:
        return plain_frame(ARM_FIELDS, arrays_of(arm))  # type: ignore[no-any-return]
    return _new_arm(arrays_of(arm))  # type: ignore[no-any-return]


def frame_state(state: State) -> StateFrame:
    """A frame of the arrays of ``state``; both see the same memory, and the caller keeps ``state`` alive."""
    if config.DISABLE_JIT:
        return plain_frame(State._fields, state)  # type: ignore[no-any-return]
    return _new_state(tuple(state))  # type: ignore[no-any-return]


def frame_out(out: Out) -> OutFrame:
    """A frame of the arrays of ``out``; both see the same memory, and the caller keeps ``out`` alive."""
    if config.DISABLE_JIT:
        return plain_frame(Out._fields, out)  # type: ignore[no-any-return]
    return _new_out(tuple(out))  # type: ignore[no-any-return]
