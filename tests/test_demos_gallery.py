"""The gallery page: what it says, that nothing in it is taken for markup, and how it looks in a real browser."""

import html
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from demos import gallery
from demos.check import Check
from demos.deck import SLIDES
from demos.demo import Demo, Outcome, Picture
from demos.listing import listing
from demos.markup import tag
from demos.picture import figure
from demos.runner import Report, Status, run

HOSTILE = '<script>document.title = "taken over"</script> & "quoted"'
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def sample(id="sample", found=1.0, text="plain", **fields):
    """A report of a real run, with `text` wherever a demo may put words."""

    def function():
        drawn = figure(4, 2)
        drawn.subplots().plot([0, 1], [0, 1])
        checks = [
            Check.close(f"close {text}", 1.0, found, tolerance=1e-3, reason=text),
            Check.exact(f"exact {text}", "word", "word", reason=text),
            Check.at_most(f"at most {text}", 2.0, 1.0, reason=text),
        ]
        return Outcome([Picture(drawn, f"caption {text}")], checks)

    words = {
        "title": f"title {text}",
        "slide": SLIDES[0],
        "data": text,
        "asserts": text,
        "about": text,
        "erratum": text,
    }
    return run(Demo(id=id, function=function, source=Path(__file__), **(words | fields)))


class Structure(HTMLParser):
    """Counts the tags and keeps the attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.open = [], [], []
        self.feed(page)

    def handle_starttag(self, name, attributes):
        self.tags.append(name)
        self.attributes += [(name, key, value) for key, value in attributes]
        if name not in ("meta", "img"):
            self.open.append(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name


class TestMarkup:
    def test_text_is_escaped_and_markup_is_kept(self):
        assert tag("p", "<b>", tag("b", "&")) == "<p>&lt;b&gt;<b>&amp;</b></p>"

    def test_attribute_cannot_be_broken_out_of(self):
        assert tag("a", href='" onclick="x') == '<a href="&quot; onclick=&quot;x"></a>'

    @pytest.mark.parametrize("path", sorted(Path(gallery.__file__).parent.rglob("*.py")), ids=lambda path: path.stem)
    def test_listing_keeps_every_character_of_the_source(self, path):
        source = path.read_text(encoding="utf-8")
        assert html.unescape(re.sub(r"</?[a-z][^>]*>", "", listing(source))) == source


class TestPage:
    def test_page_holds_all_it_shows(self, tmp_path):
        page = gallery.page([sample()], tmp_path)
        outside = [v for _, key, v in Structure(page).attributes if key in ("src", "href") and re.match(r"\w+:|//", v)]
        assert outside and all(address.startswith("data:image/png;base64,") for address in outside)
        style = page[page.index("<style>") : page.index("</style>")]
        assert "@import" not in style and "url(" not in style

    def test_tags_are_balanced(self, tmp_path):
        assert Structure(gallery.page([sample(), sample("other", found=2.0)], tmp_path)).open == []

    def test_words_of_a_demo_are_never_markup(self, tmp_path):
        page = gallery.page([sample(text=HOSTILE)], tmp_path)
        assert "script" not in Structure(page).tags
        assert html.escape(HOSTILE) in page

    def test_error_message_is_never_markup(self, tmp_path):
        report = Report(sample().demo, Status.RAISED, message=HOSTILE)
        assert "script" not in Structure(gallery.page([report], tmp_path)).tags

    def test_expected_found_and_tolerance_stand_in_the_table(self, tmp_path):
        page = gallery.page([sample(found=1.5)], tmp_path)
        for text in ('<td data-label="found">1.5</td>', "0.001<small>off by 0.5</small>", "≤ 2", 'verdict fail">fail'):
            assert text in page

    def test_status_that_did_not_pass_is_never_called_passed(self):
        demo = sample().demo
        for status in (Status.FAILED, Status.RAISED, Status.SKIPPED, Status.INTERRUPTED):
            assert "all passed" not in gallery.summary([sample(), Report(demo, status)])
        assert "all passed" not in gallery.summary([])

    def test_summary_counts_demos_and_checks(self):
        assert gallery.summary([sample(), sample("b")]).startswith("2 demos · 6 checks · all passed")

    def test_index_links_to_every_entry(self, tmp_path):
        attributes = Structure(gallery.page([sample("a"), sample("b", slide=SLIDES[1])], tmp_path)).attributes
        for id in ("a", "b"):
            assert ("a", "href", f"#{id}") in attributes and ("article", "id", id) in attributes

    def test_link_to_the_source_leads_there(self, tmp_path):
        attributes = Structure(gallery.page([sample()], tmp_path)).attributes
        links = [v for name, key, v in attributes if (name, key) == ("a", "href") and not v.startswith("#")]
        assert [(tmp_path / link).resolve() for link in links] == [Path(__file__).resolve()]


class TestFiles:
    def test_pictures_of_an_earlier_run_go_and_others_stay(self, tmp_path):
        (tmp_path / "sample-2.png").write_bytes(b"old")
        (tmp_path / "sample-two-1.png").write_bytes(b"another demo's")
        gallery.write([sample()], tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "sample-1.png", "sample-two-1.png"]

    def test_folder_is_made(self, tmp_path):
        assert gallery.write([sample()], tmp_path / "a" / "b").exists()


def browse(page, profile, *arguments):
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        f"--user-data-dir={profile}", *arguments, page.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.fixture(scope="module")
def written_page(tmp_path_factory):
    reports = [sample("first", text=HOSTILE), sample("second", found=2.0, slide=SLIDES[1])]
    return gallery.write(reports, tmp_path_factory.mktemp("gallery"))


@pytest.mark.skipif(
    BROWSER is None, reason="no Chromium here: apt-get install chromium, and this page is looked at too"
)
class TestInBrowser:
    def test_dom_holds_entries_pictures_and_tables_and_runs_nothing(self, written_page, tmp_path):
        dom = browse(written_page, tmp_path, "--dump-dom")
        structure = Structure(dom.partition("<!DOCTYPE html>")[2] or dom)
        assert structure.tags.count("article") == 2
        assert structure.tags.count("img") == 2
        assert structure.tags.count("tr") == 2 * (1 + 3)
        assert "script" not in structure.tags
        assert "<title>The Mathematical Engineering of Deep Learning: the gallery</title>" in dom

    @pytest.mark.parametrize("width", [390, 1280], ids=["phone", "desktop"])
    def test_screenshot_is_not_blank_and_nothing_sticks_out(self, written_page, tmp_path, width):
        from matplotlib.image import imread

        shot = tmp_path / "shot.png"
        # Chromium makes no window narrower than 500 pixels; a frame of the phone's width does what a phone does.
        frame = tmp_path / "frame.html"
        frame.write_text(
            f'<body style="margin:0"><iframe src="{written_page.as_uri()}" width="{width}" height="1800" '
            'style="border:0"></iframe>'
        )
        browse(frame, tmp_path / "profile", f"--screenshot={shot}", "--window-size=1300,1800")
        pixels = imread(shot)[:, :width, :3]
        assert pixels.std() > 0.02
        paper = pixels[-1, 0]
        ink = np.abs(pixels - paper).max(axis=2) > 0.2
        assert ink.any(axis=1).mean() > 0.2  # text on a good part of the lines
        assert not ink[:, -8:].any()  # and a margin on the right
