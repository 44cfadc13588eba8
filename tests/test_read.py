"""Reading whole corpora: what becomes a document, what a reject, under which id and with what place."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coder.errors import InputError
from coder.read import READERS, SeenIds, iter_corpus, list_files, load_manifest, read_corpus, read_file
from coder.records import Document, Reject, RejectReason

NEWS = "France sent aid to Kenya on Monday."


def read(path: Path) -> tuple[list[Document], list[Reject]]:
    rejects: list[Reject] = []
    return list(read_corpus(path, on_reject=rejects.append)), rejects


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def only_reject(corpus: Path) -> Reject:
    documents, rejects = read(corpus)
    assert documents == []
    assert len(rejects) == 1, rejects
    assert rejects[0].stage == "read"
    return rejects[0]


def only_document(corpus: Path) -> Document:
    documents, rejects = read(corpus)
    assert rejects == []
    assert len(documents) == 1
    return documents[0]


# --- text files and front matter


def test_front_matter_gives_the_fields_and_is_no_part_of_the_text(tmp_path: Path) -> None:
    write(
        tmp_path / "a.md",
        "---\nid: 007\ndate: 2024-03-12\nsource: The Daily Planet\nurl: https://example.org/a\n"
        f"Title: 'Aid: a start'\nlanguage: en\nmood: grim\n---\n\n{NEWS}\n",
    )
    document = only_document(tmp_path)
    assert document.id == "007"
    assert str(document.publication_date) == "2024-03-12"
    assert not document.date_inferred
    assert (document.publisher, document.title, document.language) == ("The Daily Planet", "Aid: a start", "en")
    assert document.url == "https://example.org/a"
    assert document.text == f"\n{NEWS}\n"
    assert document.path == "a.md"


@pytest.mark.parametrize(
    ("front", "line", "words"),
    [
        ("id: a\ndate: !!python/object/apply:os.system ['touch {}']", 3, "python/object/apply"),
        ("id: a\ntitle: Talks: a start", 3, "quote values with a colon"),
        ("id: a\nurl: [unclosed", 3, "not YAML"),
        ("- id\n- date", 2, "key: value"),
        ("x: &a [1]\n*a : [", 3, "not YAML"),
    ],
)
def test_bad_front_matter_is_rejected_with_its_line(tmp_path: Path, front: str, line: int, words: str) -> None:
    trap = tmp_path / "trap"
    write(tmp_path / "corpus" / "a.txt", f"---\n{front.format(trap)}\n---\n{NEWS}\n")
    reject = only_reject(tmp_path / "corpus")
    assert reject.reason is RejectReason.BAD_FRONT_MATTER
    assert words in reject.detail
    assert abs((reject.line or 0) - line) <= 1
    assert not trap.exists()


def test_front_matter_without_end_is_rejected(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", f"---\ndate: 2024-03-12\n{NEWS}\n")
    reject = only_reject(tmp_path)
    assert (reject.reason, reject.line) == (RejectReason.BAD_FRONT_MATTER, 1)
    assert "close it" in reject.detail


def test_a_rule_above_the_text_is_no_front_matter(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", f"---\n{NEWS}\n---\nMore of it.\n")
    assert only_document(tmp_path).text == f"---\n{NEWS}\n---\nMore of it.\n"


def test_only_line_endings_and_the_mark_at_the_start_change(tmp_path: Path) -> None:
    text = "\u200fوزير\u200b met\u00a0Ünal  ‏today\u2028\tin Ankara ."
    write(tmp_path / "a.txt", b"\xef\xbb\xbf" + f"{text}\r\nA second line.\rA third.".encode())
    assert only_document(tmp_path).text == f"{text}\nA second line.\nA third."


# --- encodings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
def test_encodings_are_recognised(tmp_path: Path, encoding: str) -> None:
    text = "The café in São Paulo was closed after Müller met Núñez in Genève, officials said on Monday."
    write(tmp_path / "a.txt", text.encode(encoding))
    assert only_document(tmp_path).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "The minister said: “We won’t go to Geneva” – and left."),
        ("mac-roman", "The minister said: “We won’t go to Geneva today” and left."),
        ("cp1251", "Президент России Владимир Путин встретился в Москве с президентом Сирии Башаром Асадом в среду."),
        ("cp1256", "التقى الرئيس الروسي بوتين مع الرئيس السوري الأسد في موسكو يوم الأربعاء لبحث القضايا الرئيسية"),
        (
            "shift_jis",
            "ロシアのプーチン大統領は水曜日にモスクワでシリアのアサド大統領と会談し、主要な問題について話し合った。",
        ),
    ],
)
def test_legacy_encodings_by_their_look(tmp_path: Path, encoding: str, text: str) -> None:
    write(tmp_path / "a.txt", text.encode(encoding))
    assert only_document(tmp_path).text == text


def test_one_bad_byte_does_not_turn_utf8_into_something_else(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "“Never,” Şahin said; “we’ll see.” ".encode() + b"\xff" + " The café closed.".encode())
    assert only_document(tmp_path).text == "“Never,” Şahin said; “we’ll see.” \ufffd The café closed."


def test_utf8_cut_off_in_the_last_character(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Şahin met Núñez in Genève".encode()[:-3])
    assert only_document(tmp_path).text.startswith("Şahin met Núñez in Gen")


def test_nul_and_half_surrogates_are_replaced_one_for_one(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Iran\x00 struck Iraq.")
    write(tmp_path / "b.jsonl", '{"text": "Iran \\ud800 struck \\ud83d\\ude00 Iraq."}')
    first, second = read(tmp_path)[0]
    assert first.text == "Iran  struck Iraq."
    assert second.text == "Iran \ufffd struck \U0001f600 Iraq."
    assert second.text.index("struck") == len("Iran x ")


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"", RejectReason.EMPTY, "empty"),
        (b" \n\t\n", RejectReason.EMPTY, "no text"),
        ("\ufeff\u200b\u200f".encode(), RejectReason.EMPTY, "no text"),
        (b"%PDF-1.7 and so on", RejectReason.UNSUPPORTED, "PDF"),
        (b"\x89PNG\r\n\x1a\n", RejectReason.UNSUPPORTED, "PNG"),
        (bytes(range(256)) * 20, RejectReason.ENCODING, "binary"),
        (gzip.compress(b"text", mtime=0), RejectReason.UNSUPPORTED, ".gz suffix"),
    ],
)
def test_what_is_no_text_is_rejected(tmp_path: Path, content: bytes, reason: RejectReason, words: str) -> None:
    write(tmp_path / "a.txt", content)
    reject = only_reject(tmp_path)
    assert reject.reason is reason
    assert words in reject.detail
    assert reject.path == "a.txt"


# --- gzip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", NEWS),
        ("a.md", f"---\ntitle: Aid\n---\n{NEWS}"),
        ("a.html", f"<html><body><p>{NEWS}</p></body></html>"),
        ("a.jsonl", json.dumps({"id": "a", "text": NEWS})),
        ("a.csv", f"id,text\na,{NEWS}\n"),
    ],
)
def test_gzipped_files_are_read_as_the_plain_ones(tmp_path: Path, name: str, content: str) -> None:
    write(tmp_path / "plain" / name, content)
    write(tmp_path / "zipped" / f"{name}.gz", gzip.compress(content.encode()))
    plain, zipped = only_document(tmp_path / "plain"), only_document(tmp_path / "zipped")
    assert (plain.id, plain.text.strip()) == (zipped.id, zipped.text.strip()) == ("a", NEWS)


def test_truncated_gzip(tmp_path: Path) -> None:
    whole = gzip.compress(os.urandom(2000).hex().encode())
    write(tmp_path / "a.txt.gz", whole[: len(whole) // 2])
    write(tmp_path / "b.txt.gz", b"not gzip at all")
    rejects = read(tmp_path)[1]
    assert [reject.reason for reject in rejects] == [RejectReason.UNREADABLE] * 2
    assert "breaks off" in rejects[0].detail
    assert "drop the .gz suffix" in rejects[1].detail


def test_rows_before_the_break_of_a_gzip_are_kept(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"d{i}", "text": os.urandom(400).hex()}) for i in range(2000)]
    whole = gzip.compress("\n".join(lines).encode())
    write(tmp_path / "a.jsonl.gz", whole[: len(whole) // 2])
    documents, rejects = read(tmp_path)
    assert 500 < len(documents) < 1500
    assert rejects[-1].reason is RejectReason.UNREADABLE
    assert rejects[-1].line == len(documents) + 1


# --- ids, paths and links


def test_ids_default_to_the_path_without_suffix(tmp_path: Path) -> None:
    write(tmp_path / "2024" / "a.b.txt", NEWS)
    write(tmp_path / "rows.jsonl", '{"text": "One."}\n\n{"text": "Two.", "id": 12}\n{"text": "Three."}')
    assert [document.id for document in read(tmp_path)[0]] == ["2024/a.b", "rows#1", "12", "rows#4"]


def test_the_later_of_two_documents_with_one_id_is_rejected_with_both_places(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", '{"id": "x", "text": "One."}\n{"id": "x", "text": "Two."}')
    write(tmp_path / "x.txt", NEWS)
    documents, rejects = read(tmp_path)
    assert [document.text for document in documents] == ["One."]
    assert {reject.reason for reject in rejects} == {RejectReason.DUPLICATE_ID}
    assert "a.jsonl:1" in rejects[0].detail
    assert "a.jsonl:2" in rejects[0].detail
    assert "a.jsonl:1" in rejects[1].detail
    assert "x.txt" in rejects[1].detail


def test_ids_are_compared_across_files_read_one_by_one(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", NEWS)
    write(tmp_path / "b.jsonl", '{"id": "a", "text": "Two."}')
    seen = SeenIds()
    items = [item for file in list_files(tmp_path) for item in read_file(file, tmp_path, seen=seen)]
    assert isinstance(items[0], Document)
    assert isinstance(items[1], Reject)
    assert items == list(iter_corpus(tmp_path))


def test_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "secret.txt", "Secret.")
    corpus = tmp_path / "corpus"
    write(corpus / "a.txt", NEWS)
    (corpus / "out.txt").symlink_to(tmp_path / "secret.txt")
    (corpus / "loop").symlink_to(corpus, target_is_directory=True)
    (corpus / "self.txt").symlink_to(corpus / "self.txt")
    documents, rejects = read(corpus)
    assert [document.id for document in documents] == ["a"]
    assert {(reject.path, reject.reason) for reject in rejects} == {
        ("out.txt", RejectReason.UNSAFE_PATH),
        ("loop", RejectReason.UNSAFE_PATH),
        ("self.txt", RejectReason.UNSAFE_PATH),
    }


def test_a_file_behind_a_linked_folder_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "outside" / "a.txt", "Secret.")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "in").symlink_to(tmp_path / "outside")
    (item,) = read_file(tmp_path / "corpus" / "in" / "a.txt", tmp_path / "corpus")
    assert isinstance(item, Reject)
    assert item.reason is RejectReason.UNSAFE_PATH


def test_a_named_pipe_does_not_stop_the_reading(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert only_reject(tmp_path).reason is RejectReason.UNREADABLE


def test_odd_file_names_give_ids_of_one_valid_line(tmp_path: Path) -> None:
    write(tmp_path / "two\nlines.txt", NEWS)
    write(tmp_path / "naïve وزير.txt", NEWS)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.txt")).write_text(NEWS)
    documents, _ = read(tmp_path)
    assert sorted(document.id for document in documents) == ["bad%FF", "naïve وزير", "two%0Alines"]
    assert all(document.path and document.path.encode("utf-8") for document in documents)


def test_files_are_listed_in_one_order_without_what_is_no_input(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a.txt", "README.md", ".hidden.txt", ".git/x.txt", "_SUCCESS", "manifest.csv"):
        write(tmp_path / name, "file\n")
    assert [str(file.relative_to(tmp_path)) for file in list_files(tmp_path)] == ["a/z.txt", "a.txt", "b.txt"]


def test_a_missing_corpus_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder") as caught:
        iter_corpus(tmp_path / "nothing")
    assert caught.value.hint


@pytest.mark.parametrize(("name", "words"), [("a.xml", "XML"), ("a.pdf", ".txt"), ("a.json", ".jsonl"), ("a", ".txt")])
def test_other_formats_are_rejected_with_a_way_out(tmp_path: Path, name: str, words: str) -> None:
    if name == "a.xml" and ".xml" in READERS:
        pytest.skip("XML is read by a module of its own")
    write(tmp_path / name, NEWS)
    reject = only_reject(tmp_path)
    assert reject.reason is RejectReason.UNSUPPORTED
    assert words in reject.detail


def test_a_file_is_a_corpus_of_its_own(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", NEWS)
    write(tmp_path / "b.txt", NEWS)
    write(tmp_path / "manifest.csv", "file,date\na.txt,2024-03-12\ngone.txt,2024-03-12\n")
    (tmp_path / "link.txt").symlink_to(tmp_path / "b.txt")
    document = only_document(tmp_path / "a.txt")
    assert (document.id, str(document.publication_date)) == ("a", "2024-03-12")
    assert only_document(tmp_path / "link.txt").id == "link"


# --- manifest


def test_the_manifest_goes_before_what_the_file_says(tmp_path: Path) -> None:
    write(tmp_path / "sub" / "a.txt", f"---\nid: old\ndate: 2020-01-01\ntitle: Kept\n---\n{NEWS}")
    write(
        tmp_path / "manifest.csv",
        "\ufefffile;id;date;publisher;url;title\r\nsub\\a.txt;new;2024-03-12;The Daily Planet;;\r\n",
    )
    document = only_document(tmp_path)
    assert (document.id, str(document.publication_date), document.title) == ("new", "2024-03-12", "Kept")
    assert document.publisher == "The Daily Planet"


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "a/../../secret.txt", "C:\\secret.txt", "out.txt"])
def test_manifest_paths_that_leave_the_corpus(tmp_path: Path, path: str) -> None:
    write(tmp_path / "secret.txt", "Secret.")
    corpus = tmp_path / "corpus"
    write(corpus / "a.txt", NEWS)
    write(corpus / "manifest.csv", f"file,date\n{path},2024-03-12\na.txt,2024-03-13\n")
    if path == "out.txt":
        (corpus / path).symlink_to(tmp_path / "secret.txt")
    manifest = load_manifest(corpus)
    assert [(reject.reason, reject.line) for reject in manifest.rejects] == [(RejectReason.UNSAFE_PATH, 2)]
    assert list(manifest.fields) == ["a.txt"]
    assert "Secret." not in str(read(corpus)[0])


def test_manifest_lines_that_cannot_be_used_are_listed(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", NEWS)
    write(tmp_path / "manifest.csv", "file,date\na.txt,soon\na.txt,2024-03-12\ngone.txt,2024-03-12\n,2024-01-01\n")
    documents, rejects = read(tmp_path)
    assert documents[0].publication_date is None
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (2, RejectReason.BAD_DATE),
        (3, RejectReason.BAD_RECORD),
        (4, RejectReason.UNREADABLE),
        (5, RejectReason.BAD_RECORD),
    ]


def test_a_manifest_without_a_file_column_is_not_used(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", NEWS)
    write(tmp_path / "manifest.csv", "name,date\na.txt,2024-03-12\n")
    documents, rejects = read(tmp_path)
    assert documents[0].publication_date is None
    assert "'file'" in rejects[0].detail


def test_the_manifest_fills_what_rows_leave_open(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", '{"text": "One.", "date": "2024-01-01"}\n{"text": "Two."}')
    write(tmp_path / "manifest.csv", "file,id,date\na.jsonl,all,2024-03-12\n")
    assert [(d.id, str(d.publication_date)) for d in read(tmp_path)[0]] == [
        ("a#1", "2024-01-01"),
        ("a#2", "2024-03-12"),
    ]


# --- size


_COUNT_AND_GROWTH = """
import resource, sys
from pathlib import Path
from coder.read import iter_corpus

