"""Building in Milvus: what changed is written, what is killed goes on, and readers see one state or the next."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from fake_embedding import FakeEmbedding, interview, write_interview
from index_checks import run

from index.build import build_index
from index.errors import IndexFromNewerVersion, IndexLocked, IndexMissing, InputError, StorageError
from index.store import open_index

pytest.importorskip("pymilvus", reason="the extra verbatim[milvus] is not installed")
pytest.importorskip("milvus_lite", reason="milvus-lite has no wheel for this platform")

from index.milvus import open_milvus, version_in_milvus
from index.milvus_build import build_in_milvus, remove_from_milvus
from index.milvus_client import Milvus
from index.milvus_lock import writer_claim
from index.milvus_place import parse_place
from index.milvus_records import Records, packed, unpacked

NAMES = count()
SUBJECTS = {"灯塔": "林岚", "桥": "周桥", "茶园": "陈田", "harbour": "Ann Lee"}
BUILD = """
import sys, time
from pathlib import Path
from fake_embedding import FakeEmbedding
from index import milvus_lock, milvus_write
from index.milvus_build import build_in_milvus

class Stuck(FakeEmbedding):
    def encode_passages(self, texts, progress=None):
        if self.given and len(self.given) > int(sys.argv[3]):
            print("stuck", flush=True)
            time.sleep(60)
        return super().encode_passages(texts, progress)

