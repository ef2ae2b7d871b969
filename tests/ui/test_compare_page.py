"""The page Compare as Streamlit runs it, on the shipped checkpoints."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from cocktailman.evaluation import scores
from cocktailman.evaluation.scores import Measured, Score
from cocktailman.renders import read_renders
from cocktailman.ui.compare.views import VIEWS
from tests.helpers.app import button, calm, html, run
from tests.helpers.pictures import blank, png

RENDER = png(read_renders().image(0))  # a model of cut-outs wants to see a drink
PAIR = {"model": "cvae-photos", "beside": "cvae-renders"}


def pictures(app: AppTest) -> list[str]:
    """Each picture on the page, as it is sent."""
    return [url for body in html(app) for url in re.findall(r'src="(data:image/webp;base64,[^"]+)"', body)]


def test_the_first_screen_shows_pictures_rebuilt_by_both():
    app = run("compare")
    assert not app.error
    assert len(set(pictures(app))) == 18
    first, second = app.query_params["model"], app.query_params["beside"]
    assert first != second
    assert html(app)[0].count(">cvae-photos<") == 1


def test_a_link_brings_back_the_same_view_and_another_seed_another():
    link = PAIR | {"seed": "5", "recipe": "gin,tonic", "panel": "Painted"}
    first = run("compare", **link)
    assert len(pictures(first)) == 2 + 32
    again = run("compare", **{name: first.query_params[name] for name in link})
    assert pictures(first) == pictures(again)
    calm(button(first, "Another").click().run())
    assert first.query_params["seed"] == "6"
    assert not set(pictures(first)) & set(pictures(again))


def test_the_second_model_is_never_the_first():
    app = run("compare", model="cvae-renders", beside="cvae-renders")
    assert app.query_params["model"] == "cvae-renders"
    assert app.query_params["beside"] != "cvae-renders"


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_shows_something(view):
    app = run("compare", panel=view, **PAIR)
    assert not app.error
    tables = [body for body in html(app) if "<table" in body]  # two domains: no chart compares them
    assert pictures(app) or app.get("plotly_chart") or tables


def test_measurements_become_a_table_and_charts(monkeypatch):
    def read(checkpoint):
        value = 0.03 if checkpoint.name == "cvae-photos" else 0.05
        return Measured("9 photos", 64, {"mse": Score(value, value - 0.001, value + 0.001, 9)}, {}, "measure")

    monkeypatch.setattr(scores, "read_measured", read)
    app = run("compare", panel="Measurements", **PAIR)
    [table] = html(app)
    assert "0.03 (0.029 to 0.031)" in table and "cvae-photos, intervals apart" in table
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"model": "../../etc"}, "model that is not here"),
        ({"beside": "<b>nobody</b>"}, "model that is not here"),
        ({"model": "cvae-photos", "beside": "cvae-photos"}, "beside itself"),
        ({"recipe": "jin"}, "did you mean 'gin'"),
        ({"seed": "9" * 40}, "seed"),
        ({"panel": "Everything"}, "panel"),
    ],
)
def test_a_wrong_link_gets_a_sentence_and_pictures(query, said):
    app = run("compare", **query)
    assert said in app.error[0].value.replace("\\", "")
    assert len(app.error) == 1
    assert len(pictures(app)) == 18


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    [uploader] = [item for item in app.file_uploader if item.label.startswith("Photos to rebuild")]
    for name, data in files:
        uploader.upload(name, data, "image/png")
    return calm(app.run())


def test_own_photos_are_rebuilt_and_lie_at_both_ends():
    app = upload(run("compare", **PAIR), ("a.png", RENDER))
    assert len(pictures(app)) == 3
    calm(app.button_group(key="panel").set_value("Between two").run())
    assert "bring a second photo" in app.error[0].value
    upload(app, ("a.png", RENDER), ("<i>b</i>.png", RENDER))
    assert not app.error and len(pictures(app)) == 2 + 16
    assert any("From a.png to \\<i\\>b\\</i\\>.png" in item.value for item in app.caption)


def test_a_photo_that_is_none_gets_a_sentence_and_leaves_the_others():
    app = upload(run("compare", **PAIR), ("*a*.png", b"Two parts rum."), ("b.png", RENDER), ("c.png", png(blank())))
    assert "no readable picture" in app.error[0].value and "o drink was found in c.png" in app.error[1].value
    assert len(app.error) == 2 and len(pictures(app)) == 3


def test_a_photo_is_painted_with_what_is_recognised_in_it_or_with_the_recipe_chosen(monkeypatch):
    monkeypatch.setattr("cocktailman.inference.recogniser.Recogniser.recipe", lambda *_: ("gin", "tonic"))
    app = upload(run("compare", **PAIR, recipe="rum,lemon_juice"), ("drink.png", RENDER))
    [panel] = html(app)
    assert "Gin, Tonic" in panel and "--recognise" in app.code[0].value
    calm(app.toggle(key="compare_recognise").set_value(False).run())
    [panel] = html(app)
    assert "Gin, Tonic" not in panel and "--recognise" not in app.code[0].value


def test_a_report_is_made_when_asked_for_and_can_be_saved_until_something_else_is_chosen():
    def saves(app: AppTest) -> list[str]:
        return [item.proto.label for item in app.get("download_button") if item.proto.label == "Save report"]

    app = run("compare", **PAIR)
    assert not saves(app)
    calm(button(app, "Report").click().run(timeout=60))
    assert len(saves(app)) == 1
    calm(button(app, "Another").click().run())
    assert not saves(app)
