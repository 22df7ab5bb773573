"""The report in a real Chromium, opened from disk: `make test-browser`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe import violations

from conftest import Write, run, s3lint

pytestmark = pytest.mark.browser

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--window-size=1280,1600",
)  # fmt: skip

HOSTILE = """\
import boto3
s3 = boto3.client("s3")  # </script><script>document.title = "owned"</script>
s3.upload_file("a.bin", bucket, "</script><img src=x onerror='document.title=1'>&quot;\\"'<!--${1}`.pdf")  # \u202e
s3.upload_file("a.bin", "acme-documents", "a/b.bin")  # s3lint: allow[STO201] <b onclick="document.title=2">'"&amp; until=2001-01-01
"""

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if BROWSER is None or DRIVER is None:
        pytest.skip("NO BROWSER WAS TESTED: install chromium and chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser: Any) -> Iterator[Open]:
    """Opens the report of a project; any complaint of the browser fails the test."""

    def open_report(root: Path, *arguments: str) -> Any:
        done = s3lint("report", "--html", "report.html", "--profile", "strict", *arguments, cwd=root)
        assert (done.code, done.err) == (0, "")
        browser.get((root / "report.html").as_uri())
        return browser

    yield open_report
    assert browser.get_log("browser") == []


def texts(page: Any, selector: str) -> list[str]:
    return page.execute_script(f"return [...document.querySelectorAll({json.dumps(selector)})].map((each) => each.textContent)")


def matching(page: Any) -> str:
    return page.execute_script("return document.getElementById('count').textContent")


def chosen(page: Any, field: str, value: str) -> None:
    page.execute_script(
        "const each = document.getElementById(arguments[0]); each.value = arguments[1]; each.dispatchEvent(new Event('change'))",
        field,
        value,
    )


def test_hostile_source_is_shown_and_not_run(project: Write, opened: Open) -> None:
    root = project({"a.py": HOSTILE, "<img src=x onerror=alert(1)>.py": HOSTILE})
    page = opened(root)
    assert page.title == f"Storage standard: {root.name}"
    assert texts(page, "#list img, #list script, #list b, main script, #waived b") == []
    assert any('</script><script>document.title = "owned"</script>' in text for text in texts(page, "#list pre"))
    assert any("\\u202e" in text for text in texts(page, "#list pre"))
    assert any('<b onclick="document.title=2">' in text for text in texts(page, "#waived td"))
    assert any(text.startswith("<img src=x onerror=alert(1)>.py:") for text in texts(page, "#list h3"))


def test_every_part_is_there_and_nothing_is_fetched(project: Write, opened: Open) -> None:
    root = project({"src/app/a.py": HOSTILE, "src/lib/b.py": HOSTILE})
    (root / "2026-01-31.json").write_text(s3lint("check", "--output-format", "json", "--exit-zero", cwd=root).out)
    page = opened(root, "--earlier", "2026-01-31.json")
    assert page.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)") == []
    assert texts(page, ".chapter strong") == [
        "Constraints",
        "Delta Lake Format",
        "Object Key Organization",
        "Storage Classes",
        "Do",
        "Do Not",
    ]
    assert "STO201 hardcoded-bucket" in texts(page, "#by-rule th[scope=row]")
    assert len(texts(page, "#by-rule svg")) == len(texts(page, "#by-rule tbody tr"))
    assert texts(page, "#heat th[scope=row]") == ["\u2212src", "app", "lib"]
    assert any("expired" in text for text in texts(page, "#waived td"))
    assert "[object" not in page.execute_script("return document.body.innerText")


def test_filters_and_search_narrow_the_list(project: Write, opened: Open) -> None:
    page = opened(project({"src/app/a.py": HOSTILE, "src/lib/b.py": HOSTILE}))
    chosen(page, "rule", "STO201")
    assert matching(page).startswith("2 findings of")
    chosen(page, "folder", "src/lib")
    assert matching(page).startswith("1 finding of")
    assert [text.split(":")[0] for text in texts(page, "#list h3")] == ["src/lib/b.py"]
    page.execute_script("document.querySelector('#heat button[aria-label*=\"in src/app, Buckets and keys\"]').click()")
    assert {text.split(":")[0] for text in texts(page, "#list h3")} == {"src/app/a.py"}
    assert page.execute_script("return document.getElementById('chapter').value") == "keys"


def test_a_view_has_an_address_and_filters_count(project: Write, opened: Open) -> None:
    files = {"CODEOWNERS": "/src/app/ @acme/app\n", ".git/HEAD": "ref: refs/heads/main\n"}
    page = opened(project({**files, "src/app/a.py": HOSTILE, "src/lib/b.py": HOSTILE}))
    assert texts(page, "#by-owner th[scope=row]") == ["@acme/app", "(no owner)"]
    chosen(page, "owner", "@acme/app")
    chosen(page, "rule", "STO201")
    assert matching(page).startswith("1 finding of")
    assert "STO201 hardcoded-bucket (1)" in texts(page, "#rule option")
    assert "(no owner) (1)" in texts(page, "#owner option")
    address = page.current_url
    page.get("about:blank")
    page.get(address)
    assert [text.split(":")[0] for text in texts(page, "#list h3")] == ["src/app/a.py"]
    page.execute_script("document.querySelector('#by-file tbody tr:nth-child(2) button').click()")
    assert {text.split(":")[0] for text in texts(page, "#list h3")} == {texts(page, "#by-file th[scope=row]")[1]}


def test_a_waiver_leads_to_what_it_hides(project: Write, opened: Open) -> None:
    call = "s3.upload_file('a.pdf', 'acme-documents', 'x/a.pdf', ExtraArgs={'ContentType': 'application/pdf', 'StorageClass': 'STANDARD'})"
    text = f"import boto3\ns3 = boto3.client('s3')\n{call}  # s3lint: allow[STO201] once\n{call}  # noqa: STO201\nx = 1  # noqa\n"
    page = opened(project({"a.py": text}))
    assert texts(page, "#waived td:nth-child(2)") == ["allow[STO201]", "noqa: STO201"]
    page.execute_script("document.getElementById('q').value = 'no such text'; document.querySelector('#waived button').click()")
    page.execute_async_script("setTimeout(arguments[0], 0)")
    assert matching(page).startswith("1 finding of")
    assert [text.split(" ")[0] for text in texts(page, "#list h3")] == ["a.py:3:25"]


def test_it_fits_a_narrow_screen(project: Write, opened: Open) -> None:
    page = opened(project({"src/a_folder_with_a_long_name/another_one_with_a_long_name/a.py": HOSTILE}))
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    )
    try:
        assert page.execute_script("return document.documentElement.scrollWidth") <= 360
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_keyboard_is_enough(project: Write, opened: Open) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.wait import WebDriverWait

    page = opened(project({"src/a.py": HOSTILE}))
    body = page.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert page.switch_to.active_element.text == "Skip to the findings"
    body.send_keys("/")
    page.switch_to.active_element.send_keys("hardcoded-bucket")
    WebDriverWait(page, 10).until(lambda _: matching(page).startswith("1 finding of"))
    unnamed = """return [...document.querySelectorAll("button, select, input, a, meter, svg, table")].filter((each) => !(
        each.textContent.trim() || each.getAttribute("aria-label") || each.closest("label")?.textContent.trim())).length"""
    assert page.execute_script(unnamed) == 0
    assert page.execute_script("return [...document.querySelectorAll('h1, h2, h3')].map((each) => each.tagName).slice(0, 2)") == [
        "H1",
        "H2",
    ]


def contrast(page: Any, selector: str) -> float:
    """The contrast of a text with what is behind it, as WCAG 2.2 defines it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    script = """
    const shade = (color) => { const canvas = document.createElement("canvas").getContext("2d"); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4); };
    const light = (color) => { const [red, green, blue] = shade(color); return 0.2126 * red + 0.7152 * green + 0.0722 * blue; };
    const each = document.querySelector(arguments[0]); let behind = each;
    while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    const [one, other] = [light(getComputedStyle(each).color), light(getComputedStyle(behind).backgroundColor)].sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05);"""
    return page.execute_script(script, selector)


def test_light_and_dark_are_readable(project: Write, opened: Open) -> None:
    page = opened(project({"src/a.py": HOSTILE}))
    backgrounds = set()
    for theme in ("light", "dark"):
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
        backgrounds.add(page.execute_script("return getComputedStyle(document.body).backgroundColor"))
        for selector in (
            "#about",
            ".broken",
            "nav a",
            "#list pre .row",
            "#list mark",
            "#heat td.h4 button",
            ".kept",
            "#list .soft",
        ):
            assert contrast(page, selector) >= 4.5, f"{selector} in {theme}"
    assert len(backgrounds) == 2


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_rule_of_axe_is_broken(project: Write, opened: Open, theme: str, width: int) -> None:
    waived = HOSTILE.replace("until=2001-01-01", "until=2999-01-01")
    root = project({".git/HEAD": "", "CODEOWNERS": "/src/ @acme/lake\n", "src/a.py": HOSTILE, "src/app/b.py": waived})
    (root / "2026-01-31.json").write_text(s3lint("check", "--output-format", "json", "--exit-zero", cwd=root).out)
    page = opened(root, "--earlier", "2026-01-31.json", "--json", "now.json")
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.execute_script("for (const each of document.querySelectorAll('details')) each.open = true;")
        assert violations(page) == []
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_places_lead_to_the_source(project: Write, opened: Open) -> None:
    root = project({"src/a.py": HOSTILE})
    who = {f"GIT_{who}_{what}": "somebody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for arguments in (
        ("init", "-q"),
        ("add", "."),
        ("commit", "-qm", "x"),
        ("remote", "add", "origin", "git@github.com:acme/lake.git"),
    ):
        assert run("git", *arguments, cwd=root, **who).code == 0
    page = opened(root)
    source = f"https://github.com/acme/lake/blob/{run('git', 'rev-parse', 'HEAD', cwd=root).out.strip()}/src/a.py"
    selector = "#list h3 > a[href*=blob], #list .trace a, #waived a"
    found = page.execute_script(f"return [...document.querySelectorAll('{selector}')].map((each) => [each.textContent, each.href])")
    assert {(place.split(":")[0], href) for place, href in found} == {
        ("src/a.py", f"{source}#L{place.split(':')[1]}") for place, _ in found
    }
    assert any(href.endswith("#L4") for _, href in found)


FILES, CALLS = 100, 50


def test_ten_thousand_findings_open_at_once(project: Write, opened: Open, capsys: pytest.CaptureFixture[str]) -> None:
    call = (
        's3.put_object(Bucket="acme-documents", Key="{0}.pdf", Body=body, ContentType="application/pdf", StorageClass="STANDARD")\n'
    )
    text = 'import boto3\n\ns3 = boto3.client("s3")\n' + "".join(call.format(f"report-{number}") for number in range(CALLS))
    page = opened(
        project({f"src/part{number % 10}/module{number}.py": text for number in range(FILES)}), "--select", "STO201,STO211"
    )
    total, opening = page.execute_script(
        "const [each] = performance.getEntriesByType('navigation'); return [data.findings.length, each.loadEventEnd]"
    )
    with capsys.disabled():
        print(f"\n{total} findings opened in {opening:.0f} ms")
    assert total == FILES * CALLS * 2
    assert len(texts(page, "#list > li")) <= 80
    page.execute_script("document.getElementById('more').click()")
    assert len(texts(page, "#list > li")) <= 160
    chosen(page, "rule", "STO211")
    assert matching(page).startswith("5\u202f000 findings of 10\u202f000")
