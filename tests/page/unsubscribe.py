"""What the browser does on the pages behind the link in mail, and what it must see: see inbox.py."""
import json
import re
import sys

from inbox import browser, expect, picture, same

# WCAG 2.2, success criterion 1.4.3: the contrast of text, from the colours the browser has computed.
CONTRAST = """
() => {
  const parts = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
  };
  return [...document.querySelectorAll('p, h1, legend, label, button, a')].map((one) => {
    const [a, b] = [light(parts(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
    return [one.textContent.trim(), (a + 0.05) / (b + 0.05)];
  }).filter(([, ratio]) => ratio < 4.5);
}
"""


def readable(page):
    same(page.evaluate(CONTRAST), [], "texts with too little contrast")
    for box in page.locator("input[type=checkbox]").all():
        same(bool(box.evaluate("one => one.labels.length")), True, "a label")


def korean(given):
    with browser() as (_, page):
        page.goto(f"{given['url']}/u/{given['token']}")
        expect(page).to_have_title("수신 거부")
        expect(page.locator("html")).to_have_attribute("lang", "ko")
        expect(page.locator("main")).to_contain_text("h***@naver.com 주소로 오는 제비상점의 이런 메일을")
        readable(page)
        picture(page, "unsubscribe-ko")
        page.get_by_role("button", name="수신 거부", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("수신 거부가 처리되었습니다")
        expect(page.locator("button")).to_have_count(0)
        page.get_by_role("link", name="받을 메일 선택하기").click()
        expect(page).to_have_url(re.compile("/preferences$"))
        news, event = page.get_by_label("메일 종류: news"), page.get_by_label("메일 종류: event")
        expect(page.get_by_label("제비상점의 모든 메일")).to_be_checked()
        expect(news).not_to_be_checked()
        expect(event).to_be_checked()
        # It ended with the refusal.
        expect(page.get_by_label("광고성 정보 수신에 동의합니다")).not_to_be_checked()
        readable(page)
        picture(page, "preferences-ko")
        news.check()
        event.uncheck()
        page.get_by_role("button", name="저장").click()
        expect(page.get_by_role("status")).to_have_text("설정이 저장되었습니다.")
        expect(page.get_by_label("메일 종류: news")).to_be_checked()
        expect(page.get_by_label("메일 종류: event")).not_to_be_checked()
        page.get_by_role("link", name="수신 거부 페이지로 돌아가기").click()
        expect(page.get_by_role("button", name="제비상점의 모든 메일 수신 거부")).to_be_visible()
        page.goto(f"{given['url']}/u/{given['token'][:-2]}")
        expect(page.locator("main")).to_contain_text("올바른 링크가 아닙니다")


def english(given):
    with browser(locale="en-US", java_script_enabled=False, color_scheme="dark", viewport={"width": 360, "height": 640}) as (_, page):
        page.goto(f"{given['url']}/u/{given['token']}/preferences")
        expect(page).to_have_title("Your mail preferences")
        expect(page.get_by_label("I agree to receive advertising mail from 제비상점.")).to_be_checked()
        picture(page, "preferences-en")
        # The first box, then the button that saves.
        page.keyboard.press("Tab")
        expect(page.get_by_label("All mail of 제비상점")).to_be_focused()
        page.keyboard.press("Space")
        for _ in range(4):
            page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Save")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Your choice is saved.")
        expect(page.get_by_label("All mail of 제비상점")).not_to_be_checked()
        expect(page.get_by_label("I agree to receive advertising mail")).not_to_be_checked()
        page.get_by_role("link", name="한국어").click()
        expect(page).to_have_title("메일 수신 설정")
        page.goto(f"{given['url']}/u/{given['token']}")
        expect(page.get_by_role("status")).to_contain_text("is unsubscribed from this mail of 제비상점 since")


if __name__ == "__main__":
    globals()[sys.argv[1]](json.loads(sys.argv[2]))
