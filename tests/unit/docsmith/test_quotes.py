"""Pages that quote results: whole files, and rows and columns of their tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from docsmith.quotes import QuoteError, quoted, quotes

REPORT = """\
# A ladder

| Other | CPU |
|---|--:|
| pool | 9 |

| Variant | Changes | CPU | of the rung before | Service | of the rung before |
|---|---|--:|--:|--:|--:|
| naive | – | 100 | 1 | 40 | 1 |
| pool | pool=on | 90 | 0.9 (0.8–1.0) | 36 | 0.9 |
| indexes | indexes=on | 45 | 0.5 (0.4–0.6) | 36 | ≈ 1.0 |
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "report.md").write_text(REPORT, encoding="utf-8")
    return tmp_path


def page(what: str, inside: str = "old\n") -> str:
    return f"Before.\n\n<!-- {what} -->\n{inside}<!-- end -->\n\nAfter.\n"


def test_named_rows_and_columns_are_taken_from_the_table_that_has_them(root: Path) -> None:
    mark = "rows: report.md | indexes, pool | Variant; CPU; of the rung before"
    inside = (
        "| Variant | CPU | of the rung before |\n|---|--:|--:|\n"
        "| pool | 90 | 0.9 (0.8–1.0) |\n| indexes | 45 | 0.5 (0.4–0.6) |\n"
    )
    assert quoted(page(mark), root) == page(mark, inside)
    assert quoted(page(mark, inside), root) == page(mark, inside)


def test_of_columns_with_one_heading_the_one_behind_the_last_is_taken(root: Path) -> None:
    mark = "rows: report.md | indexes | CPU; of the rung before; Service; of the rung before"
    head = "| CPU | of the rung before | Service | of the rung before |\n|--:|--:|--:|--:|\n"
    assert quoted(page(mark), root) == page(mark, f"{head}| 45 | 0.5 (0.4–0.6) | 36 | ≈ 1.0 |\n")
    alone = "rows: report.md | indexes | Service; of the rung before"
    assert "| 36 | ≈ 1.0 |\n" in quoted(page(alone), root)
    backwards = "rows: report.md | indexes | of the rung before; Variant"
    assert "| 0.5 (0.4–0.6) | indexes |\n" in quoted(page(backwards), root)


def test_a_heading_says_which_of_several_tables(root: Path) -> None:
    twice = "\n## [05-read](05-read/report.md)\n\n| Variant | CPU |\n|---|--:|\n| naive | 7 |\n"
    (root / "both.md").write_text(REPORT + twice, encoding="utf-8")
    assert "| 100 |\n" in quoted(page("rows: both.md | naive | CPU"), root)
    assert "| 7 |\n" in quoted(page("rows: both.md#05-read | naive | CPU"), root)


def test_a_page_can_quote_in_both_ways(root: Path) -> None:
    (root / "answer.md").write_text("**An answer.**\n", encoding="utf-8")
    text = page("from: answer.md") + page("rows: report.md | naive | CPU")
    assert quotes(text)
    assert quoted(text, root) == page("from: answer.md", "**An answer.**\n") + page(
        "rows: report.md | naive | CPU", "| CPU |\n|--:|\n| 100 |\n"
    )


def test_a_page_without_marks_quotes_nothing(root: Path) -> None:
    assert not quotes("A page.\n\n<!-- a comment -->\n")


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("rows: report.md | naive, orjson | CPU", "no table has the rows naive, orjson"),
        ("rows: report.md | naive | Memory", "no column is headed 'Memory'; there are Variant, Changes, CPU"),
        ("rows: report.md#06-list | naive | CPU", "no heading has 06-list"),
        ("rows: missing.md | naive | CPU", "cannot be quoted"),
        ("from: missing.md", "cannot be quoted"),
    ],
)
def test_what_is_not_there_cannot_be_quoted(root: Path, mark: str, said: str) -> None:
    with pytest.raises(QuoteError, match=said):
        quoted(page(mark), root)


def test_items_of_lists_are_taken_by_what_they_hold(root: Path) -> None:
    lists = (
        "- memory: of all\n\n## 20-long\n\nOf memory.\n\n- naive: memory +0.1\n- naive: served 5\n- fastapi: memory 0\n"
    )
    (root / "lists.md").write_text(lists, encoding="utf-8")
    mark = "items: lists.md#20-long | memory"
    assert quotes(page(mark))
    assert quoted(page(mark), root) == page(mark, "- naive: memory +0.1\n- fastapi: memory 0\n")
    with pytest.raises(QuoteError, match="no item of a list has 'disk'"):
        quoted(page("items: lists.md | disk"), root)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("**One is 1.5 × the other.** That is 3 against 2.\n", "One is 1.5 × the other."),
        ("Most is gained with 1.17 × (1.07–1.27). It costs.\n", "Most is gained with 1.17 × (1.07–1.27)."),
    ],
)
def test_the_first_sentence_of_a_file_is_taken(root: Path, text: str, sentence: str) -> None:
    (root / "answer.md").write_text(text, encoding="utf-8")
    assert quotes(page("first: answer.md"))
    assert quoted(page("first: answer.md"), root) == page("first: answer.md", f"{sentence}\n")


def test_a_file_without_a_sentence_has_no_first_one(root: Path) -> None:
    (root / "answer.md").write_text("\n", encoding="utf-8")
    with pytest.raises(QuoteError, match="begins with no sentence"):
        quoted(page("first: answer.md"), root)
