"""Which files a build takes, which it names as refused, and what the interviews are called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fake_embedding import FakeEmbedding, interview, write_interview
from hypothesis import given
from hypothesis import strategies as st
from index_checks import assert_answers

from index.build import build_index, remove_documents
from index.collect import Collection, collect, name_documents
from index.errors import IndexMissing, InputError
from index.plan import make_plan
from index.readers import SUFFIXES
from index.store import open_index

PART = st.sampled_from(["a", "b", "a.md", "b.md"])
PATHS = st.builds(
    lambda folders, stem, suffix: Path("/", *folders, stem + suffix),
    st.lists(PART, max_size=3),
    st.sampled_from(["a", "b", "a.md"]),
    st.sampled_from([".md", ".txt"]),
)


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
        for name in ("a.mp3", "b.MP3", "c.mp3", "d.mp3", "e.jpg"):
            (talks / name).write_bytes(b"\0")
        (talks / "broken.md").symlink_to(talks / "nowhere.md")
        os.mkfifo(talks / "pipe.txt")
        report = build_index([talks], folder, FakeEmbedding())
        assert set(report.indexed) == {"灯塔", "桥"}
        assert len(report.warnings) == 2
        assert ".jpg" in report.warnings[0] and "e.jpg" in report.warnings[0]
        assert ".mp3" in report.warnings[1] and "and 1 more" in report.warnings[1]
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
        (talks / "half.pdf").write_bytes(b"%PDF")
        (talks / "package.json").write_text('{"name": "talks"}', encoding="utf-8")
        (talks / "talk.mp3").write_bytes(b"ID3")
        report = build_index([talks, talks / "talk.mp3"], folder, FakeEmbedding())
        assert set(report.indexed) == {"灯塔", "桥"}
        reasons = {Path(refused.path).name: refused.reason for refused in report.refused}
        assert set(reasons) == {"empty.md", "image.txt", "half.pdf", "package.json", "talk.mp3"}
        assert "empty" in reasons["empty.md"] and ".mp3" in reasons["talk.mp3"]
        assert "no transcript in a shape" in reasons["package.json"]
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

    def test_what_a_browser_saved_along_with_a_page_is_left_out(self, talks: Path) -> None:
        for name in ("井.html", "井_files/frame.html", "井_files/data.json", "other_files/塔.md"):
            (talks / name).parent.mkdir(exist_ok=True)
            (talks / name).write_text("x", encoding="utf-8")
        found = collect([talks], talks / "index")
        assert {path.name for path in found.files} == {"灯塔.md", "桥.txt", "井.html", "塔.md"}
        assert not found.others and not found.refused

    def test_loops_of_links_end(self, talks: Path) -> None:
        (talks / "deep").mkdir()
        (talks / "deep" / "up").symlink_to(talks)
        (talks / "self.md").symlink_to(talks / "self.md")
        (talks / "circle").symlink_to(talks / "circle")
        found = collect([talks], talks / "index")
        assert {path.name for path in found.files} == {"灯塔.md", "桥.txt"}
        assert {Path(refused.path).name: refused.reason for refused in found.refused} == {
            "self.md": "cannot be opened (a loop of links)"
        }

    def test_every_format_has_its_suffixes(self, tmp_path: Path) -> None:
        for suffix in SUFFIXES:
            (tmp_path / f"talk{suffix.upper()}").write_bytes(b"x")
        assert len(collect([tmp_path], tmp_path / "index").files) == len(SUFFIXES)
        (tmp_path / "empty").mkdir()
        with pytest.raises(InputError, match=r"Verbatim reads \.ass, \.docx, .*\.vtt"):
            collect([tmp_path / "empty"], tmp_path / "index")


class TestNames:
    def test_one_talk_in_two_formats_has_two_names(self, tmp_path: Path) -> None:
        files = [tmp_path / "talks" / name for name in ("talk.srt", "talk.docx", "other.pdf")]
        assert name_documents(files, {}) == {
            files[0]: "talks/talk.srt",
            files[1]: "talks/talk.docx",
            files[2]: "other",
        }

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


def test_a_link_to_a_folder_around_is_named_and_not_followed(tmp_path: Path) -> None:
    talks = tmp_path / "mine" / "talks"
    talks.mkdir(parents=True)
    (talks / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "foreign.txt").write_text("b", encoding="utf-8")
    (talks / "up").symlink_to("../..")
    found = collect([talks], tmp_path / "index")
    assert [file.name for file in found.files] == ["a.txt"]
    [refused] = found.refused
    assert refused.path.endswith("up")
    assert "around" in refused.reason
