"""The page Stylise with a stylizer of random weights: what a visitor does, and two who come at once."""

from threading import Event, Thread

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cocktailman.inference.stylizer import AdaINStylizer
from cocktailman.models.checkpoints import CHECKPOINTS
from cocktailman.shelf import shelf
from cocktailman.ui.stylise import pictures as kept
from cocktailman.ui.stylise.dragged import STRENGTHS
from cocktailman.ui.stylise.turns import Turns
from tests.helpers.app import button, calm, pictures, run
from tests.helpers.pictures import blank, noise, picture, png

CACHES = (kept.stylizer, kept.turns, kept.content_picture, kept.content_features, kept.style_moments)


@pytest.fixture(autouse=True)
def shipped(stylizer):
    for cached in CACHES:
        cached.clear()
    yield
    for cached in CACHES:
        cached.clear()


def painted(app: AppTest) -> str:
    """Which picture is on show as the result."""
    return next(item.proto.imgs[0].url for item in app.get("image") if "in the style of" in item.proto.imgs[0].alt)


def test_the_first_screen_shows_a_result_and_a_slider_changes_it() -> None:
    app = run("stylise")
    assert not [error.value for error in app.error]
    assert len(pictures(app)) == len(shelf()) + 3  # content, style, and what became of them
    before = painted(app)
    app.slider(key="strength").set_value(30)
    assert painted(calm(app.run())) != before
    before = painted(app)
    app.selectbox(key="mixed").set_value("tiles")
    mixed = painted(calm(app.run()))
    assert mixed != before
    app.slider(key="share").set_value(0)
    assert painted(calm(app.run())) == before
    last = list(shelf())[-1]
    app.button(key=f"take_{last}").click()
    assert calm(app.run()).selectbox(key="style").value == last


def test_what_is_cross_faded_while_dragged_is_near_to_what_is_painted() -> None:
    stylizer = AdaINStylizer.load("adain", CHECKPOINTS)
    for name in ("great-wave", "ryogoku-bridge"):
        features, moments = stylizer.read_content(picture(1, 128), 128), stylizer.read_style(shelf()[name].image(), 128)
        of = {share: np.asarray(stylizer.paint(features, moments, share), float) for share in (0, 0.2, 0.3, 0.4, 1)}
        assert {20, 40} < set(STRENGTHS)
        assert np.abs((of[0.2] + of[0.4]) / 2 - of[0.3]).mean() < 0.05 * np.abs(of[1] - of[0]).mean()


def test_a_link_says_style_and_method_and_what_is_not_there_is_said() -> None:
    app = run("stylise", style="tiles", strength="40", method="gatys", gatys_size="192", start="noise", coarse="true")
    assert app.selectbox(key="style").value == "tiles" and app.slider(key="strength").value == 40
    assert app.segmented_control(key="gatys_size").value == 192 and app.selectbox(key="start").value == "noise"
    assert app.toggle(key="coarse").value
    assert any("Press" in item.value for item in app.info)
    app = run("stylise", mixed="tiles", share="30", size="384", keep="true")
    assert app.slider(key="share").value == 30 and app.toggle(key="keep").value
    assert app.segmented_control(key="size").value == 384
    app = run("stylise", style="scream")
    assert "The link's style (scream) is not here" in app.error[0].value.replace("\\", "")


def test_gatys_paints_and_what_is_there_stays() -> None:
    app = run("stylise", method="gatys")
    app.segmented_control(key="gatys_size").set_value(192)
    app.slider(key="steps").set_value(10)
    app.slider(key="layers").set_value(1)
    button(app, "Paint").click()
    calm(app.run(timeout=120))
    assert not [error.value for error in app.error]
    before = painted(app)
    button(app, "Stop, and keep what is there").click()
    assert painted(calm(app.run())) == before


def test_a_render_as_a_photo_and_back() -> None:
    app = run("stylise", method="cyclegan")
    assert not [error.value for error in app.error]
    assert len(pictures(app)) == 3  # content, what became of it, and that translated back
    there, back, content = pictures(app)
    assert app.query_params["to"] == "photos"
    calm(app.segmented_control(key="to").set_value("renders").run())
    assert app.query_params["to"] == "renders" and {there, back}.isdisjoint(pictures(app)[:2])
    assert pictures(app)[2] == content
    app = run("stylise", method="cyclegan", to="films")
    assert "The link's to (films) is not here" in app.error[0].value.replace("\\", "")


def test_pictures_that_cannot_be_used_are_one_sentence() -> None:
    for file, said in (
        (png(blank()), "blank.png is of one colour"),
        (png(noise(0, 20, 20)), "blank.png is 20 × 20 pixels, too small"),
        (b"GIF89a", "blank.png is"),
    ):
        app = run("stylise", source="Upload")
        app.file_uploader[0].upload("blank.png", file, "image/png")
        calm(app.run())
        assert app.error[0].value.replace("\\", "").startswith(said)


def test_two_visitors_queue_in_their_order() -> None:
    turns, begun, go_on = Turns(), Event(), Event()
    order: list[str] = []

    def first() -> None:
        with turns.turn(lambda ahead: None):
            begun.set()
            assert go_on.wait(10)
            order.append("first")

    thread = Thread(target=first)
    thread.start()
    assert begun.wait(10)
    waited: list[int] = []

    def waiting(ahead: int) -> None:
        waited.append(ahead)
        go_on.set()

    with turns.turn(waiting):
        order.append("second")
    thread.join(10)
    assert order == ["first", "second"] and waited[0] == 1

    def gone(ahead: int) -> None:
        raise RuntimeError("the visitor has left")

    with turns.turn(lambda ahead: None), pytest.raises(RuntimeError), turns.turn(gone):
        pass
    with turns.turn(gone):  # who left the queue leaves nobody waiting
        pass
