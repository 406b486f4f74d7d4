"""Where the numbers come from: processor, Python, BLAS kernel, versions. Printed above every run."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks import threads
from benchmarks.contestants import INSTALL, Contestant


def describe(contestants: Sequence[Contestant], missing: Sequence[str]) -> dict[str, str]:
    """What to know before believing a ratio, by name."""
    facts = {
        "processor": f"{_processor()}, {threads.THREADS} threads for every library",
        "python": f"{platform.python_version()}, numpy {np.__version__}, {_blas()}",
        "beside": ", ".join(_versions(contestants[1:])) or "nobody",
    }
    if missing:
        facts["missing"] = f"{', '.join(missing)}; to install: {INSTALL}"
    forced = [f"{name}={os.environ[name]}" for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE") if name in os.environ]
    if forced:
        facts["warning"] = f"{' '.join(forced)} overrides what OpenBLAS would choose for this processor"
    return facts


def _versions(contestants: Sequence[Contestant]) -> list[str]:
    return list(dict.fromkeys(f"{contestant.package} {contestant.version}" for contestant in contestants))


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _blas() -> str:
    """The BLAS that NumPy loaded, with its kernel where threadpoolctl can ask for it."""
    try:
        import threadpoolctl
    except ImportError:
        build = np.show_config(mode="dicts")
        blas = build.get("Build Dependencies", {}).get("blas", {}) if build else {}
        return f"BLAS {blas.get('name', 'unknown')} {blas.get('version', '')}".rstrip()
    pools = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    return "BLAS " + ", ".join(
        f"{pool['internal_api']} {pool['version']} kernel {pool.get('architecture', 'unknown')}" for pool in pools
    )
