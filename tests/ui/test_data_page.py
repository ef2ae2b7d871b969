"""The page Data on 40 renders made here; what a visitor does, and what a visitor gets wrong."""

import pytest
from streamlit.testing.v1 import AppTest

from cocktailman.renders import RENDERS
from tests.helpers.app import button, calm, pictures, run


def tiles(app: AppTest) -> list[str]:
    """What is written below each small picture."""
    return [item.label for item in app.button if (item.key or "").startswith("open_")]


def test_data_shows_pictures_first(renders):
    app = run("data")
    assert "40 path-traced pictures" in app.markdown[0].value
    assert len(pictures(app)) == len(tiles(app)) == 24
    assert len(set(tiles(app))) == 3


def test_data_shows_drinks_of_the_studio_that_ships_by_the_same_filters(renders):
    app = run("data", cocktail="Negroni", set="In a plain studio")
    assert "without a background" in app.markdown[0].value
    assert tiles(app) == ["Negroni"] * 24 and "of 2,050 pictures" in app.markdown[1].value
    calm(app.segmented_control(key="set").set_value("In the bar").run())
    assert tiles(app) == ["Negroni"] * 15
    assert "drum" in run("data", set="drum").error[0].value


def test_data_without_renders_says_how_to_make_them(renders):
    (renders / "pictures.parquet").unlink()
    app = run("data")
    assert "python -m training renders" in app.error[0].value.replace("\\", "")


def test_data_filters_do_the_same_by_hand_and_by_link(renders):
    app = run("data")
    calm(app.multiselect(key="cocktail").set_value(["Negroni"]).run())
    assert tiles(app) == ["Negroni"] * 15
    calm(app.slider(key="fill").set_value((0.2, 0.6)).run())
    again = run("data", cocktail="Negroni", fill=["0.2", "0.6"])  # as the browser writes it
    assert tiles(again) == tiles(app) != []
    calm(button(again, "Clear").click().run())
    assert len(tiles(again)) == 24
    assert not again.query_params


def test_data_is_ordered_by_a_factor_and_turns_pages(renders):
    app = run("data", order="Fill")
    first = tiles(app)
    calm(app.pagination[0].set_value(2).run())
    assert app.query_params["page"] == "2"
    fills = [label.split(" · ")[1] for label in first + tiles(app)]
    assert fills == sorted(fills)
    assert len(fills) == 40
    calm(app.toggle(key="descending").set_value(True).run())
    assert tiles(app)[0].endswith(fills[-1])


def test_data_opens_a_picture_leafs_on_and_draws_on_it(renders):
    app = run("data", cocktail="Negroni", order="Cocktail")
    calm(app.button(key="open_negroni-003").click().run())
    assert app.query_params["picture"] == "negroni-003"
    before = pictures(app)
    assert len(before) == 16
    calm(button(app, "Next").click().run())
    assert app.query_params["picture"] == "negroni-004"
    plain = pictures(app)
    assert plain != before
    calm(app.button_group(key="layers").set_value(["vessel"]).run())
    assert pictures(app) != plain


@pytest.mark.parametrize("view", ["Class balance", "Co-occurrence", "Factors", "Scatter", "Independence"])
@pytest.mark.parametrize("cocktail", ["", "Mojito", "Free pour"])
def test_data_draws_and_saves_each_view(renders, view, cocktail):
    app = run("data", tab=view, **({"cocktail": cocktail} if cocktail else {}))
    assert not app.error
    assert app.get("plotly_chart") or "says nothing" in app.info[0].value
    assert any("CSV" in item.label or "csv" in item.label for item in app.download_button)


def test_data_names_points_and_bars(renders):
    assert "negroni-003" in str(run("data", tab="Scatter").get("plotly_chart")[0].proto)
    assert "Negroni" in str(run("data", tab="Class balance").get("plotly_chart")[0].proto)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"cocktail": "Nogroni"}, "Nogroni"),
        ({"fill": ["0", "9"]}, "choose a range"),
        ({"fill": "a"}, "choose a range"),
        ({"tab": "Everything"}, "tab"),
        ({"order": "Taste"}, "Taste"),
        ({"page": "9"}, "choose one from 1 to 2"),
        ({"picture": "../../etc"}, "render is called"),
    ],
)
def test_a_wrong_link_to_data_gets_a_sentence_and_pictures(renders, query, said):
    app = run("data", **query)
    assert said in app.error[0].value.replace("\\", "")
    assert len(pictures(app)) == 24


def test_data_with_nothing_chosen_says_so(renders):
    app = run("data", cocktail="Negroni", ingredients="Mint")
    assert "No picture" in app.info[0].value
    calm(button(app, "Clear").click().run())
    assert len(pictures(app)) == 24


@pytest.mark.skipif(not RENDERS.exists(), reason="no renders ship yet")
def test_data_shows_what_ships():
    assert len(pictures(run("data"))) == 24