corpus = iter_corpus(Path(sys.argv[1]))
next(corpus)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = 1 + sum(1 for _ in corpus)
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def count_and_growth(corpus: Path) -> tuple[int, int]:
    """How many items a corpus gives in a process of its own, and by how many KiB the process grows over them."""
    root = Path(__file__).parent.parent
    run = subprocess.run(
        [sys.executable, "-c", _COUNT_AND_GROWTH, str(corpus)], cwd=root, capture_output=True, text=True, check=True
    )
    count, growth = run.stdout.split()
    return int(count), int(growth)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in KiB on Linux alone")
@pytest.mark.parametrize(("documents", "sentences"), [(100_000, 1), (3_000, 800)])
def test_many_documents_stream_in_flat_memory(tmp_path: Path, documents: int, sentences: int) -> None:
    file = tmp_path / "a.jsonl"
    with file.open("w") as lines:
        for number in range(documents):
            record = {
                "id": str(number),
                "date": "2024-03-12",
                "text": f"Raid {number}. " + "Iran struck Iraq. " * sentences,
            }
            lines.write(json.dumps(record) + "\n")
    count, growth = count_and_growth(file)
    assert count == documents
    # What may stay is an id a document; kept, the documents would take 70 MiB and more.
    assert growth < 30 << 10