milvus_lock.HELD_SECONDS = 1.0
milvus_write.AT_ONCE = 1
build_in_milvus([Path(sys.argv[1])], sys.argv[2], Stuck())
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Milvus that several processes can talk to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    folder = str(tmp_path_factory.mktemp("server"))
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", folder, "--port", str(port)]
    command += ["--host", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 30
            while time.monotonic() < until:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield port
        finally:
            process.kill()


@pytest.fixture
def store(server: int) -> str:
    """A place for an index of its own."""
    return f"milvus://127.0.0.1:{server}/t{next(NAMES)}"


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    for doc, guest in SUBJECTS.items():
        write_interview(tmp_path / "talks" / f"{doc}.md", guest, doc)
    return tmp_path / "talks"


def records_at(store: str) -> Records:
    return Records(Milvus(parse_place(store)))


def assert_answers(store: str, *docs: str) -> None:
    """The index is whole, holds these interviews, and nothing else is left in Milvus."""
    with open_milvus(store) as index:
        index.check()
        assert sorted(index.docs) == sorted(docs)
        assert len(index.passage_vectors) == len(index.passages) > 0
        counts = [index.milvus.count(collection) for collection in index.data.all()]
        assert counts == [len(index.passages), len(index.sentences), len(index.passages)]
        assert index.records.numbers("row", index.state.last) == index.numbers


def test_unchanged_files_cost_nothing(talks: Path, store: str) -> None:
    first = build_in_milvus([talks], store, FakeEmbedding())
    assert (sorted(first.indexed), first.interviews) == (sorted(SUBJECTS), 4)
    before = version_in_milvus(store)
    again = FakeEmbedding()
    report = build_in_milvus([talks], store, again)
    assert (report.indexed, sorted(report.unchanged)) == ((), sorted(SUBJECTS))
    assert again.given == []
    assert version_in_milvus(store) == before
    assert_answers(store, *SUBJECTS)


def test_a_changed_file_takes_the_place_of_the_old_one(talks: Path, store: str, tmp_path: Path) -> None:
    build_in_milvus([talks], store, FakeEmbedding())
    before = version_in_milvus(store)
    said = "我们还修了一条新路。"
    (talks / "桥.md").write_text(interview("周桥", "桥").replace("才知道问题在哪里。", f"才知道问题在哪里。{said}", 1))
    embedding = FakeEmbedding()
    report = build_in_milvus([talks], store, embedding)
    assert report.indexed == ("桥",)
    assert 0 < len(embedding.given) < 10  # what stayed as it was is not embedded again
    assert version_in_milvus(store) != before
    assert_answers(store, *SUBJECTS)
    build_index([talks], tmp_path / "index", FakeEmbedding())
    with open_milvus(store) as index, open_index(tmp_path / "index") as folder:
        assert said in index.text("桥")
        assert index.documents() == folder.documents()
        assert index.lexical.has("新路") and not index.lexical.has("旧路")
        for question in ("新路", "灯塔遇到的困难", "harbour"):
            assert index.lexical.coverage(question) == pytest.approx(folder.lexical.coverage(question))
        assert index.passages[int(index.lexical.nearest("新路", 1)[0])].doc == "桥"


def test_files_that_are_gone_leave(talks: Path, store: str) -> None:
    build_in_milvus([talks], store, FakeEmbedding())
    (talks / "harbour.md").unlink()
    report = build_in_milvus([talks], store, FakeEmbedding())
    assert report.removed == ("harbour",)
    assert_answers(store, "灯塔", "桥", "茶园")
    with open_milvus(store) as index:
        assert not index.lexical.has("harbour")
        assert index.aliases() and all(person != "Ann Lee" for person, _ in index.aliases())


def test_what_is_removed_is_gone_and_with_the_last_one_the_index(talks: Path, store: str) -> None:
    build_in_milvus([talks], store, FakeEmbedding())
    with pytest.raises(InputError, match="No interview is called"):
        remove_from_milvus(["nobody"], store)
    report = remove_from_milvus(["桥", "桥"], store)
    assert (report.removed, report.interviews) == (("桥",), 3)
    assert_answers(store, "灯塔", "茶园", "harbour")
    assert remove_from_milvus(["灯塔", "茶园", "harbour"], store).interviews == 0
    with pytest.raises(IndexMissing):
        open_milvus(store)
    with pytest.raises(IndexMissing):
        remove_from_milvus(["桥"], store)
    milvus = Milvus(parse_place(store))
    assert milvus.collections() == []
    milvus.close()


def test_a_build_that_is_killed_goes_on_where_it_stopped(talks: Path, store: str) -> None:
    whole = FakeEmbedding()
    build_in_milvus([talks], f"{store}_whole", whole)
    process = run(BUILD, talks, store, len(whole.given) // 3)
    assert process.stdout is not None and process.stdout.readline() == "stuck\n"
    process.kill()
    process.communicate()
    with pytest.raises(IndexMissing):  # half an index is none
        open_milvus(store)
    rest = FakeEmbedding()
    report = build_in_milvus([talks], store, rest)
    assert sorted(report.indexed) == sorted(SUBJECTS)
    assert 0 < len(rest.given) < len(whole.given) * 3 // 4
    assert_answers(store, *SUBJECTS)
    with open_milvus(store) as index, open_milvus(f"{store}_whole") as other:
        assert index.documents() == other.documents()
        for term in ("灯塔", "harbour", "难"):
            assert index.lexical.coverage(f"{term} zyxwv") == pytest.approx(other.lexical.coverage(f"{term} zyxwv"))


def test_while_it_is_built_anew_the_old_one_answers(talks: Path, store: str) -> None:
    build_in_milvus([talks], store, FakeEmbedding())
    before = version_in_milvus(store)
    for number in range(3):
        write_interview(talks / f"more{number}.md", "林岚", f"海{number}岛")
    process = run(BUILD, talks, store, 10)
    assert process.stdout is not None and process.stdout.readline() == "stuck\n"
    with pytest.raises(IndexLocked, match="is being written by process"):
        build_in_milvus([talks], store, FakeEmbedding(), wait=0)
    with open_milvus(store) as index:
        index.check()
        assert sorted(index.docs) == sorted(SUBJECTS)
        vector = FakeEmbedding().encode("海")
        assert {index.passages[row].doc for row in index.passage_vectors.nearest(vector, 50)} <= set(SUBJECTS)
    process.kill()
    process.communicate()
    assert version_in_milvus(store) == before
    build_in_milvus([talks], store, FakeEmbedding())
    assert_answers(store, *SUBJECTS, "more0", "more1", "more2")


def test_another_embedding_embeds_everything_again(talks: Path, store: str) -> None:
    build_in_milvus([talks], store, FakeEmbedding())
    build_in_milvus([talks], store, FakeEmbedding("other", 12))
    assert_answers(store, *SUBJECTS)
    with open_milvus(store) as index:
        assert (index.embedding, index.passage_vectors.dimensions) == ("other", 12)
        np.testing.assert_allclose(np.linalg.norm(index.passage_vectors.vectors(np.arange(3)), axis=1), 1, atol=1e-5)
        assert len([c for c in index.milvus.collections() if "_passages_" in c]) == 1


def test_an_opened_index_keeps_its_state(talks: Path, store: str) -> None:
    build_in_milvus([talks], store, FakeEmbedding())
    with open_milvus(store) as index:
        scores = index.passage_vectors.scores(FakeEmbedding().encode("灯塔"))
        remove_from_milvus(["桥"], store)
        assert "桥" in index.docs
        later = index.passage_vectors.scores(FakeEmbedding().encode("灯塔"))
        mine = slice(*index.passages_of["桥"])
        assert (later[mine] == -1).all()
        np.testing.assert_allclose(np.delete(later, mine), np.delete(scores, mine), atol=1e-6)
        with pytest.raises(StorageError, match="Ask again"):
            index.text("桥")


def test_a_people_file_counts(talks: Path, store: str) -> None:
    build_in_milvus([talks], store, FakeEmbedding())
    (talks / "people.toml").write_text('[[person]]\nname = "林岚"\naliases = ["林岚", "阿岚"]\n', encoding="utf-8")
    report = build_in_milvus([talks], store, FakeEmbedding())
    assert report.indexed == ()
    with open_milvus(store) as index:
        assert ("林岚", "阿岚") in index.aliases()


def test_what_cannot_be_read_is_named_and_stays_as_it_was(talks: Path, store: str) -> None:
    build_in_milvus([talks], store, FakeEmbedding())
    (talks / "桥.md").write_bytes(b"")
    report = build_in_milvus([talks], store, FakeEmbedding())
    assert [Path(refused.path).name for refused in report.refused] == ["桥.md"]
    assert_answers(store, *SUBJECTS)


def test_one_milvus_holds_many_indexes(talks: Path, store: str) -> None:
    build_in_milvus([talks], store, FakeEmbedding())
    build_in_milvus([talks / "桥.md"], f"{store}_passages", FakeEmbedding())
    remove_from_milvus(["桥"], store)
    assert_answers(f"{store}_passages", "桥")
    assert_answers(store, "灯塔", "茶园", "harbour")


def test_who_waits_long_enough_writes(store: str) -> None:
    records = records_at(store)
    records.milvus.make_records(records.collection)
    records.milvus.load(records.collection)
    with writer_claim(records, 0), pytest.raises(IndexLocked, match="lapses at"), writer_claim(records, 0):
        pass
    with writer_claim(records, 0):
        pass
    claim = {"pid": 1, "host": "gone", "since": "yesterday", "until": time.time() + 0.4}
    records.write({("claim", 7): packed(claim)})
    with pytest.raises(IndexLocked, match="process 1 on gone since yesterday"), writer_claim(records, 0):
        pass
    with writer_claim(records, 5):  # it has lapsed by then
        pass
    records.milvus.close()


def test_a_foreign_collection_is_left_alone(talks: Path, store: str) -> None:
    milvus = Milvus(parse_place(store))
    milvus.make_vectors(f"{milvus.place.name}_records", 4)  # of the name, but not of records
    milvus._client.create_collection(f"{milvus.place.name}x_records", 4)
    with pytest.raises(InputError, match="is not Verbatim's"):
        build_in_milvus([talks], f"{store}x", FakeEmbedding())
    with pytest.raises(InputError, match="is not Verbatim's"):
        open_milvus(f"{store}x")
    milvus.close()


def test_an_index_of_a_newer_version_says_so(talks: Path, store: str) -> None:
    build_in_milvus([talks], store, FakeEmbedding())
    records = records_at(store)
    state = unpacked(records.read([("state", 0)])["state", 0])
    records.write({("state", 0): packed(state | {"format": 99, "verbatim": "9.9"})})
    records.milvus.close()
    with pytest.raises(IndexFromNewerVersion, match=r"Verbatim 9\.9"):
        open_milvus(store)


def test_where_nothing_listens_is_a_storage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.milvus_client.CONNECT_SECONDS", 1.0)
    with pytest.raises(StorageError, match="cannot be reached") as caught:
        open_milvus("milvus://ann:hunter2@127.0.0.1:9/talks")
    assert "hunter2" not in str(caught.value)


def test_without_pymilvus_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(StorageError, match=r"pip install 'verbatim\[milvus\]'"):
        open_milvus("milvus://127.0.0.1:9/talks")


def test_records_of_any_size_and_any_text(store: str) -> None:
    records = records_at(store)
    records.milvus.make_records(records.collection)
    records.milvus.load(records.collection)
    noise = np.random.default_rng(0).bytes(300_000)  # does not compress: several rows
    written = {("a", 1): noise, ("a", 2): b"", ("b", 1): packed("半\ud83d个\0字")}
    records.write(written)
    assert records.read([*written, ("c", 1)]) == written
    assert unpacked(written["b", 1]) == "半\ud83d个\0字"
    records.write({("a", 1): b"short"})
    assert records.read([("a", 1)]) == {("a", 1): b"short"}
    assert records.numbers("a", 0) == [1, 2]
    records.delete(("a",), [1])
    assert records.numbers("a", 0) == [2]
    records.milvus.close()


def test_the_same_interview_twice_is_said_of_both_whenever_it_comes(talks: Path, store: str) -> None:
    long = interview("林岚", "灯塔", exchanges=12)
    (talks / "灯塔.md").write_text(long, encoding="utf-8")
    build_in_milvus([talks], store, FakeEmbedding())
    (talks / "again.txt").write_text(long.replace("# ", ""), encoding="utf-8")
    build_in_milvus([talks], store, FakeEmbedding())
    with open_milvus(store) as index:
        assert {row.doc: row.same_as for row in index.documents() if row.same_as} == {
            "again": ("灯塔",),
            "灯塔": ("again",),
        }
    write_interview(talks / "later.md", "陈田", "海")
    build_in_milvus([talks], store, FakeEmbedding())
    with open_milvus(store) as index:
        assert index.document("again").same_as == ("灯塔",)
    remove_from_milvus(["灯塔"], store)
    with open_milvus(store) as index:
        assert index.document("again").same_as == ()
