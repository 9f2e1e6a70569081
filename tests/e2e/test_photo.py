import io
import json
import re
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

LIGHT_AND_DARK = ("light", "dark")


def heading(page: Page, text: str):
    return page.get_by_role("heading", name=text, exact=True)


def test_cold_link_shows_the_sample_its_answer_and_the_chart(page, server):
    page.goto(f"{server}/?sample=astronaut&model=ckplus-reference")
    expect(heading(page, "Happiness")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    expect(page.get_by_alt_text("astronaut.png with one face marked")).to_be_visible()


def test_uploaded_photo_is_read_and_its_results_can_be_downloaded(page, server, portrait):
    page.goto(server)
    page.get_by_role("radio", name="Upload").click()
    page.locator("input[type=file]").set_input_files(portrait)
    expect(page.get_by_alt_text("astronaut.png with one face marked")).to_be_visible()
    expect(heading(page, "Happiness")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    record = json.loads(download.value.path().read_text())
    assert record["path"] == "astronaut.png"
    assert record["faces"][0]["label"] == "happiness"
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert "happiness" in download.value.path().read_text().splitlines()[1]


def test_snapped_photo_of_the_fake_camera_is_read_after_consent(page, server):
    page.goto(server)
    page.get_by_role("radio", name="Camera").click()
    expect(page.get_by_text("It is never stored")).to_be_visible()
    expect(page.get_by_role("button", name="Take Photo")).to_have_count(0)
    page.get_by_text("Open the camera").click()
    page.wait_for_function("() => document.querySelector('video')?.readyState === 4")
    page.get_by_role("button", name="Take Photo").click()
    expect(page.get_by_alt_text("camera.jpg with one face marked")).to_be_visible()
    expect(heading(page, "Happiness")).to_be_visible()


def test_text_file_with_a_picture_name_gives_one_sentence(page, server, tmp_path):
    fake = tmp_path / "holiday.jpg"
    fake.write_text("this is no picture")
    page.goto(server)
    page.get_by_role("radio", name="Upload").click()
    page.locator("input[type=file]").set_input_files(fake)
    expect(page.get_by_text("This is not a picture that Mien can read")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_many_pictures_give_a_table_whose_rows_open(page, server, portrait, tmp_path):
    shade = tmp_path / "night.png"
    Image.open(portrait).point(lambda value: value // 32).save(shade)
    page.goto(server)
    page.get_by_role("radio", name="Upload").click()
    page.locator("input[type=file]").set_input_files([portrait, shade])
    expect(page.get_by_alt_text("astronaut.png with one face marked")).to_be_visible()
    second_row = {"x": 16, "y": 36 + 56 + 28}
    table = page.get_by_test_id("stDataFrame").locator("canvas").first
    table.click(position=second_row, force=True)  # a scroller lies over it and hands the click on
    expect(page.get_by_alt_text(re.compile("^night.png"))).to_be_visible()


@pytest.mark.parametrize("scheme", LIGHT_AND_DARK)
def test_page_fits_a_phone_in_light_and_dark(browser, server, scheme):
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{server}/?sample=astronaut")
    expect(heading(page, "Happiness")).to_be_visible(timeout=20_000)
    expect(page.locator(".js-plotly-plot")).to_be_visible(timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture = Image.open(io.BytesIO(page.screenshot())).convert("L")
    brightness = sum(picture.crop((0, 0, 390, 60)).get_flattened_data()) / (390 * 60)
    assert brightness > 200 if scheme == "light" else brightness < 60
    context.close()


def test_about_page_works_as_a_cold_link(page, server):
    page.goto(f"{server}/about")
    expect(heading(page, "About Mien")).to_be_visible()
    expect(page.get_by_text(re.compile("prohibited in the European Union"))).to_be_visible()


@pytest.mark.parametrize(
    "path", ["", "live", "engagements", "retrain", "history", "models", "review", "about"]
)
def test_page_has_one_heading_of_the_first_level_before_all_others(page, server, path):
    page.goto(f"{server}/{path}")
    first = page.get_by_role("heading", level=1)
    expect(first).to_be_visible()
    expect(first).to_have_count(1)
    expect(page.get_by_role("heading").first).to_have_text(first.inner_text())


def test_first_page_leads_on_and_says_what_the_answer_is_worth(page, server):
    page.goto(server)
    expect(page.get_by_text("test faces it never saw").last).to_be_visible()
    page.get_by_role("link", name="Read an engagement").click()
    expect(page.get_by_role("heading", name="How did the customer leave?")).to_be_visible()


def test_what_a_link_carries_is_text_and_leads_nowhere(page, server):
    """Streamlit makes links, icons and symbols of text whose escapes are gone already."""
    typed = "http://a.example www.a.example x@a.example :streamlit: &copy; >= -> *b*"
    page.goto(f"{server}/?model={quote(typed)}")
    warning = page.get_by_role("alert").filter(has_text="a.example").first
    expect(warning).to_be_visible()
    assert typed in warning.inner_text().replace("\u2060", "")
    expect(warning.get_by_role("link")).to_have_count(0)
    expect(warning.locator("img")).to_have_count(0)
