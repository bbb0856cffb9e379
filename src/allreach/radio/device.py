"""Where coverage is computed: on the processor, or on a CUDA device if one was asked for; never one for the other."""

from __future__ import annotations

from typing import Any, NamedTuple

from allreach.errors import DeviceError

DEVICES = ("cpu", "cuda")
DOUBLE_RATE = 2  # least speed of float64: single precision at most this many times as fast
INSTALL = (
    "Install an NVIDIA driver and `pip install numba-cuda[cu12]` (cu13 for drivers of CUDA 13), or leave --device out: "
    "the processor gives the same results"
)


class CudaState(NamedTuple):
    """Whether a CUDA device can compute coverage; if not, why not, and how to mend it."""

    is_usable: bool
    found: str
    mend: str = ""


def cuda_state() -> CudaState:
    """Look for a CUDA device that computes in float64 at half its rate for float32."""
    import numba

    if numba.config.ENABLE_CUDASIM:  # type: ignore[attr-defined]
        return CudaState(True, "numba's simulator (slow, for tests)")
    try:
        from numba import cuda

        if not cuda.is_available():  # type: ignore[no-untyped-call]
            return CudaState(False, f"no CUDA device: {_reason(cuda)}", INSTALL)
        device: Any = cuda.get_current_device()  # type: ignore[no-untyped-call]
        ratio = int(device.SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO)
        name = device.name.decode() if isinstance(device.name, bytes) else str(device.name)
    except Exception as error:  # the driver's faults have no common class
        return CudaState(False, f"CUDA cannot be used: {_one_line(error)}", INSTALL)
    if ratio > DOUBLE_RATE:
        return CudaState(
            False,
            f"{name} computes in float64 at 1/{ratio} of its rate for float32; coverage is computed in float64 only",
            "Take a device with float64 at half rate (such as A100, H100, H200), or leave --device out",
        )
    return CudaState(True, name)


def require_device(device: str) -> None:
    """Refuse a device that is not there.

    Raises
    ------
    DeviceError
        With what is missing and how to mend it.
    """
    if device not in DEVICES:
        raise DeviceError(f"--device {device}: unknown device; one of {', '.join(DEVICES)}")
    if device == "cuda":
        state = cuda_state()
        if not state.is_usable:
            raise DeviceError(f"--device cuda: {state.found}. {state.mend}")


def _reason(cuda: Any) -> str:
    """Say in a line what the driver says."""
    try:
        cuda.detect()
    except Exception as error:
        return _one_line(error)
    return "the driver lists none"


def _one_line(error: Exception) -> str:
    """First sentence of a driver's message."""
    lines = (line.strip() for line in str(error).splitlines() if line.strip(" :"))
    text = " ".join(lines).removeprefix("Error at driver init:").strip()
    return text.split(". ")[0].rstrip(" .:")[:200] or type(error).__name__
