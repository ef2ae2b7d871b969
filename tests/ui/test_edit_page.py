"""The page Edit with networks of random weights: what a visitor does, what a link says, what cannot be used."""

from pathlib import Path

import pytest

from cocktailman.factors import DIRECTION, factors
from cocktailman.models.checkpoints import list_checkpoints
from cocktailman.ui.edit import settings
from tests.helpers.app import button, calm, pictures, run
from tests.helpers.editors import drink
from tests.helpers.pictures import blank, png


@pytest.fixture(autouse=True)
def shipped(editors: Path, monkeypatch: pytest.MonkeyPatch):
    """The page finds the editors made here, whatever ships."""
    monkeypatch.setattr(settings, "list_checkpoints", lambda able: list_checkpoints(editors, able))
    found = settings.find_checkpoint
    monkeypatch.setattr(settings, "find_checkpoint", lambda name: found(name, editors))
    settings.editor.clear()
    yield
    settings.editor.clear()


def captions(app) -> str:
    return " ".join(item.value for item in app.caption)


def test_the_first_screen_shows_an_edit_and_a_link_says_which() -> None:
    app = run("edit")
    assert not app.error and "Now 0.71" in captions(app) and "Light's strength: " in captions(app)
    app = run("edit", factor="glass", value="martini", how_far="50")
    assert not app.error and app.selectbox(key="value_glass").value == "martini"
    assert "Glass: martini, by pairnet-renders" in captions(app) and app.slider(key="how_far").value == 50
    app.selectbox(key="may_change").set_value("Liquid")
    app.selectbox(key="factor").set_value("fill")
    assert f"{factors()['fill'].label}: " in captions(calm(app.run())) and app.query_params["factor"] == "fill"


def test_a_garnish_goes_where_one_says_and_a_link_says_so_too() -> None:
    app = run("edit", factor="garnish", value="cherry", garnish_direction="-45")
    assert not app.error and app.slider(key=DIRECTION).value == -45
    app.slider(key=DIRECTION).set_value(60.0)
    assert not calm(app.run()).error and app.query_params[DIRECTION] == "60"
    app = run("edit", factor="garnish", value="cherry", garnish_direction="north")
    assert "write a number" in app.error[0].value and abs(float(app.slider(key=DIRECTION).value)) <= 180  # type: ignore[arg-type]


def test_what_a_visitor_knows_of_a_photo_is_asked_kept_and_said_by_the_link() -> None:
    app = run("edit", source="Upload", factor="fill", value="0.5", known_glass="coupe", known_fill="0.77")
    assert not [box for box in app.selectbox if box.label == "Glass"]  # nothing to know yet
    app.file_uploader[0].upload("drink.png", png(drink()), "image/png")
    calm(app.run())
    assert app.selectbox(key="known_glass").value == "coupe" and app.selectbox(key="known_fill").value == 0.75
    assert "Now 0.75" in captions(app)
    app.selectbox(key="known_fill").set_value(None)
    app.multiselect(key="known_ingredients").set_value(["gin", "tonic"])
    calm(app.run())
    assert not app.error and "not known" in captions(app)
    said = {name: value for name, value in app.query_params.items() if name.startswith("known_")}
    assert said == {"known_glass": "coupe", "known_ingredients": "gin,tonic"}
    app.segmented_control(key="source").set_value("Sample")
    calm(app.run())
    assert not [box for box in app.selectbox if box.label == "Glass"]  # of a render all is known
    assert not [name for name in app.query_params if name.startswith("known_")]
    app.segmented_control(key="source").set_value("Upload")
    app.run()
    app.file_uploader[0].upload("drink.png", png(drink()), "image/png")
    calm(app.run())
    assert app.selectbox(key="known_glass").value == "coupe" and app.selectbox(key="known_fill").value is None
    app.segmented_control(key="source").set_value("Painted")
    assert calm(app.run()).selectbox(key="known_glass").value is None  # of another drink it was not said
    assert not [box for box in app.multiselect if box.key == "known_ingredients"]  # its recipe is known


def test_what_a_link_cannot_know_is_said() -> None:
    app = run("edit", known_glass="bucket", source="Upload", factor="fill", value="0.5")
    app.file_uploader[0].upload("drink.png", png(drink()), "image/png")
    assert "Unknown glass 'bucket'" in calm(app.run()).error[0].value.replace("\\", "")


def test_what_a_link_cannot_ask_for_is_said() -> None:
    app = run("edit", factor="glass", value="bucket")
    assert "Unknown glass 'bucket'" in app.error[0].value.replace("\\", "")
    assert "Glass: coupe" in captions(app)


def test_a_flow_waits_to_be_asked_and_what_is_there_stays() -> None:
    app = run("edit", editor="flow-renders", edit_steps="4")
    assert any("Press *Edit*" in item.value for item in app.info)
    button(app, "Edit").click()
    assert "Light's strength: " in captions(calm(app.run())) and "by flow-renders" in captions(app)
    button(app, "Stop").click()
    assert "by flow-renders" in captions(calm(app.run()))


@pytest.mark.parametrize(("factor", "value", "shown"), [("garnish", "none", []), ("light_azimuth", "0", 0.0)])
def test_a_link_may_ask_for_nothing(factor, value, shown) -> None:
    app = run("edit", factor=factor, value=value)
    assert not app.error and app.session_state[f"value_{factor}"] == shown


def test_a_series_is_one_sheet_of_several_drinks() -> None:
    app = run("edit", factor="fill", shows="series")
    assert not app.error and len(pictures(app)) == 1 and "mojito-008, " in captions(app)


def test_a_picture_without_a_drink_is_one_sentence() -> None:
    app = run("edit", source="Upload")
    app.file_uploader[0].upload("blank.png", png(blank()), "image/png")
    calm(app.run())
    assert len(app.error) == 1 and "blank.png" in app.error[0].value.replace("\\", "")
