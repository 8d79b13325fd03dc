"""What is spoilt: the models and studies of the repository, and a folder of models where there is one."""

from __future__ import annotations

import re
from pathlib import Path

from tests.formats.test_fuzz import IRAQ
from tests.formats.test_xmile_fuzz import MODEL
from tests.hostile.mutations import Seed
from tests.study import tiny

REPOSITORY = Path(__file__).resolve().parents[2]
LARGEST = 60_000
_SAYS = re.compile(r'^says = "([^"\n]*)"', re.MULTILINE)


def own_seeds(tmp: Path) -> list[Seed]:
    """Returns the repository's own.

    Args:
        tmp: A folder in which the small study of the tests may be written.
    """
    models = sorted([*(REPOSITORY / "models").rglob("*.mdl"), *(REPOSITORY / "models").rglob("*.xmile")])
    found = [_model(one, REPOSITORY) for one in models]
    found += [Seed("model iraq", {"model.mdl": IRAQ}), Seed("model xmile", {"model.xmile": MODEL})]
    tiny_folder = tiny.write_tiny(tmp / "tiny")
    studies = [tiny_folder, tiny_folder, REPOSITORY / "studies" / "iraq-2008"]
    found += [_study(one) for one in studies]
    says = _SAYS.findall(found[-1].files["study.toml"]) + _SAYS.findall(found[-2].files["study.toml"])
    found += [Seed(f"claim {at}", {"a.claim": text}) for at, text in enumerate(says[:8])]
    return found


def folder_seeds(folder: Path) -> list[Seed]:
    """Returns the models below a folder."""
    paths = sorted(one for one in folder.rglob("*") if one.suffix in (".mdl", ".xmile", ".stmx"))
    return [_model(one, folder) for one in paths if one.stat().st_size <= LARGEST]


def _model(path: Path, below: Path) -> Seed:
    text = path.read_bytes().decode("utf-8", errors="replace")
    return Seed(f"model {path.relative_to(below)}", {f"model{path.suffix}": text})


def _study(folder: Path) -> Seed:
    names = ("study.toml", "model.mdl", "series.csv", "reports.csv")
    return Seed(f"study {folder.name}", {one: (folder / one).read_text(encoding="utf-8") for one in names})
