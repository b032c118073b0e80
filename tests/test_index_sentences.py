"""Where sentences end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Span
from index.sentences import LONGEST, sentence_spans, width


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentence_spans(text, Span(0, len(text)))]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("我在灯塔上住了三年。那里只有风和海浪声。", ["我在灯塔上住了三年。", "那里只有风和海浪声。"]),
        (
            "你在灯塔上住了三年吗？！是的，整整住了三年……后来我走了。",
            ["你在灯塔上住了三年吗？！", "是的，整整住了三年……", "后来我走了。"],
        ),
        ("The light was lit at dusk. Nobody ever came up.", ["The light was lit at dusk.", "Nobody ever came up."]),
        ("It cost 3.5 pounds in those days. We paid it.", ["It cost 3.5 pounds in those days.", "We paid it."]),
        ("Dr. Lane of the U.S. came up to see it. He left.", ["Dr. Lane of the U.S. came up to see it.", "He left."]),
        ("他说：“灯亮了。我们走。”然后他就真的走下山去了。", ["他说：“灯亮了。我们走。”", "然后他就真的走下山去了。"]),
        ("他当时说：“我们现在就走。” 然后他下山去了。", ["他当时说：“我们现在就走。”", "然后他下山去了。"]),
        ("**灯塔在一九九八年就关了。** 之后再没有人上来过。", ["灯塔在一九九八年就关了。", "之后再没有人上来过。"]),
        ("灯台は三年間使われました。今はもう誰もいません。", ["灯台は三年間使われました。", "今はもう誰もいません。"]),
        ("没有句号的一行", ["没有句号的一行"]),
        ("", []),
        (" \n\u3000", []),
    ],
)
def test_sentence_ends(text: str, cut: list[str]) -> None:
    assert sentences(text) == cut


def test_a_short_one_goes_with_the_next() -> None:
    assert sentences("是的。我在灯塔上住了三年。") == ["是的。我在灯塔上住了三年。"]


def test_a_quotation_that_is_never_closed_does_not_swallow_the_rest() -> None:
    text = "他说：“" + "灯塔上只有风和海浪声。" * 40
    assert max(map(len, sentences(text))) <= LONGEST


def test_text_without_punctuation_is_cut_at_commas_or_anywhere() -> None:
    assert all(len(part) <= LONGEST for part in sentences("灯" * 2000))
    at_commas = sentences(("灯" * 99 + "，") * 20)
    assert all(part.endswith("，") and len(part) <= LONGEST for part in at_commas)
    assert all(len(part) <= 3 * LONGEST for part in sentences("light " * 2000))


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0.0), ("灯塔", 2.0), ("abc", 1.02), ("灯a", 1.34), ("カナ，", 2.34)]
)
def test_width(text: str, expected: float) -> None:
    assert width(text) == pytest.approx(expected)


@given(
    st.text(max_size=200) | st.text(alphabet='灯a 。！.，\n“”「」()"*\ud800', max_size=300),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_sentences_tile_their_span_but_for_space_and_bold_marks(text: str, before: int, after: int) -> None:
    span = Span(min(before, len(text)), max(min(before, len(text)), len(text) - after))
    found = sentence_spans(text, span)
    at = span.start
    for sentence in found:
        assert span.start <= sentence.start < sentence.end <= span.end
        assert all(character.isspace() or character in "*_" for character in text[at : sentence.start])
        at = sentence.end
    assert all(character.isspace() or character in "*_" for character in text[at : span.end])


def test_long_runs_of_marks_are_cut_at_once() -> None:
    """Quadratic cutting of these would take minutes."""
    for text in (".\n\n" * 50_000, "。 " * 50_000, "“" * 50_000, "（。" * 50_000):
        assert "".join("".join(sentences(text)).split()) == "".join(text.split())
