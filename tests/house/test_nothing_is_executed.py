"""Nothing in a study or a model is ever executed as Python, and no file is unpickled."""

from __future__ import annotations

import ast

import pytest

from tests.house.sources import Source, all_sources

FORBIDDEN_NAMES = {"eval", "exec", "compile", "__import__", "execfile"}
FORBIDDEN_MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "yaml",
    "importlib",
    "subprocess",
}
HARMLESS_MODULES = {"importlib.metadata", "importlib.resources"}  # they read versions and files of ours
FORBIDDEN_CALLS = {"os.system", "os.popen", "yaml.load", "pd.read_pickle", "pd.eval"}


def forbidden(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in FORBIDDEN_MODULES and module not in HARMLESS_MODULES


def without_pickle(call: ast.Call) -> bool:
    """NumPy's own default is safe; that we mean it must stand there."""
    return any(one.arg == "allow_pickle" and ast.unparse(one.value) == "False" for one in call.keywords)


def problems(source: Source) -> list[str]:
    own = {node.name for node in source.functions()}  # a `compile` of ours is no builtin
    own |= {
        alias.asname or alias.name
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES - own:
            found.append(node.id)
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if forbidden(alias.name)]
        elif isinstance(node, ast.ImportFrom) and forbidden(node.module or ""):
            found.append(node.module)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in FORBIDDEN_CALLS or (name in {"np.load", "numpy.load"} and not without_pickle(node)):
                found.append(name)
    return [f"{source.label}: {name}" for name in found if f"{source.module}: {name}" not in EXCEPTIONS]


# file: name, each with its reason
EXCEPTIONS = {
    "__init__: importlib": "the package's lazy face imports our own modules, from a fixed table",
}


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.module)
def test_a_file_executes_nothing(source):
    assert problems(source) == []


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')", "f = exec", "import pickle", "from pickle import loads", "import yaml\nyaml.load(s)",
        "__import__('os')", "compile('1', '', 'eval')", "import os\nos.system('true')", "np.load(path)",
        "np.load(path, allow_pickle=True)",
    ],
)  # fmt: skip
def test_the_rule_notices(text):
    assert problems(Source("data.a", text, "made up"))


def test_arrays_may_be_read_without_pickle():
    assert problems(Source("data.a", "np.load(path, allow_pickle=False)", "made up")) == []


def test_a_function_of_ours_may_be_called_compile():
    assert problems(Source("compiler.a", "def compile(model): ...\ncompile(1)", "made up")) == []
