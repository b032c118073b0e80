"""Measuring the check: claims read from their file, the cases made of each, and the figures, worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from island_talks import island
from pydantic import ValidationError

from eval import check_claims
from eval.check_claims import (
    FOLDER,
    WRONG,
    Case,
    ClaimSet,
    Rate,
    Stretch,
    cases,
    is_caught,
    load_claims,
    main,
    rates,
    run,
    table,
)
from rag.answer import Finding, Support
from rag.check import Checked
from rag.pack import Source
from rag.retrieve import Retriever

FOG = "雾号是二〇〇九年停的"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return island(tmp_path_factory.mktemp("claims"))


def claims(retriever: Retriever, **changed: str) -> ClaimSet:
    start = retriever.view.text_of("lighthouse").index(FOG)
    wrong = {"number": "韩琳说，雾号是2010年停的。", "speaker": "", "negated": "", "invented": "", "id": "a", **changed}
    return ClaimSet(
        language="zh-Hans",
        text="韩琳说，雾号是2009年停的。",
        evidence=(Stretch("lighthouse", start, start + len(FOG)),),
        **wrong,
    )


def test_claims_are_read_from_a_file(tmp_path: Path, retriever: Retriever) -> None:
    one = claims(retriever)
    stretch = one.evidence[0]
    entry = {
        **{name: getattr(one, name) for name in ("id", "language", "text", *WRONG)},
        "evidence": [{"doc": stretch.doc, "start": stretch.start, "end": stretch.end}],
    }
    (tmp_path / "claims.jsonl").write_text(json.dumps(entry, ensure_ascii=False) + "\n", encoding="utf-8")
    assert load_claims(tmp_path / "claims.jsonl") == [one]
    (tmp_path / "claims.jsonl").write_text(json.dumps({**entry, "numbr": ""}) + "\n", encoding="utf-8")
    with pytest.raises(ValidationError):
        load_claims(tmp_path / "claims.jsonl")


def test_halves_are_fixed_by_the_id(retriever: Retriever) -> None:
    # SHA-256 of "a" ends in bb, that of "b" in 9d, of "d" in a4
    assert [claims(retriever, id=name).split for name in ("a", "b", "d")] == ["test", "test", "dev"]


@pytest.mark.parametrize("name", ["interviews", "samples"])
def test_claims_of_the_project_can_be_read(name: str) -> None:
    every = load_claims(FOLDER / f"{name}.jsonl")
    assert len({one.id for one in every}) == len(every) > 50
    assert {one.language for one in every} == {"zh-Hans", "zh-Hant", "en"}
    assert all(one.evidence and one.text not in (one.number, one.speaker, one.negated, one.invented) for one in every)
    assert {one.split for one in every} == {"dev", "test"}


def test_every_version_that_there_is_becomes_a_case(retriever: Retriever) -> None:
    found = list(cases(retriever, claims(retriever)))
    assert [case.kind for case in found] == ["true", "number", "shifted"]
    assert [case.text for case in found] == [found[0].text, "韩琳说，雾号是2010年停的。", found[0].text]
    for case in found[:2]:
        assert [source.speaker.name for source in case.cited] == ["韩琳"]
        assert FOG in case.cited[0].text
    shifted = found[2]
    assert not set(shifted.cited) & set(found[0].cited)
    assert all(case.cited[0] in case.sources for case in found)


def test_what_carries_a_claim_is_shown_though_not_found(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_claims, "TOP_K", 0)
    [true, _] = cases(retriever, claims(retriever))  # nothing beside it to shift the citation to
    assert [source.n for source in true.sources] == [1]
    assert true.cited == true.sources


def checked(cited: Sequence[Source], support: Support, *findings: Finding) -> Checked:
    return Checked(tuple(cited), support, 0.5, findings)


def test_case_is_caught_where_the_reader_is_warned_or_the_citation_put_right(retriever: Retriever) -> None:
    true, _, shifted = cases(retriever, claims(retriever))
    repaired = Finding("repaired", "1")
    assert is_caught(true, checked(true.cited, "weak"))
    assert is_caught(true, checked(true.cited, "unsupported"))
    assert not is_caught(true, checked(true.cited, "supported"))
    assert is_caught(shifted, checked(true.cited, "supported", repaired))
    assert not is_caught(shifted, checked(shifted.cited, "supported", repaired))
    assert not is_caught(shifted, checked(shifted.cited, "supported"))
    assert not is_caught(replace(shifted, kind="invented"), checked(true.cited, "supported", repaired))


def test_precision_is_of_as_many_true_as_wrong_sentences() -> None:
    # 9 of 10 caught, 2 of 40 flagged: 0.9 / (0.9 + 0.05)
    assert Rate(wrong=10, caught=9, true=40, flagged=2).recall == 0.9
    assert Rate(wrong=10, caught=9, true=40, flagged=2).precision == pytest.approx(0.947, abs=1e-3)
    assert Rate(wrong=10, caught=5, true=10, flagged=5).precision == 0.5  # at random
    assert Rate(wrong=10, caught=0, true=10, flagged=0).precision == 0.0
    assert Rate(0, 0, 0, 0).recall == 0.0


def test_rates_and_table_by_kind_and_language(retriever: Retriever) -> None:
    chinese = claims(retriever)
    english = replace(chinese, language="en")
    found = [
        (Case(one, kind, "", (), ()), flagged)
        for one, kind, flagged in (
            (chinese, "true", False),
            (english, "true", True),
            (chinese, "number", True),
            (english, "number", False),
        )
    ]
    assert rates(found) == {"number": Rate(wrong=2, caught=1, true=2, flagged=1)}
    lines = table(found).splitlines()
    assert lines[0].split() == ["all", "zh-Hans", "zh-Hant", "en"]
    assert lines[1].split(maxsplit=1) == ["number", "0.50 / 0.50     1.00 / 1.00               -     0.00 / 0.00"]
    assert lines[2].split() == "true ones 1 of 2 0 of 1 0 of 0 1 of 1".split()


def test_changed_number_is_caught_and_the_true_sentence_is_not(retriever: Retriever) -> None:
    found = {case.kind: caught for case, caught in run(retriever, [claims(retriever)])}
    assert found["number"] and found["shifted"]


def test_command_prints_the_half_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(check_claims, "open_retriever", lambda folder: folder)

    def run_none(_: object, every: Sequence[ClaimSet]) -> list[tuple[Case, bool]]:
        seen.extend(one.split for one in every)
        return [(Case(every[0], "true", "", (), ()), False), (Case(every[0], "number", "", (), ()), True)]

    monkeypatch.setattr(check_claims, "run", run_none)
    monkeypatch.setattr("sys.argv", ["check_claims", "--samples", str(tmp_path), "--split", "dev"])
    main()
    assert set(seen) == {"dev"}
    assert capsys.readouterr().out.startswith("caught (recall) / precision, dev\n")


def test_command_without_an_index_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["check_claims"])
    with pytest.raises(SystemExit):
        main()
    assert "--interviews or --samples" in capsys.readouterr().err
