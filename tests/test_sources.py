"""Sources: which files are read, under which names and in which encodings, and which are rejected."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import SourceError
from qa.index import Index
from qa.reading.files import read_sources, source_from_bytes, source_from_text, sources_from_bytes
from qa.text.source import Source, clean_name

SHARED = Path(__file__).resolve().parents[2] / "shared"

JA = "昨年の秋、市の図書館は新しい建物に移りました。蔵書は約二十万冊で、駅から歩いて五分ほどの場所にあります。"
ZH = "去年秋天，市图书馆搬进了新的大楼。这里有二十万册藏书，从车站步行五分钟就可以到，人们都很喜欢来这里看书。"
TW = "去年秋天，市立圖書館搬進了新的大樓。這裡有二十萬冊藏書，從車站步行五分鐘就可以到，人們都很喜歡來這裡看書。"
KO = "작년 가을에 시립 도서관이 새 건물로 옮겼습니다. 장서는 약 이십만 권이고 역에서 걸어서 오 분 거리에 있습니다."
FR = "L’automne dernier, la bibliothèque a déménagé près de la gare. Elle possède déjà deux cent mille œuvres."
DE = "Im Herbst zog die städtische Bücherei in ein größeres Gebäude, fünf Gehminuten vom Bahnhof – für alle geöffnet."
RU = "Прошлой осенью городская библиотека переехала в новое здание, в пяти минутах ходьбы от вокзала."
TH = "เมื่อฤดูใบไม้ร่วงปีที่แล้ว ห้องสมุดของเมืองได้ย้ายไปอยู่ที่อาคารใหม่ใกล้สถานีรถไฟ"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((JA, e) for e in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932", "shift_jis")),
        *((JA, e) for e in ("euc_jp", "iso2022_jp")),
        *((ZH, e) for e in ("gb18030", "gbk", "gb2312", "utf-16-le", "utf-16-be")),
        *((TW, e) for e in ("big5", "cp950", "utf-16-be")),
        *((KO, e) for e in ("euc_kr", "cp949", "utf-16-le")),
        *((FR, e) for e in ("cp1252", "utf-16-le")),
        *((DE, e) for e in ("cp1252", "utf-16-be")),
        *((RU, e) for e in ("cp1251", "koi8_r", "iso8859_5")),
        (TH, "cp874"),
        ("plain words, nothing else", "utf-16-le"),
    ],
)
def test_a_text_is_read_in_the_encoding_it_was_written_in(text: str, encoding: str) -> None:
    text = f"{text}\r\n\r\n{text}\rABC 123\n"
    assert source_from_bytes("notes.txt", text.encode(encoding)).text == text


SHORT = {
    ("cp932", "euc_jp"): (
        "名前,電話,備考\n葵,03-1234,赤い箱\n", "会議の議事録", "東京都千代田区", "料金表：大人五百円、子供二百円",
        "株式会社 山田商店 御中", "第三条 会費", "平成三十年度決算報告書", "山田太郎", "水門の鍵は赤い箱にある。",
    ),
    ("gb18030",): (
        "会议记录", "水闸的钥匙在红箱子里。", "姓名,电话\n王芳,010-1234\n", "北京市海淀区", "价格表", "今天天气很好",
    ),
    ("big5",): ("會議紀錄", "水閘的鑰匙在紅箱子裡。", "姓名,電話\n王芳,02-1234\n", "臺北市中正區", "價目表"),
    ("euc_kr",): ("회의록", "수문의 열쇠는 빨간 상자에 있다.", "이름,전화\n김철수,02-123\n", "오늘 날씨가 좋다"),
    ("cp1251", "koi8_r", "iso8859_5", "cp866"): (
        "Протокол собрания", "Ключ лежит в красном ящике.", "Имя,Телефон\nИван,123\n", "Не курить", "Привет",
    ),
    ("cp1253",): ("Το κλειδί είναι στο κόκκινο κουτί.", "Καλημέρα"),
    ("cp1255",): ("המפתח בקופסה האדומה.", "פרוטוקול"),
    ("cp1256",): ("المفتاح في الصندوق الأحمر.", "محضر الاجتماع"),
    ("cp1252",): ("La clé est dans la boîte rouge.", "Der Schlüssel hängt dort.", "mañana", "It’s the “red box”."),
    ("cp1250",): ("Klucz jest w czerwonym pudełku, proszę zamknąć.", "Klíč je v červené krabici."),
    ("cp1254",): ("Anahtar kırmızı kutuda, şimdi açığız.", "İstanbul'da güneşli"),
    ("cp1257",): ("Raktas yra raudonoje dėžėje, ačiū už žinią.",),
}  # fmt: skip


@pytest.mark.parametrize(("encodings", "texts"), SHORT.items(), ids=lambda value: value[0] if value else "")
def test_a_text_of_a_few_words_is_read_in_its_encoding(encodings: tuple[str, ...], texts: tuple[str, ...]) -> None:
    read = {
        (text, encoding): source_from_bytes("a", text.encode(encoding)).text for text in texts for encoding in encodings
    }
    assert {text: found for (text, _), found in read.items() if found != text} == {}


WHOLE = "水門は朝の六時に開け、夕方の八時に閉める。水番は毎日水位を記す。\n"


@pytest.mark.parametrize(
    ("data", "text", "damaged", "first"),
    [
        (WHOLE.encode() + b"\xff" + WHOLE.encode(), f"{WHOLE}\ufffd{WHOLE}", 1, 98),
        (WHOLE.encode()[:-3], WHOLE[:-2] + "\ufffd", 1, 94),  # cut within a character
        (b"\x80" + WHOLE.encode(), "\ufffd" + WHOLE, 1, 1),
        (b"\xef\xbb\xbf" + WHOLE.encode() + b"\xe3\x81", WHOLE + "\ufffd", 1, 101),
        ("naïve caf".encode() + b"\xc3", "naïve caf\ufffd", 1, 11),
        (WHOLE.encode() + b"\xc0\xaf" + WHOLE.encode(), f"{WHOLE}\ufffd\ufffd{WHOLE}", 2, 98),
        (WHOLE.encode().replace("朝".encode(), b"\xe6\x9c"), WHOLE.replace("朝", "\ufffd"), 1, 10),
        (WHOLE.encode() + "\ufffd".encode() + b"\xfe", f"{WHOLE}\ufffd\ufffd", 1, 101),
        (b"\xed\xa0\x80" + WHOLE.encode(), "\ufffd" * 3 + WHOLE, 3, 1),  # half a surrogate pair
        (("Ключ лежит в ящике. " * 3).encode() + b"\xa0", "Ключ лежит в ящике. " * 3 + "\ufffd", 1, 106),
    ],
)  # fmt: skip
def test_a_text_in_utf_8_with_a_damaged_byte_is_read_and_the_place_is_told(
    data: bytes, text: str, damaged: int, first: int
) -> None:
    found = sources_from_bytes("a.txt", data)
    assert found.sources[0].text == text
    (remark,) = found.remarks
    assert (remark.key, remark.left_out, remark.values) == (
        "left.bytes", False, {"name": "a.txt", "count": damaged, "at": first}
    )  # fmt: skip
    assert f"byte {first}" in str(remark).replace("is byte", "byte")


@pytest.mark.skipif(not (SHARED / "cases/31").exists(), reason="needs the shared cases")
def test_the_shared_texts_with_a_damaged_byte_are_read() -> None:
    for name, at in (("utf8-truncated.txt", 546), ("utf8-badbyte.txt", 331)):
        found = sources_from_bytes(name, (SHARED / "cases/31" / name).read_bytes())
        assert found.sources[0].text.count("\ufffd") == 1 and found.remarks[0].values["at"] == at


def test_bytes_of_another_encoding_are_not_taken_for_damaged_utf_8() -> None:
    for text, encoding in ((JA, "cp932"), (KO, "euc_kr"), (FR, "cp1252"), (RU, "koi8_r")):
        assert not sources_from_bytes("a.txt", text.encode(encoding)).remarks


@pytest.mark.parametrize("codec", ["iso2022_jp", "iso2022_jp_ext"])
def test_mail_in_iso_2022_jp_may_hold_signs_of_microsoft_and_half_width_katakana(codec: str) -> None:
    before, after = "会議室は".encode(codec), "、受付は１階。ABC".encode(codec)
    circled = b"\x1b$B\x2d\x21\x1b(B"  # row 13 of JIS X 0208, which is NEC's
    kana = b"\x1b(I\x43\x5e\x39\x1b(B"
    text = source_from_bytes("mail.txt", before + circled + kana + after).text
    assert text == "会議室は①ﾃﾞｹ、受付は１階。ABC"


@pytest.mark.parametrize(
    "text",
    ["Über Escape \x1b(I und so weiter. ", "Terminal log \x1b(I more text.\n", "Its escape is \x1b$B and so on."],
)
def test_an_escape_within_another_text_changes_none_of_its_words(text: str) -> None:
    assert source_from_bytes("a.txt", (text * 3).encode()).text == text * 3


def test_escapes_that_are_no_encoding_are_not_taken_for_a_text() -> None:
    with pytest.raises(SourceError, match="encoding"):
        source_from_bytes("a.txt", b"abc \x1b$B\x21\x1b(B def")


def test_of_a_long_text_that_begins_in_ascii_the_encoding_is_told_by_the_rest() -> None:
    text = "plain words\n" * 200_000 + f"{JA}\n" * 10_000
    assert source_from_bytes("notes.txt", text.encode("euc_jp")).text == text


@pytest.mark.skipif(not (SHARED / "eval/jaquad_dev.json.gz").exists(), reason="needs the shared evaluation sets")
@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16-le", "iso2022_jp"])
def test_nearly_every_short_japanese_paragraph_is_read_right(encoding: str) -> None:
    passages = json.loads(gzip.decompress((SHARED / "eval/jaquad_dev.json.gz").read_bytes()))["passages"]
    samples = [text[:60].encode(encoding, "ignore") for text in passages[::15]]
    right = [source_from_bytes("a", data).text == data.decode(encoding) for data in samples]
    assert len(right) > 90
    assert sum(right) >= 0.98 * len(right)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])).filter(lambda text: text.strip("\ufeff \u3000").strip()))
def test_the_text_is_the_files_code_points_and_the_sha256_that_of_its_utf8(text: str) -> None:
    source = Source("a", text)
    assert source.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert source_from_bytes("a", b"\xef\xbb\xbf" + text.encode()).text == text
    assert source_from_text("a", "\ufeff" + text) == source


def test_a_byte_order_mark_is_not_part_of_the_text_but_one_inside_is() -> None:
    assert source_from_bytes("a", "\ufeffone\ufefftwo".encode()).text == "one\ufefftwo"
    assert source_from_text("a", "\ufeffone").text == "one"


def test_a_text_that_begins_like_a_file_of_another_kind_is_a_text() -> None:
    for text in ("GIF89a was a format of pictures.", "ID3 is a tag.", "The ftyp box comes first."):
        assert source_from_bytes("a.txt", text.encode()).text == text
    with pytest.raises(SourceError, match="contains GIF data"):
        source_from_bytes("a.txt", b"GIF89a\x01\x00\x01\x00\x80\x00\x00")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "a.txt is empty: give a document with text in it."),
        (b" \r\n\t", "a.txt is empty: give a document with text in it."),
        (b"\xef\xbb\xbf \n", "a.txt is empty: give a document with text in it."),
        (b"%PDF-1.7\n...", "a.txt is damaged or not a PDF document: open it, save it again, then try again."),
        (b"\x89PNG\r\n\x1a\n....", "a.txt contains PNG data, not text"),
        (b"PK\x03\x04....", "a.txt is damaged or not a ZIP document"),
        (bytes(range(256)) * 8, "a.txt is a binary file, not text: give a .txt or .md file."),
        (b"text with\0zero bytes\0\0in it", "a.txt is a binary file, not text"),
        (b"\x01\x02\x03\x04\x05\x06 abc", "a.txt is a binary file, not text"),
        (b"\xff\xfe\x00", "a.txt is a binary file, not text"),
        (b"\xef\xbb\xbf\xff\xff broken", "The encoding of a.txt is unknown: save the file as UTF-8 and try again."),
        (b"word " * 3, "a.txt has 15 characters; the limit is 10. Raise it with --max-chars or split the document."),
    ],
)
def test_bytes_that_are_no_text_are_rejected_with_a_one_line_error(data: bytes, reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        source_from_bytes("a.txt", data, max_chars=10)
    assert str(caught.value).startswith(reason)


def test_half_a_surrogate_pair_is_rejected() -> None:
    with pytest.raises(SourceError, match=r"notes has an incomplete character .* at position 2"):
        source_from_text("notes", "ab\ud800")


def test_names_lose_control_and_bidi_characters() -> None:
    assert source_from_text("a\u202ecod.\x1b[1mtxt\n", "x").name == "acod.[1mtxt"
    assert source_from_text("\x00\u2066", "x").name == "text"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_the_texts_of_an_index_in_a_folder_are_no_sources(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("猫は魚を食べます。", encoding="utf-8")
    for _ in range(2):
        index = Index.build(tmp_path, tmp_path / "deep" / "index")
    assert list(index.sources) == ["a.txt"]


def test_a_name_is_kept_in_its_composed_form(tmp_path: Path) -> None:
    assert clean_name("cafe\u0301.txt") == clean_name("caf\xe9.txt") == "caf\xe9.txt"


def test_a_folder_stands_for_its_texts_sorted_and_named_by_their_path(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    for name in ("b.md", "a.TXT", "sub/c.txt", ".hidden.txt", ".git/d.txt", "image.png"):
        write(folder / name, f"text of {name}")
    write(tmp_path / "outside/secret.txt", "secret")
    (folder / "link.txt").symlink_to(tmp_path / "outside/secret.txt")
    (folder / "linked").symlink_to(tmp_path / "outside")
    sources = read_sources([folder])
    assert [(source.name, source.text) for source in sources] == [
        ("a.TXT", "text of a.TXT"),
        ("b.md", "text of b.md"),
        ("sub/c.txt", "text of sub/c.txt"),
    ]
    assert read_sources(str(folder)) == sources


def test_what_is_given_twice_counts_once_and_equal_names_are_told_apart(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a/notes.txt", "one"), write(tmp_path / "b/notes.txt", "two")
    third = write(tmp_path / "c/b/notes.txt", "three")
    given_sources = [first, second, str(first), tmp_path / "a", third, Source("notes.txt", "four")]
    assert [(source.name, source.text) for source in read_sources([*given_sources, given_sources[-1]])] == [
        ("notes.txt", "one"),
        ("b/notes.txt", "two"),
        ("notes (2).txt", "three"),
        ("notes (3).txt", "four"),
    ]


def test_paths_that_cannot_be_read_are_rejected_with_a_one_line_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "empty").mkdir()
    write(tmp_path / "long.txt", "x" * 100)
    for name, reason in {
        "missing.txt": "There is no file or folder",
        "bad\0name": "There is no file or folder",
        "long.txt/x": "There is no file or folder",
        "pipe.txt": "is neither a file nor a folder",
        "empty": "has no documents in it",
        "long.txt": "has at least 25 characters; the limit is 10. Raise it with --max-chars",
    }.items():
        with pytest.raises(SourceError) as caught:
            read_sources([tmp_path / name], max_chars=10)
        assert reason in str(caught.value)
        assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_a_folder_deeper_than_paths_may_be_gives_a_one_line_error(tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        for _ in range(30):
            Path("x" * 200).mkdir()
            os.chdir("x" * 200)
        Path("a.txt").write_text("塔は赤い。", encoding="utf-8")
    with pytest.raises(SourceError, match=r"cannot be read \(File name too long\)|has no documents"):
        read_sources([tmp_path])


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path / "closed.txt", "text")
    path.chmod(0)
    with pytest.raises(SourceError, match=r"No permission to read .*closed\.txt"):
        read_sources([path])
