"""Files in the encodings that spreadsheets write where UTF-8 is not their default."""

# ruff: noqa: RUF001  letters of other scripts, on purpose

from __future__ import annotations

import csv
import io
import random
from itertools import product

import pytest

from simulator.data.uploads import csv_file, encodings

RUSSIAN = (
    "Отличный фильм, смотрели всей семьёй", "Очень скучно, ушёл с середины сеанса", "Актёры играют превосходно",
    "Сюжет предсказуемый, концовка разочаровала", "Музыка прекрасная, хочется пересмотреть", "Деньги на ветер",
    "Доставка пришла вовремя, упаковка целая", "Телефон сломался через неделю", "Хорошее качество за эти деньги",
    "Ужасное обслуживание, ждали больше часа", "Книга понравилась, читается легко", "Номер в гостинице был грязный",
), (". Рекомендую друзьям.", ". Больше сюда не вернусь.", "; подробности напишу позже.")  # fmt: skip
GREEK = (
    "Πολύ καλή ταινία, την είδαμε όλοι μαζί", "Βαρετό έργο, έφυγα στη μέση", "Οι ηθοποιοί παίζουν εξαιρετικά",
    "Η πλοκή είναι προβλέψιμη", "Η μουσική είναι υπέροχη", "Πεταμένα λεφτά", "Η παράδοση έγινε στην ώρα της",
    "Το τηλέφωνο χάλασε μετά από μία εβδομάδα", "Καλή ποιότητα σε χαμηλή τιμή", "Απαράδεκτη εξυπηρέτηση",
    "Το βιβλίο μου άρεσε πολύ", "Το δωμάτιο του ξενοδοχείου ήταν βρώμικο",
), (". Το συνιστώ σε όλους.", ". Δεν θα ξαναέρθω.", "; θα γράψω περισσότερα αργότερα.")  # fmt: skip
HEBREW = (
    "סרט מצוין, צפינו בו עם כל המשפחה", "משעמם מאוד, יצאתי באמצע ההקרנה", "השחקנים משחקים נפלא", "העלילה צפויה",
    "המוזיקה יפהפייה", "חבל על הכסף", "המשלוח הגיע בזמן והאריזה שלמה", "הטלפון התקלקל אחרי שבוע",
    "איכות טובה במחיר נמוך", "שירות גרוע, חיכינו יותר משעה", "הספר מצא חן בעיניי", "החדר במלון היה מלוכלך",
), (". ממליץ לכולם.", ". לא אחזור לכאן.", "; אכתוב עוד בהמשך.")  # fmt: skip
JAPANESE = (
    "とても良い映画でした", "退屈で途中で帰りました", "俳優の演技が素晴らしかったです", "結末にがっかりしました",
    "音楽が美しいです", "お金の無駄でした",
    "配達は時間どおりに届きました", "電話は一週間で壊れてしまいました", "値段の割に品質が良いです",
    "サービスがひどく、一時間以上待ちました",
    "本はとても読みやすかったです",
    "ホテルの部屋が汚れていました",
), ("。友人にも勧めます。", "。もう二度と来ません。", "。詳しくは後で書きます。")  # fmt: skip
FRENCH = (
    "Un très bon film, à voir en famille", "Ennuyeux, je suis parti avant la fin", "Les acteurs jouent à merveille",
    "L’intrigue est prévisible", "La musique est très belle", "De l’argent gâché", "La livraison est arrivée à l’heure",
    "Le téléphone est tombé en panne", "Bonne qualité à petit prix : 10 €", "Service épouvantable",
    "« Un chef-d’œuvre »", "La chambre était sale",
), (". Je le conseille à tous.", ". Je n’y retournerai pas.", "; je préciserai plus tard.")  # fmt: skip
ENGLISH = (
    "A great film", "Boring, we left halfway", "The actors are a delight", "The ending is predictable", "Lovely music",
    "Money down the drain", "It came in time", "The phone broke after a week", "It’s good for £5", "Terrible service",
    "Easy to read", "The room at the “Grand” was dirty",
), (". Go and see it.", ". Never again.", "; more about it later.")  # fmt: skip


FILES = {
    "Russian, Windows": (RUSSIAN, "cp1251", "Windows-1251 (Cyrillic)"),
    "Russian, KOI8": (RUSSIAN, "koi8-r", "KOI8-R (Cyrillic)"),
    "Russian, MS-DOS": (RUSSIAN, "cp866", "code page 866 (Cyrillic)"),
    "Greek, Windows": (GREEK, "cp1253", "Windows-1253 (Greek)"),
    "Hebrew, Windows": (HEBREW, "cp1255", "Windows-1255 (Hebrew)"),
    "Japanese, Windows": (JAPANESE, "cp932", "Shift-JIS (Japanese)"),
    "Japanese, Unix": (JAPANESE, "euc-jp", "EUC-JP (Japanese)"),
    "French, Windows": (FRENCH, "cp1252", "Latin-1 (Windows-1252)"),
    "English, Windows": (ENGLISH, "cp1252", "Latin-1 (Windows-1252)"),
}
PLAIN_ROWS = 500


def table(texts: tuple[tuple[str, ...], tuple[str, ...]]) -> list[tuple[str, str]]:
    """36 texts with labels in English, as most data sets have."""
    return [(start + end, "good" if i % 2 else "bad") for i, (start, end) in enumerate(product(*texts))]


def as_csv(rows: list[tuple[str, str]], encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([("text", "label"), *rows])
    return out.getvalue().encode(encoding)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_right_and_its_encoding_is_named(name: str) -> None:
    texts, encoding, title = FILES[name]
    rows = table(texts)
    found = csv_file.read(as_csv(rows, encoding))
    assert list(zip(found.inputs, found.labels, strict=True)) == rows
    assert [f"was read as {title}, which fits best" in note for note in found.notes] == [True]


@pytest.mark.parametrize("name", FILES)
def test_a_few_rows_among_many_in_ascii_are_read_right(name: str) -> None:
    texts, encoding, _ = FILES[name]
    rows = [(f"A plain row, number {i}", "good") for i in range(PLAIN_ROWS)] + table(texts)
    assert csv_file.read(as_csv(rows, encoding)).inputs == [text for text, _ in rows]


@pytest.mark.parametrize("word", ["Café", "naïve", "it’s", "“so”", "£10", "5 €", "Zürich", "señor", "–"])
def test_one_latin_word_is_enough(word: str) -> None:
    rows = [(f"A plain row, number {i}", "good") for i in range(PLAIN_ROWS)] + [(f"I liked the {word}", "bad")]
    assert csv_file.read(as_csv(rows, "cp1252")).inputs[-1] == f"I liked the {word}"


def test_what_fits_no_encoding_is_read_as_windows_1252_with_marks_in_the_gaps() -> None:
    notes: list[str] = []
    assert "\ufffd" in encodings.decode(b"text,label\nso \x81 here,cats\n", notes)
    assert "Latin-1" in notes[0]


def test_bytes_at_random_are_read_or_refused() -> None:
    content = random.Random(0).randbytes(20_000).replace(b"\0", b"a")
    with pytest.raises(encodings.InvalidUpload, match="control characters"):
        encodings.decode(content, [])
