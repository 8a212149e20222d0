"""Whom the viewer answers, which files it reads, and what its pages may do."""

import re
import shutil

import native
import pytest
import reports
from PIL import Image
from viewers import (
    places,  # noqa: F401
    running,  # noqa: F401
    viewing,
)

from closeup.question import Rejection
from closeup.records import write_jsonl
from closeup.view import frame


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/static/nowhere.js", 404),
        ("/static/..%2fapp.py", 404),
        ("/static/%2fetc%2fpasswd", 404),
        ("/pages?in=9", 400),
        ("/pages?in=-1", 400),
        ("/pages?in=0&from=" + "9" * 40, 400),
        ("/page?in=0&id=nowhere", 400),
        ("/image?in=1&id=../../corrections.jsonl", 400),
        ("/questions?in=1", 400),
        ("/questions?in=0&id=nowhere", 400),
        ("/api/episode?run=7&id=x", 400),
        ("/api/episode?run=0&id=x", 400),
        ("/api/episodes?run=x", 400),
        ("/api/episodes?run=%D9%A0", 400),  # an Arabic zero
        ("/api/nowhere", 404),
    ],
)
def test_a_broken_address_is_one_line(viewer, path, status):
    told = viewer.get(path)
    assert told.status == status
    if path.startswith("/api/"):
        assert "\n" not in told.json["error"]
    else:
        assert told.text.count('class="warning"') == 1
    assert "Traceback" not in told.text


def test_a_link_that_leaves_the_folder_is_not_followed(tmp_path):
    native.write(tmp_path / "pages", issues=1, pages=1)
    secret = tmp_path / "secret.png"
    Image.new("RGB", (10, 10)).save(secret)
    image = tmp_path / "pages/images/0-0.png"
    image.unlink()
    image.symlink_to(secret)
    with viewing(tmp_path / "pages", corrections=tmp_path / "c.jsonl") as viewer:
        for slots in ({}, {"small": 1}):
            told = viewer.get("/image", in_=0, id="made/0/0", **slots)
            assert told.status == 400
            assert "leaves the folder" in told.text
        image.unlink()
        shutil.copy(secret, image)
        assert viewer.get("/image", in_=0, id="made/0/0").status == 200


def test_a_link_in_a_bench_is_not_followed_either(tmp_path):
    bench = reports.bench_of(tmp_path / "bench", reports.questions(1))
    image = next((bench.path / "images").iterdir())
    image.rename(tmp_path / "secret.png")
    image.symlink_to(tmp_path / "secret.png")
    with viewing(bench.path, corrections=tmp_path / "c.jsonl") as viewer:
        assert "leaves the folder" in viewer.get("/image", in_=0, id="page0000").text


@pytest.mark.parametrize(
    "content", [b"<svg onload=alert(1)>", b"<html>", b"", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_image_is_not_sent_as_one(tmp_path, content):
    native.write(tmp_path / "pages", issues=1, pages=1)
    (tmp_path / "pages/images/0-0.png").write_bytes(content)
    with viewing(tmp_path / "pages", corrections=tmp_path / "c.jsonl") as viewer:
        told = viewer.get("/image", in_=0, id="made/0/0")
    assert told.status == 400
    assert content not in told.data or not content


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:1"}, 200),
        ({"Host": "127.0.0.1"}, 200),
        ({"Host": "[::1]:80"}, 200),
        ({"Host": "LocalHost.:1"}, 200),
        ({"Host": "[::FFFF:127.0.0.1]"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost.evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:80"}, 403),
        ({"Host": "[127.0.0.1].evil.com"}, 403),
        ({"Host": "[127.0.0.1]x"}, 403),
        ({"Host": "[::1]:80.evil.com"}, 403),
        ({"Host": "localhost:1@evil"}, 403),
        ({"Host": "localhost:x"}, 403),
        ({"Host": ""}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        # A link that is followed; but not into a frame.
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        (
            {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": "iframe",
            },
            403,
        ),
    ],
)
def test_other_names_and_other_sites_are_not_answered(viewer, headers, status):
    told = viewer.get("/pages?in=0", headers)
    assert told.status == status
    assert ("page0000" in told.text) == (status == 200)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://{host}"},
        {"Origin": "http://{host}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example", "Host": "evil.example"},
    ],
)
def test_only_the_viewers_own_pages_may_write(viewer, folder, headers):
    host = viewer.url.removeprefix("http://").rstrip("/")
    sent = {name: value.format(host=host) for name, value in headers.items()}
    mark = {"shelf": 1, "page": "made/0/0", "kind": "wrong"}
    assert viewer.post("/api/corrections", mark, sent).status == 403
    assert viewer.post("/api/corrections/remove", {"id": "x"}, sent).status == 403
    assert not (folder / "corrections.jsonl").exists()


@pytest.mark.parametrize(
    "path",
    ["/", "/pages?in=0", "/questions?in=0", "/episodes", "/corrections", "/nowhere", "/api/search"],
)
def test_every_answer_has_the_policy(viewer, path):
    headers = viewer.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_hostile_text_is_escaped_wherever_it_stands(tmp_path):
    runs = reports.hostile_pair(tmp_path)
    bench = tmp_path / "bench <b>"
    rejected = [
        Rejection(id=text, task=text, page=text, reason=reports.ALL) for text in reports.HOSTILE
    ]
    write_jsonl(bench / "rejected.jsonl", rejected)
    names = reports.HOSTILE[:4]
    with viewing(*runs, corrections=tmp_path / "<i>.jsonl") as viewer:
        paths = [
            *(viewer.get(path, in_=0) for path in ("/", "/pages", "/questions", "/rejected")),
            *(viewer.get("/page", in_=0, id=name) for name in names),
            *(viewer.get("/questions", in_=0, text=name, tag=name) for name in reports.HOSTILE),
            *(viewer.get("/rejected", in_=0, reason=name) for name in reports.HOSTILE),
            *(viewer.get("/run", run=number) for number in (0, 1)),
            viewer.get("/episodes"),
            viewer.get(f"/{reports.HOSTILE[0]}".replace(" ", "%20")),
        ]
    for told in paths:
        assert told.status in (200, 404)
        text = told.text.partition('type="application/json"')
        seen = text[0] + text[2].partition("</script>")[2]
        for attack in ("<img src=x", "<script>pwned", "<svg/onload", "<iframe", "<style>", "<i>a"):
            assert attack not in seen
        assert "<" not in text[2].partition("</script>")[0].partition(">")[2]


def test_scripts_make_no_html_of_text_and_styles_load_nothing():
    for name, (body, kind) in frame.statics().items():
        text = body.decode()
        if kind == "text/css":
            assert not re.search(r"url\(|@import", text), name
        else:
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text), (
                name
            )
            assert not re.search(
                r"\beval\(|new Function|setTimeout\(\s*[\"'`]|javascript:", text
            ), name
            assert not re.search(r"https?://(?!www\.w3\.org/)", text), name
