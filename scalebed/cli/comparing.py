"""What `compare` does: set two runs, or two variants of one, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from scalebed.cli.console import ERR, OUT
from scalebed.comparison import limit, side, words
from scalebed.comparison.output.document import document
from scalebed.comparison.output.junit import junit_xml
from scalebed.comparison.output.markdown import markdown
from scalebed.comparison.output.table import table
from scalebed.comparison.verdict import Comparison, compare
from scalebed.documents import show
from scalebed.messages import UserError
from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.conclusion import Conclusion


def run(
    before: str,
    after: str | None,
    fail_if: Sequence[str],
    *,
    control: str | None,
    across_hosts: bool,
    markdown_file: Path | None,
    junit_file: Path | None,
    as_json: bool,
) -> Conclusion:
    """Compare, print and write it, and say what it came to. Raises UserError."""
    if after is None:
        before, after = side.pair(before)
    comparison = compared(before, after, fail_if, control=control, across_hosts=across_hosts)
    for file, text in ((markdown_file, markdown), (junit_file, junit_xml)):
        if file is not None:
            _write(file, text(comparison))
    tell(comparison, ERR if as_json else OUT)
    if as_json:
        show(document(comparison))
    return comparison.conclusion


def compared(
    before: str, after: str, fail_if: Sequence[str], *, control: str | None = None, across_hosts: bool = False
) -> Comparison:
    """Raises UserError."""
    limits = [limit.parse(text) for text in fail_if]
    read = side.read_all(operand for operand in (before, after, control) if operand is not None)
    return compare(
        read[before],
        read[after],
        limits,
        control=None if control is None else read[control],
        across_hosts=across_hosts,
    )


def _write(file: Path, text: str) -> None:
    """What is no plain file, such as a pipe or a link, is written to; a plain one is there whole or not at all."""
    try:
        if file.is_symlink() or (file.exists() and not file.is_file()):
            file.write_text(text, encoding="utf-8")
        else:
            RunDirectory.write(file, text)
    except OSError as error:
        raise UserError(f"{file}: cannot be written ({error.strerror}); name another file") from error


def tell(comparison: Comparison, console: Console) -> None:
    """Print it."""
    for which, one in (("before", comparison.before), ("after", comparison.after)):
        console.print(f"{which + ':':<8}{one.name}", markup=False, highlight=False, emoji=False, soft_wrap=True)
    console.print()
    console.print(table(comparison))
    for line in (*words.judgements(comparison), *words.sentences(comparison)):
        console.print(line, markup=False, highlight=False, emoji=False)
