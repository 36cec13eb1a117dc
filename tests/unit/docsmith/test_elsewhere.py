import re
from pathlib import Path

from docsmith import elsewhere
from scalebed import paths


def test_every_script_and_test_that_a_claim_names_is_there() -> None:
    claims = elsewhere.claims(paths.ROOT)
    assert len(claims) >= 4
    for claim in claims:
        for word in re.findall(r"(?:\./)?(?:scripts|tests)/[\w./-]+", claim.command):
            assert (paths.ROOT / word).exists(), claim.command


def test_the_page_tells_all_of_each(tmp_path: Path) -> None:
    source = tmp_path / elsewhere.SOURCE
    source.parent.mkdir(parents=True)
    source.write_text('[[claim]]\nwhat = "it flies"\nneeds = "wings"\ninstead = "it walks"\ncommand = "./fly"\n')
    text = elsewhere.page(tmp_path)
    assert "**It flies.** Needs wings. Here instead: it walks." in text
    assert "```sh\n./fly\n```" in text
