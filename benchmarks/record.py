"""Results on disk: one JSON file a part, with the machine and the versions that they were measured with."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"


def about(packages: Sequence[str] = ()) -> dict[str, Any]:
    """The machine, and the versions of the packages that took part; what is not installed is left out."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "processor": _processor(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
            "system": f"{platform.system()} {platform.machine()}",
            "busy_cores_before": round(os.getloadavg()[0], 1),
        },
        "versions": {"python": platform.python_version()} | {n: v for n in packages if (v := _version(n))},
    }


def save(part: str, result: Mapping[str, Any], folder: Path = RESULTS) -> Path:
    """Write the result of a part; the path of its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{part}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def load(part: str, folder: Path = RESULTS) -> dict[str, Any] | None:
    """The result of a part, or None where it has not been measured."""
    path = folder / f"{part}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def line(result: Mapping[str, Any]) -> str:
    """The machine and versions of a result in one sentence."""
    m, versions = result["machine"], result["versions"]
    named = ", ".join(f"{name} {v}" for name, v in versions.items())
    model = f"; model {result['model'][:12]}, reference set {result['reference'][:12]}" if "model" in result else ""
    return (
        f"Measured on {result['date']}: {m['processor']}, {m['cores']} cores, {m['memory_gb']} GB, {m['system']}, "
        f"other programs on {m['busy_cores_before']} cores; {named}{model}."
    )


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
            names = [row.partition(":")[2].strip() for row in file if row.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or "unknown processor"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