def test_fifty_megabytes_in_one_line(tmp_path: Path) -> None:
    sentence = "The minister said that talks in Geneva would go on. "
    text = sentence * (50_000_000 // len(sentence)) + "(Photo by A. Dupont / AFP via Getty Images)"
    write(tmp_path / "a.txt", text)
    document = only_document(tmp_path)
    assert len(document.text) == len(text)
    assert [document.text[start:end] for start, end in document.furniture] == [
        "(Photo by A. Dupont / AFP via Getty Images)"
    ]


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    for number in range(5):
        write(
            tmp_path / f"{number}.html",
            f"<html><body><article><p>{NEWS}</p><p>Raid {number}.</p></article></body></html>",
        )
    assert list(iter_corpus(tmp_path)) == list(iter_corpus(tmp_path))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([".txt", ".jsonl", ".csv", ".html", ".parquet", ".txt.gz", ".jsonl.gz"]),
    st.binary(max_size=60),
    st.sampled_from(
        [b"", b"---\nid: a\n", b'{"text": "', b'id,text\na,"', b"<p>", b"PAR1", b"\x1f\x8b\x08\x00", b"\xff\xfe"]
    ),
)
def test_whatever_the_bytes_something_is_said_of_them(tmp_path: Path, suffix: str, data: bytes, start: bytes) -> None:
    file = write(tmp_path / f"a{suffix}", start + data)
    items = list(iter_corpus(file))
    assert items
    for item in items:
        words = item.text + item.id if isinstance(item, Document) else item.detail
        assert words.strip()
        assert words.encode("utf-8")
