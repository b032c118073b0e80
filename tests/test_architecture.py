"""What keeps the packages apart and the code safe to read: checked on the source itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("ui", "eval", "rag", "index")  # each may import what stands to its right
LONGEST_FILE = 350
OURS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").glob("*.py"))
UNSAFE_MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module imported, wherever in the file that stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            yield node.module or ""


def called(node: ast.Call) -> str:
    """What a call calls: "exec", "os.system"; methods of objects are not told apart from modules' functions."""
    return ast.unparse(node.func)


def unsafe(tree: ast.AST) -> list[str]:
    """What runs text as code, reads pickles, or gives a string to a shell."""
    found = [module for module in imports(tree) if module.split(".")[0] in UNSAFE_MODULES]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if called(node) in UNSAFE_CALLS:
                found.append(called(node))
            for keyword in node.keywords:
                is_false = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                if keyword.arg in ("shell", "allow_pickle") and not is_false:
                    found.append(ast.unparse(keyword))
    return found


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@pytest.mark.parametrize("path", OURS, ids=name)
def test_imports_go_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    forbidden = {*PACKAGES[: PACKAGES.index(package)], "tests"}
    assert [module for module in imports(parsed(path)) if module.split(".")[0] in forbidden] == []


def test_one_file_imports_faiss() -> None:
    users = [path for path in OURS if any(module.split(".")[0] == "faiss" for module in imports(parsed(path)))]
    assert list(map(name, users)) == ["index/vectors.py"]


@pytest.mark.parametrize("path", [*OURS, *TESTS], ids=name)
def test_nothing_unsafe_and_no_file_too_long(path: Path) -> None:
    assert unsafe(parsed(path)) == []
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "eval('1')",
        "exec(text)",
        "import os; os.system('ls')",
        "import subprocess; subprocess.run('ls', shell=True)",
        "run(command, shell=flag)",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_what_is_unsafe_would_be_found(code: str) -> None:
    assert unsafe(ast.parse(code))


def test_what_only_looks_unsafe_is_let_be() -> None:
    code = "import re; re.compile('x'); model.eval(); np.load(path, allow_pickle=False); run(['ls'], shell=False)"
    assert unsafe(ast.parse(code)) == []


def test_the_tests_hide_no_package() -> None:
    names = {path.stem for path in (ROOT / "tests").iterdir() if path.is_dir() or path.suffix == ".py"}
    assert names.isdisjoint(PACKAGES)
    assert not (ROOT / "tests" / "__init__.py").exists()
    hiding = {"index.py", "rag.py", "eval.py"}  # Streamlit puts ui/ first on the path
    assert hiding.isdisjoint(path.name for path in (ROOT / "ui").iterdir())


def test_every_package_is_installed() -> None:
    import tomllib

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in OURS}
    assert set(settings["tool"]["setuptools"]["packages"]) == found
    assert all((ROOT / package.replace(".", "/") / "__init__.py").exists() for package in found)
