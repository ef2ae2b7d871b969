"""The page Recognise with the tiny networks; what a visitor does, and what a visitor gets wrong."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cocktailman.images import read_image
from cocktailman.inference.recogniser import Recogniser
from cocktailman.models.checkpoints import CHECKPOINTS
from cocktailman.renders import RENDERS
from cocktailman.renders import read_renders as shipped_renders
from cocktailman.ui.recognise.photo_view import BESIDE
from cocktailman.ui.shared import cache, entry, photo
from tests.helpers.app import button, calm, pictures, run
from tests.helpers.pictures import blank, noise


@pytest.fixture
def recogniser(recogniser, recognisers, renders, monkeypatch):
    """The page Recognise sees with the tiny networks, to which noise is a drink and a blank picture none."""
    monkeypatch.setattr(Recogniser.load.__func__, "__defaults__", (recognisers,))
    for cached in (cache.recogniser, photo.recognise_photo, photo.heat_map):
        cached.clear()
    yield recogniser
    for cached in (cache.recogniser, photo.recognise_photo, photo.heat_map):
        cached.clear()


def jpeg(image: Image.Image) -> bytes:
    data = BytesIO()
    image.save(data, "JPEG", quality=95)
    return data.getvalue()


def uploaded(*files: tuple[str, bytes], **query: str) -> AppTest:
    """The page Recognise with these photos uploaded."""
    app = run("recognise", source="Upload", **query)
    for name, data in files:
        app.file_uploader[0].upload(name, data, "image/jpeg")
    return calm(app.run())


def bars(app: AppTest) -> str:
    """The ingredients on show, with their bars."""
    return str(app.get("plotly_chart")[0].proto)


@pytest.mark.skipif(not (CHECKPOINTS / "detector").exists(), reason="no detector ships yet")
@pytest.mark.skipif(not RENDERS.exists(), reason="no renders ship yet")
def test_recognise_shows_a_result_first():
    """With the detector and the classifier that ship."""
    app = run("recognise")
    assert not app.error and not app.info
    assert len(pictures(app)) == len(app.get("plotly_chart")) == 1
    assert any("The truth: **Mojito**" in item.value for item in app.markdown)


def test_recognise_says_where_there_is_no_drink_and_reads_all_on_demand(recogniser, monkeypatch):
    for detector in (cache.recogniser().detector, recogniser.detector):
        monkeypatch.setattr(detector, "threshold", 1.0)  # nothing is a drink
    app = run("recognise", sample="negroni-003")
    assert "No drink was found" in app.info[0].value
    assert not app.get("plotly_chart")
    calm(button(app, "Read the whole picture").click().run())
    assert app.get("plotly_chart")
    assert not app.info
    [expected] = recogniser.recognise([cache.renders().image(cache.renders().row("negroni-003"))])
    [(cocktail, _), *_] = recogniser.classifier.cocktails(expected.reading)
    assert any(cocktail in str(item.proto) for item in app.get("progress"))


def test_recognise_reads_an_upload_and_a_threshold_sets_ingredients_off(recogniser):
    app = uploaded(("drink.jpg", jpeg(noise(0))))
    assert len(pictures(app)) == 1
    before = bars(app)
    calm(app.slider(key="threshold").set_value(0.05).run())
    assert bars(app) != before
    assert not button(app, "Paint this").disabled
    calm(app.slider(key="threshold").set_value(0.99).run())
    assert button(app, "Paint this").disabled


def test_recognise_chooses_among_drinks_and_draws_on_them(recogniser, monkeypatch):
    monkeypatch.setattr(cache.recogniser().detector, "threshold", 0.0)  # everything is a drink
    app = uploaded(("drinks.jpg", jpeg(noise(0))))
    [key] = [str(item.key) for item in app.button_group if str(item.key).startswith("drink_")]
    drinks = len(app.button_group(key=key).options) - 1  # the last is all of them
    seen, read = set(), set()
    for drink in range(drinks):
        calm(app.button_group(key=key).set_value(drink).run())
        seen.add(pictures(app)[0])
        read.add(bars(app))
    assert len(seen) == drinks > 1, "each drink has its box"
    assert len(read) > 1, "and a reading of its own, though tiny networks read many alike"
    drawn = {pictures(app)[0]}
    for layer in ("Where seen", "Background blurred"):
        calm(app.button_group(key="layer").set_value(layer).run())
        drawn |= set(pictures(app))
    assert len(drawn) == 3
    calm(app.button_group(key=key).set_value(BESIDE).run())
    assert len(pictures(app)) == len(app.get("plotly_chart")) == drinks, "side by side"


def test_recognise_goes_from_a_drink_to_a_picture_without_one(recogniser, monkeypatch):
    app = uploaded(("drink.jpg", jpeg(noise(0))))
    calm(app.button_group(key="layer").set_value("Background blurred").run())
    monkeypatch.setattr(cache.recogniser().detector, "threshold", 1.0)  # from here on nothing is a drink
    calm(app.button_group(key="source").set_value("Sample").run())
    calm(button(app, "Read the whole picture").click().run())
    assert app.button_group(key="layer").options == ["Where seen", "Cut out"]
    assert len(pictures(app)) == 1


def test_recognise_cuts_a_render_out_and_says_how_sure_it_is(recogniser):
    factors = shipped_renders()
    data = BytesIO()
    factors.image(int(np.flatnonzero(factors.factors["split"] == "test")[0])).save(data, "PNG")
    app = uploaded(("drink.png", data.getvalue()))
    if not app.button_group(key="layer"):
        calm(button(app, "Read the whole picture").click().run())
    calm(app.button_group(key="layer").set_value("Cut out").run())
    assert any("% sure of this cut-out" in item.value for item in app.caption)
    assert len(pictures(app)) == 1


def test_recognise_paints_what_is_seen(recogniser, monkeypatch):
    monkeypatch.setattr(entry, "require_entry_point", lambda: None)  # it reruns each run of AppTest, and forgets clicks
    app = uploaded(("drink.jpg", jpeg(noise(0))), threshold="0.5")
    seen = recogniser.classifier.seen(recogniser.recognise([read_image(jpeg(noise(0)))])[0].reading, 0.5)
    calm(button(app, "Paint this").click().run())
    assert app.title[0].value == "Generate"
    assert app.query_params["recipe"] == ",".join(seen)
    assert "style" not in app.query_params, "noise shows no drink whose style could be read"


def test_recognise_several_gives_a_table_and_opens_one(recogniser):
    app = uploaded(("a.jpg", jpeg(noise(0))), ("b.jpg", b"Two parts rum."), ("c.jpg", jpeg(blank())))
    good, damaged, empty = app.dataframe[0].value.to_dict("records")
    assert [row["file"] for row in (good, damaged, empty)] == ["a.jpg", "b.jpg", "c.jpg"]
    [seen] = recogniser.recognise([read_image(jpeg(noise(0)))])
    assert good["score"] == pytest.approx(seen.boxes[0].score, abs=0.005)  # in whole percent
    assert "no readable picture" in damaged["note"]
    assert empty["note"] == "no drink found"
    assert not app.error
    assert len(pictures(app)) == 1
    assert any("CSV" in item.label for item in app.download_button)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"source": "URL", "url": "http://localhost/a.jpg"}, "ocalhost is not on the open internet"),
        ({"url": "ftp://example.org/a.jpg"}, "begins with http"),
        ({"sample": "../../etc"}, "sample"),
        ({"source": "Nose"}, "source"),
        ({"threshold": "2"}, "choose below"),
        ({"threshold": "high"}, "choose below"),
    ],
)
def test_a_wrong_link_to_recognise_gets_a_sentence(recogniser, monkeypatch, query, said):
    monkeypatch.setattr(cache.recogniser().detector, "threshold", 0.0)  # there is no slider where nothing is read
    app = run("recognise", **query)
    assert said in app.error[0].value.replace("\\", "")
    assert app.title[0].value == "Recognise"


def test_recognise_says_what_is_wrong_with_a_file(recogniser):
    app = uploaded(("*drink*.jpg", jpeg(noise(0))[:300]))
    assert "cut off or damaged" in app.error[0].value
    calm(next(item for item in app.multiselect if item.label.startswith("Kept")).set_value([]).run())
    assert not app.error, "it was taken away"
    calm(app.file_uploader[0].upload("drink.jpg", jpeg(noise(0)), "image/jpeg").run())
    assert len(pictures(app)) == 1
    assert not app.error


def test_recognise_reads_a_picture_from_the_web(recogniser, monkeypatch):
    asked = []
    monkeypatch.setattr(photo, "fetch_picture", lambda url: asked.append(url) or noise(0))
    app = run("recognise", url="https://example.org/drink.jpg", threshold="0.3")
    assert app.slider(key="threshold").value == 0.3
    assert len(pictures(app)) == 1
    calm(app.slider(key="threshold").set_value(0.4).run())
    assert asked == ["https://example.org/drink.jpg"]
