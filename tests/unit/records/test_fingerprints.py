from scalebed.records.fingerprints import WRITTEN, completed, edited, started, unlike

KNOWN = {"engine": "kubernetes", "images": {"k6": "a"}, "host": {"cores": 2, "load_average": "0.1"}}


def test_what_becomes_known_is_added_and_nothing_replaced() -> None:
    now = {"engine": "local", "images": {"k6": "b", "naive": "c"}, "pool": 8}
    assert completed(KNOWN, now) == {**KNOWN, "images": {"k6": "a", "naive": "c"}, "pool": 8}
    assert KNOWN["images"] == {"k6": "a"}


def test_only_what_both_know_is_compared() -> None:
    assert unlike(KNOWN, {**KNOWN, "images": {"naive": "c"}, "pool": 8}) == []


def test_differences_are_named_where_they_are() -> None:
    now = {"engine": "local", "images": {"k6": "b"}, "host": {"cores": 2, "load_average": "0.1"}}
    assert unlike(KNOWN, now) == ["engine", "images.k6"]


def test_the_load_of_a_moment_is_no_difference() -> None:
    assert unlike(KNOWN, {"host": {"cores": 4, "load_average": "1.9"}}) == ["host.cores"]


def test_what_was_edited_of_the_users_own_is_named_and_nothing_else() -> None:
    shop = {
        "commit": "a", "dirty": False, "command": "serve", "packages": {"django": "5.2"}, "locks": {"/x/uv.lock": "1"},
        "sources": {"shop/views.py": "1", "shop/urls.py": "1"},
    }  # fmt: skip
    begun = {"commit": "1", "script": {"script": "/x/load.js", "files": {"/x/load.js": "1", "/x/n.json": "1"}},
             "applications": {"shop": shop}, "templates": {"shop": "tpl_own_1"}}  # fmt: skip
    assert edited(begun, begun) == []
    assert (
        edited(begun, {**begun, "commit": "2", "applications": {"shop": {**shop, "commit": "b", "dirty": True}}}) == []
    )
    now = {
        "script": {"script": "/x/load.js", "files": {"/x/load.js": "1", "/x/n.json": "2", "/x/more.js": "1"}},
        "applications": {
            "shop": {
                **shop, "packages": {"django": "6.0"}, "locks": {"/x/uv.lock": "2"},
                "sources": {"shop/views.py": "2", "shop/urls.py": "1"},
            },
        },
        "templates": {"shop": "tpl_own_2"},
    }  # fmt: skip
    assert edited(begun, now) == [
        "/x/uv.lock of shop", "the package django of shop", "shop/views.py of shop", "/x/n.json", "the rows of shop",
    ]  # fmt: skip
    assert edited({"commit": "1"}, now) == [], "an older record does not know"


def own(**more: object) -> dict[str, object]:
    return {"applications": {"shop": {"command": "serve", **more}}}


def test_what_came_went_or_got_another_name_was_edited() -> None:
    begun = own(sources={"a.py": "1", "b.py": "1"}, packages={"django": "5"}, locks={}, programs={"/x/shop": "1"})
    now = own(sources={"a.py": "1", "c.py": "1"}, packages={}, locks={"/x/go.sum": "1"}, programs={"/x/shop": "2"})
    told = ["/x/go.sum of shop", "the package django of shop", "/x/shop of shop", "b.py of shop", "c.py of shop"]
    assert edited(begun, now) == told
    assert edited(own(sources={"a.py": "1"}), own(sources={"a.py": "1"}, programs={"/x/shop": "1"})) == [], (
        "an older record does not know"
    )


def test_what_a_service_writes_as_it_starts_is_not_compared() -> None:
    known = own(sources={"a.js": "1", "dist/x.1.js": "1", "dist/main.js": "1"})
    after = own(sources={"a.js": "1", "dist/x.2.js": "1", "dist/main.js": "2"})
    marked, wrote = started(completed(known, after), known, after)
    assert wrote == ["dist/main.js of shop", "dist/x.1.js of shop", "dist/x.2.js of shop"]
    again = own(sources={"a.js": "1", "dist/x.3.js": "1", "dist/main.js": "3"})
    assert edited(marked, again) == []
    assert started(marked, after, after) == (marked, [])
    assert edited(marked, own(sources={"a.js": "2", "b.js": "1"})) == ["a.js of shop", "b.js of shop"]
    assert edited(marked, own(sources={"dist/x.3.js": "1"})) == ["a.js of shop"]
    assert marked["applications"]["shop"]["sources"]["dist/main.js"] == WRITTEN
    assert started(known, known, known) == (known, [])
