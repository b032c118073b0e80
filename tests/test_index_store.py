"""An index gives back what was read from the files, and a damaged, foreign or newer one says so."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fake_embedding import FakeEmbedding, write_interview

from index import generations
from index.build import build_index
from index.errors import IndexDamaged, IndexFromNewerVersion, IndexMissing, InputError
from index.passages import clean, cut, passage_search_text
from index.readers import read_file
from index.store import Index, open_index
from index.transcript import parse_transcript


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with two interviews, indexed into .verbatim beside it."""
    folder = tmp_path / "访谈"
    write_interview(folder / "灯塔.md", "林岚", "灯塔")
    write_interview(folder / "桥.md", "周桥", "大桥")
    (folder / "桥.md").write_bytes((folder / "桥.md").read_bytes().replace(b"\n", b"\r\n") + "尾声\x07\u2028🎙".encode())
    build_index([folder], tmp_path / ".verbatim", FakeEmbedding())
    return tmp_path / ".verbatim"


def generation_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("generation-*/**/*") if path.is_file())


def read_everything(index: Index) -> None:
    """Load every part, as the first questions to an index do."""
    for row in index.documents():
        assert index.text(row.doc) and index.turns(row.doc) and index.speakers(row.doc)
    query = np.ones(8, dtype=np.float32)
    assert len(index.passage_vectors.scores(query)) == len(index.passages) == len(index.table("passage_keys"))
    assert len(index.sentence_vectors.scores(query)) == len(index.sentences) == len(index.table("sentence_keys"))
    assert len(index.table("passages_means")) == len(index.table("sentences_means")) == 1
    assert len(index.lexical.scores("灯塔")) == len(index.passages)


def test_an_interview_comes_back_as_it_was_read(archive: Path) -> None:
    path = (archive.parent / "访谈" / "桥.md").resolve()
    transcript = parse_transcript("桥", str(path), read_file(path))
    with open_index(archive) as index:
        assert index.text("桥") == transcript.text
        assert index.turns("桥") == list(transcript.turns)
        assert index.excluded("桥") == list(transcript.excluded)
        assert [passage for passage in index.passages if passage.doc == "桥"] == list(cut(transcript).passages)
        assert [sentence for doc, sentence in index.sentences if doc == "桥"] == list(cut(transcript).sentences)
        row = index.document("桥")
        assert (row.path, row.title, row.language) == (str(path), transcript.metadata.title, transcript.language)
        assert (row.turns, row.passages) == (len(transcript.turns), len(cut(transcript).passages))
        assert "周桥" in row.speakers and index.speakers("桥")["周桥"].person == "周桥"
        assert {speaker.doc for speaker in index.all_speakers()} == {"桥", "灯塔"}
        assert ("周桥", "周桥") in index.aliases()
        assert [row.doc for row in index.documents()] == ["桥", "灯塔"]


def test_the_row_of_a_passage_is_its_row_among_vectors_and_words(archive: Path) -> None:
    embedding = FakeEmbedding()
    with open_index(archive) as index:
        for row, passage in enumerate(index.passages):
            text = passage_search_text(index.text(passage.doc), passage.start, passage.end, passage.context)
            np.testing.assert_array_equal(index.passage_vectors.vectors(np.array([row]))[0], embedding.encode(text))
            assert index.lexical.scores(text)[row] == index.lexical.scores(text).max()
        for row, (doc, sentence) in enumerate(index.sentences):
            text = clean(index.text(doc)[sentence.start : sentence.end])
            np.testing.assert_array_equal(index.sentence_vectors.vectors(np.array([row]))[0], embedding.encode(text))


@pytest.mark.parametrize(
    ("wrong", "hint"), [("灯", "灯塔"), ("灯塔2", "灯塔"), ("xyz", "There are 桥, 灯塔"), ("\ud800", "There are")]
)
def test_an_unknown_interview_is_an_input_error_with_a_hint(archive: Path, wrong: str, hint: str) -> None:
    with open_index(archive) as index:
        for ask in (index.document, index.text, index.turns, index.excluded, index.speakers):
            with pytest.raises(InputError, match=hint):
                ask(wrong)


def test_several_threads_read_one_index(archive: Path) -> None:
    with open_index(archive) as index, ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(read_everything, index) for _ in range(24)]:
            done.result()


def test_no_index_is_missing(tmp_path: Path) -> None:
    for folder in (tmp_path / "nothing", tmp_path):
        with pytest.raises(IndexMissing, match="verbatim index"):
            open_index(folder)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(IndexMissing, match=r"notes\.txt"):
        open_index(tmp_path)
    with pytest.raises(InputError, match="is a file"):
        open_index(tmp_path / "notes.txt")


FILES = [
    "manifest.json",
    "archive.sqlite",
    "passages/vectors.faiss",
    "sentences/vectors.faiss",
    *(f"lexical/{name}.npy" for name in ("terms", "ends", "texts", "times", "lengths")),
    *(f"rows/{name}.npy" for name in ("passages", "sentences", "passage_keys", "sentence_keys")),
    "rows/passages_means.npy",
    "rows/sentences_means.npy",
]


