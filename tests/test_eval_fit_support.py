"""Fitting the weights of the support: a minimum that can be worked out, and which cases it is fitted on."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from island_talks import island

from eval import fit_support
from eval.check_claims import Case, ClaimSet, Stretch
from eval.fit_support import dev_cases, fit, main, weights
from rag.retrieve import Retriever
from rag.support import SIGNS, Kind

CLAIMS = ClaimSet("d", "zh-Hans", "", (), "", "", "", "")


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return island(tmp_path_factory.mktemp("fit"))


def test_sign_that_tells_nothing_weighs_nothing() -> None:
    values = np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0]])
    constant, nothing, tells = fit(values, np.array([1.0, 1.0, 0.0, 0.0]))
    assert nothing == pytest.approx(0, abs=1e-4)
    assert tells > 1
    assert constant == pytest.approx(-tells / 2, abs=1e-4)  # even where the sign is halfway


def test_both_classes_count_alike() -> None:
    # one true against one untrue, or against the same three times over
    few = fit(np.array([[1.0], [0.0]]), np.array([1.0, 0.0]))
    at_half = -few[0] / few[1]
    many = fit(np.array([[1.0], [0.0], [0.0], [0.0]]), np.array([1.0, 0.0, 0.0, 0.0]))
    assert at_half == pytest.approx(0.5, abs=1e-3)
    assert many[1] > 0
    assert 1 / (1 + np.exp(-many.sum())) > 0.5 > 1 / (1 + np.exp(-many[0]))


def test_minimum_of_the_loss() -> None:
    values, is_true = np.array([[1.0], [0.0]]), np.array([1.0, 0.0])
    constant, weight = fit(values, is_true)
    # Scaled, the sign is +1 or -1 and the weight w half of this: ln(1 + exp(-w)) + 0.01 w² is least where
    # 1 / (1 + exp(w)) = 0.02 w.
    w = weight / 2
    assert 1 / (1 + np.exp(w)) == pytest.approx(0.02 * w, rel=1e-3)
    assert constant == pytest.approx(-w, rel=1e-3)


def test_each_kind_of_pair_has_its_own_weights() -> None:
    cases = [
        (Case(CLAIMS, kind, "", (), ()), pair, dict.fromkeys(SIGNS[pair], value))
        for pair in SIGNS
        for kind, value in (("true", 0.9), ("true", 0.7), ("invented", 0.2), ("shifted", 0.1))
    ]
    fitted = weights(cases)
    assert {kind: {*names, "constant"} for kind, names in SIGNS.items()} == {k: set(v) for k, v in fitted.items()}
    assert all(value > 0 for by_name in fitted.values() for name, value in by_name.items() if name != "constant")


def test_cases_of_the_development_half(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    start = retriever.view.text_of("lighthouse").index("雾号是二")
    chinese = ClaimSet(
        id="d",  # dev; "a" is test
        language="zh-Hans",
        text="雾号是2009年停的。",
        evidence=(Stretch("lighthouse", start, start + 10),),
        number="雾号是2010年停的。",
        speaker="",
        negated="",
        invented="雾号卖给了博物馆。",
    )
    english = replace(chinese, language="en", text="The signal stopped in 2009.", invented="", number="")
    every = [chinese, english, replace(chinese, id="a")]
    monkeypatch.setattr(fit_support, "load_claims", lambda file: every)
    found: list[tuple[str, Kind]] = [(case.kind, pair) for case, pair, _ in dev_cases(retriever, "any")]
    assert found[:2] == [("true", "same"), ("invented", "same")]
    assert [kind for kind, _ in found].count("number") == 0
    assert ("true", "translated") in found
    assert ("true", "other") in found  # between two languages, also without the words
    assert all(set(by_name) == set(SIGNS[pair]) for _, pair, by_name in dev_cases(retriever, "any"))


def test_command_prints_a_line_for_each_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fit_support, "open_retriever", lambda folder: folder)
    monkeypatch.setattr(fit_support, "dev_cases", lambda retriever, name: [])
    monkeypatch.setattr(fit_support, "weights", lambda found: {"same": {"constant": -1.23456, "said": 2.0}})
    monkeypatch.setattr("sys.argv", ["fit_support", "--interviews", str(tmp_path), "--samples", str(tmp_path)])
    main()
    assert re.fullmatch(r"same \{'constant': -1\.23, 'said': 2\.0\}\n", capsys.readouterr().out)
