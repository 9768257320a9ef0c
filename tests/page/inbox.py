"""What the browser does on the inbox page, and what it must see.

inbox.py WHAT JSON: runs one function below with what the Rust test gives. Ends with 1 and the reason when something is not as it
must be. Chromium is /usr/bin/chromium, or what JEBI_TEST_CHROMIUM names. With JEBI_TEST_SHOTS, a folder, it keeps pictures.
"""
import json
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

CHROMIUM = os.environ.get("JEBI_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]
TIMEOUT = 15_000


@contextmanager
def browser(more_arguments=(), **options):
    """A browser that nobody has used before."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        options = {"locale": "ko-KR", "timezone_id": "Asia/Seoul", "viewport": {"width": 1200, "height": 800}, **options}
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, headless=True, args=[*ARGUMENTS, *more_arguments], accept_downloads=True, **options)
        context.set_default_timeout(TIMEOUT)
        expect.set_options(timeout=TIMEOUT)
        try:
            yield context, context.pages[0]
        finally:
            context.close()


def picture(page, name):
    if folder := os.environ.get("JEBI_TEST_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def same(seen, wanted, what):
    if seen != wanted:
        raise AssertionError(f"{what}: {seen!r}, not {wanted!r}")


def open_mail(page, id):
    page.locator(f'#list a[data-mail="{id}"]').click()
    expect(page.locator("#mail")).to_be_visible()
    expect(page.locator(f'#list a[data-mail="{id}"]')).to_have_attribute("aria-current", "true")


def frame_of(page):
    """The mail's frame, once it is loaded."""
    handle = page.locator("#frame-place iframe").element_handle()
    frame = handle.content_frame()
    frame.wait_for_load_state("load")
    return frame


def hostile(given):
    with browser() as (context, page):
        dialogs, pages = [], []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(given["url"] + "/inbox")
        context.on("page", lambda other: pages.append(other.url))
        title = page.title()
        for mail in given["mails"]:
            open_mail(page, mail["id"])
            expect(page.locator("#subject")).to_have_text(mail["name"].removesuffix(".eml"))
            frame_of(page)
            at = page.url
            # In the middle of the frame; many of them put something to be clicked over all of it.
            box = page.locator("#frame-place").bounding_box()
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.keyboard.press("Enter")
            # The header still belongs to us.
            same(page.evaluate("document.elementFromPoint(60, 30).closest('header') !== null"), True, f"{mail['name']}: the header")
            picture(page, f"hostile-{mail['name']}")
            same((page.url, page.title()), (at, title), f"{mail['name']}: the page")
        expect(page.locator("#notice")).to_be_hidden()
        same(context.cookies(given["url"] + "/v1/inbox"), [c for c in context.cookies(given["url"] + "/v1/inbox") if c["httpOnly"]], "cookies")
        # By itself, without our frame around it.
        for mail in given["mails"]:
            page.goto(f"{given['url']}/v1/inbox/{mail['id']}/html", wait_until="load")
            same(page.url, f"{given['url']}/v1/inbox/{mail['id']}/html", f"{mail['name']} by itself")
        # A last round trip: whatever was under way has arrived by now.
        page.goto(given["url"] + "/health")
        same((dialogs, pages), ([], []), "dialogs and windows")


def reach(given):
    with browser() as (_, page):
        try:
            page.goto(given["beacon"])
        except Exception:  # It hangs up on purpose.
            pass


def names(given):
    with browser() as (_, page):
        dialogs = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(given["url"] + "/inbox")
        open_mail(page, given["id"])
        same(page.locator("#list img").count() + page.locator("#mail img").count(), 0, "pictures made of text")
        page.locator("#files a").first.wait_for()
        texts = page.locator("#files .file").all_text_contents()
        same(any(c in text for text in texts for c in "\u202e\r\n/"), False, f"{texts}")
        for place, name in enumerate(texts):
            with page.expect_download() as saved:
                page.locator("#files a").nth(place).click()
            same(saved.value.suggested_filename.endswith((".html", ".svg")), True, saved.value.suggested_filename)
        for place in range(len(texts)):
            answer = page.request.get(f"{given['url']}/v1/inbox/{given['id']}/attachments/{place}")
            same((answer.status, answer.headers["content-type"], answer.headers["x-content-type-options"]),
                 (200, "application/octet-stream", "nosniff"), f"attachment {place}")
            same(answer.headers["content-disposition"].startswith("attachment; "), True, answer.headers["content-disposition"])
            same("set-cookie" in answer.headers, False, "a cookie out of a name")
        picture(page, "names")
        same(dialogs, [], "dialogs")


def korean(given):
    with browser() as (_, page):
        page.goto(given["url"] + "/inbox")
        expect(page.locator("h1")).to_have_text("받은 편지함")
        open_mail(page, given["id"])
        expect(page.locator("#subject")).to_have_text("봄맞이 할인 안내")
        same("홍길동 님" in frame_of(page).locator("body").inner_text(), True, "the HTML")
        same(frame_of(page).locator("img").first.evaluate("image => image.naturalWidth"), 120, "the mail's own picture")
        expect(page.locator("#remote")).to_have_text("외부 콘텐츠 1건을 불러오지 않았습니다.")
        page.locator("#links summary").click()
        link = page.locator("#link-list a")
        expect(link).to_have_attribute("href", "https://shop.example.kr/sale?from=mail&u=1")
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        picture(page, "mail")
        files = page.locator("#files a")
        same(page.locator("#files .file").all_text_contents(), ["logo.png", "견적서 2026년.pdf"], "attachments")
        with page.expect_download() as saved:
            files.nth(1).click()
        same(saved.value.suggested_filename, "견적서 2026년.pdf", "the name it is saved under")
        same(Path(saved.value.path()).read_bytes(), b"%PDF-1.4\n" + bytes(range(256)) * 8, "the saved file")
        page.locator("#tab-text").click()
        expect(page.locator("#text")).to_contain_text("3월 한 달 동안")
        page.locator("#tab-headers").click()
        expect(page.locator("#headers")).to_contain_text("Message-ID")
        page.locator("#tab-source").click()
        expect(page.locator("#source")).to_contain_text("multipart/related")
        open_mail(page, given["old"])
        expect(page.locator("#subject")).to_have_text("안녕하세요")
        same(frame_of(page).locator("p").inner_text(), "안녕하세요", "EUC-KR")
        same(page.locator("#files .file").all_text_contents(), ["안녕하세요.txt"], "an EUC-KR name")
    with browser(locale="en-US", color_scheme="dark", viewport={"width": 390, "height": 780}, has_touch=True) as (_, page):
        page.goto(given["url"] + "/inbox")
        expect(page.locator("h1")).to_have_text("Inbox")
        picture(page, "phone-list")
        page.locator(f'#list a[data-mail="{given["id"]}"]').tap()
        expect(page.locator("#subject")).to_be_visible()
        expect(page.locator("#pane-list")).to_be_hidden()
        frame_of(page)
        same(page.evaluate("document.documentElement.scrollWidth <= innerWidth"), True, "nothing wider than the phone")
        picture(page, "phone-mail")
        page.locator("#back").tap()
        expect(page.locator("#pane-list")).to_be_visible()


def first(given):
    with browser() as (_, page):
        page.goto(given["url"] + "/inbox")
        expect(page.locator("#empty")).to_be_visible()
        expect(page.locator("#curl")).to_contain_text(given["url"] + "/v1/messages")
        picture(page, "empty")
        sent = page.request.post(given["url"] + "/v1/messages", headers={"X-API-KEY": given["key"]}, data={
            "messages": [{"emails": ["you@example.com"], "subject": "안녕하세요", "content": "<p>제비가 첫 편지를 물고 왔습니다.</p>"}]})
        same(sent.status, 202 if sent.status == 202 else 200, "the answer")
        line = page.locator("#list a")
        line.wait_for()
        expect(line).to_contain_text("안녕하세요")
        expect(page.locator("#empty")).to_be_hidden()
        line.click()
        same(frame_of(page).locator("p").inner_text(), "제비가 첫 편지를 물고 왔습니다.", "what was sent")


def with_key(given):
    with browser(locale="en-US") as (context, page):
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(given["url"] + "/inbox")
        expect(page.locator("#ask-key")).to_be_visible()
        picture(page, "key")
        page.keyboard.type("a-wrong-key-of-good-length-1234567890")
        page.keyboard.press("Enter")
        expect(page.locator("#key-fault")).to_be_visible()
        page.keyboard.type(given["key"])
        page.keyboard.press("Enter")
        expect(page.locator("#list a")).to_have_count(2)
        expect(page.locator("#ask-key")).to_be_hidden()
        # By keyboard: to the first mail, into it, to the text, back.
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator("#subject")).to_be_focused()
        same("홍길동 님" in frame_of(page).locator("body").inner_text(), True, "the frame shows it with the pass")
        page.locator("#tab-html").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#tab-text")).to_be_focused()
        expect(page.locator("#text")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#mail")).to_be_hidden()
        expect(page.locator(f'#list a[data-mail="{given["id"]}"]')).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        with page.expect_download() as saved:
            page.locator("#files a").nth(1).click()
        same(len(Path(saved.value.path()).read_bytes()), 9 + 2048, "the file, with the pass")
        [cookie] = context.cookies(given["url"] + "/v1/inbox")
        same((cookie["httpOnly"], cookie["sameSite"], cookie["path"]), (True, "Strict", "/v1/inbox"), "the pass")
        same([url for url in asked if given["key"] in url], [], "addresses with the key in them")
        same(page.evaluate("localStorage.length"), 0, "what is kept beyond the tab")


def rebound(given):
    """Somebody else's name that leads here reads nothing, in whatever way the page asks."""
    port = given["url"].rsplit(":", 1)[1]
    with browser(["--host-resolver-rules=MAP evil.example 127.0.0.1"]) as (_, page):
        answers = []
        page.on("response", lambda answer: answers.append((answer.url.split("?")[0], answer.status)))
        page.goto(f"http://evil.example:{port}/inbox")
        expect(page.locator("#ask-key")).to_be_visible()
        same((f"http://evil.example:{port}/v1/inbox", 401) in answers, True, answers)
        same(page.locator("#list a").count(), 0, "mails shown")


def elsewhere(given):
    with browser() as (_, page):
        page.goto(given["url"] + "/inbox")
        expect(page.locator("#notice")).to_contain_text("ses(으)로 나갑니다")
        expect(page.locator("#empty h2")).to_be_visible()
        expect(page.locator("#how")).to_be_hidden()


def pages(given):
    with browser() as (_, page):
        page.goto(given["url"] + "/inbox")
        expect(page.locator("#list a")).to_have_count(50)
        expect(page.locator("#list a").first).to_contain_text("메일 119")
        page.locator("#more").click()
        expect(page.locator("#list a")).to_have_count(100)
        page.locator("#more").click()
        expect(page.locator("#list a")).to_have_count(120)
        expect(page.locator("#more")).to_be_hidden()
        expect(page.locator("#count")).to_have_text("메일 120통")
        picture(page, "list")
        page.on("dialog", lambda dialog: dialog.accept())
        page.locator("#list a").nth(1).click()
        page.locator("#remove").click()
        expect(page.locator("#list a")).to_have_count(119)
        page.locator("#clear").click()
        expect(page.locator("#empty")).to_be_visible()


if __name__ == "__main__":
    globals()[sys.argv[1]](json.loads(sys.argv[2]))