def test_the_list_of_files_to_damage_is_complete(archive: Path) -> None:
    generation = next(archive.glob("generation-*"))
    assert {path.relative_to(generation).as_posix() for path in generation_files(archive)} == set(FILES)


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty", "delete"])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named_and_the_same_command_repairs_it(archive: Path, name: str, damage: str) -> None:
    path = next(archive.glob("generation-*")) / name
    content = path.read_bytes()
    flipped = content[: len(content) // 2] + bytes([content[len(content) // 2] ^ 1]) + content[len(content) // 2 + 1 :]
    if damage == "delete":
        path.unlink()
    else:
        path.write_bytes({"flip": flipped, "truncate": content[:-1], "empty": b""}[damage])

    with pytest.raises(IndexDamaged) as caught, open_index(archive) as index:
        read_everything(index)
    assert Path(name).name in str(caught.value)
    assert "verbatim index" in str(caught.value)

    report = build_index([archive.parent / "访谈" / "桥.md"], archive, FakeEmbedding())
    if name == "manifest.json":  # nothing tells any more what else the index held
        assert report.indexed == ("桥",)
    else:
        assert report.indexed == ("桥", "灯塔")
    assert any(Path(name).name in warning for warning in report.warnings)
    with open_index(archive) as index:
        read_everything(index)


def test_opening_alone_notices_a_file_of_the_wrong_size(archive: Path) -> None:
    path = next(archive.glob("generation-*/lexical/ends.npy"))
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(IndexDamaged, match=r"ends\.npy has"):
        open_index(archive)


@pytest.mark.parametrize("content", [b"", b"not json", b"[]", b'{"format": 2}', b'{"format": "x"}', b"\xff\xfe\x00"])
def test_a_damaged_pointer_is_named_and_the_same_command_repairs_it(archive: Path, content: bytes) -> None:
    (archive / "verbatim-index.json").write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"verbatim-index\.json.*verbatim index"):
        open_index(archive)
    build_index([archive.parent / "访谈"], archive, FakeEmbedding())
    with open_index(archive) as index:
        read_everything(index)
    assert len(list(archive.glob("generation-*"))) == 1


@pytest.mark.parametrize("generation", ["../secrets", "generation-", "/etc"])
def test_a_pointer_cannot_lead_out_of_the_index(archive: Path, generation: str) -> None:
    pointer = json.loads((archive / "verbatim-index.json").read_text())
    (archive / "verbatim-index.json").write_text(json.dumps(pointer | {"generation": generation}))
    with pytest.raises(IndexDamaged, match="names no generation"):
        open_index(archive)


def test_a_lost_pointer_is_damage(archive: Path) -> None:
    (archive / "verbatim-index.json").unlink()
    with pytest.raises(IndexDamaged, match=r"verbatim-index\.json is missing"):
        open_index(archive)


def test_an_index_from_a_newer_version_says_so_and_is_not_overwritten(archive: Path) -> None:
    pointer = json.loads((archive / "verbatim-index.json").read_text())
    (archive / "verbatim-index.json").write_text(json.dumps(pointer | {"format": 3, "verbatim": "9.9"}))
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    with pytest.raises(IndexFromNewerVersion, match=r"9\.9"):
        open_index(archive)
    with pytest.raises(IndexFromNewerVersion):
        build_index([archive.parent / "访谈"], archive, FakeEmbedding())
    assert before == {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}


def test_an_index_of_an_older_form_is_built_again_from_its_files(archive: Path) -> None:
    pointer = json.loads((archive / "verbatim-index.json").read_text())
    (archive / "verbatim-index.json").write_text(json.dumps(pointer | {"format": 1, "verbatim": "0.0"}))
    with pytest.raises(IndexDamaged, match=r"Verbatim 0\.0 wrote .* no longer reads.*verbatim index"):
        open_index(archive)
    report = build_index([archive.parent / "访谈"], archive, FakeEmbedding())
    assert report.indexed == ("桥", "灯塔")


def test_a_database_that_is_overwritten_while_it_is_open_is_damage(archive: Path) -> None:
    with open_index(archive) as index:
        path = next(archive.glob("generation-*/archive.sqlite"))
        with path.open("rb+") as file:
            file.write(b"\xff" * path.stat().st_size)
        with pytest.raises(IndexDamaged, match=r"archive\.sqlite"):
            read_everything(index)


def test_an_opened_index_stays_what_it_was_while_new_ones_are_built(archive: Path) -> None:
    with open_index(archive) as index:
        for subject in ("山路", "水井"):
            write_interview(archive.parent / "访谈" / "灯塔.md", "林岚", subject)
            build_index([archive.parent / "访谈"], archive, FakeEmbedding())
        read_everything(index)  # loads files of a generation that is no longer the current one
        assert "灯塔" in index.text("灯塔")
    with open_index(archive) as index:
        assert "水井" in index.text("灯塔")
    write_interview(archive.parent / "访谈" / "灯塔.md", "林岚", "灯塔")
    build_index([archive.parent / "访谈"], archive, FakeEmbedding())
    assert len(list(archive.glob("generation-*"))) == 1  # nobody reads the others any more


def test_a_reader_that_read_the_pointer_just_before_a_build_reads_it_again(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = [generations.read_pointer(archive)]
    write_interview(archive.parent / "访谈" / "灯塔.md", "林岚", "水井")
    build_index([archive.parent / "访谈"], archive, FakeEmbedding())
    assert not (archive / stale[0].generation).exists()
    read_pointer = generations.read_pointer
    monkeypatch.setattr(generations, "read_pointer", lambda folder: stale.pop() if stale else read_pointer(folder))
    with open_index(archive) as index:
        assert "水井" in index.text("灯塔")
    assert not stale


def test_readers_find_a_whole_index_whenever_they_come(archive: Path) -> None:
    done = threading.Event()
    opened: list[str] = []

    def read() -> None:
        while not done.is_set():
            with open_index(archive) as index:
                read_everything(index)
                opened.append(index.generation)

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for number in range(8):
            write_interview(archive.parent / "访谈" / "灯塔.md", "林岚", f"第{number}座灯塔")
            build_index([archive.parent / "访谈"], archive, FakeEmbedding())
        done.set()
        for reader in readers:
            reader.result()
    assert len(set(opened)) > 1
