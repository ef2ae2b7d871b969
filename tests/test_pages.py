"""Each page as Streamlit runs it, on the shipped checkpoint; what a visitor does, and what a visitor gets wrong."""

from io import BytesIO
from pathlib import Path

import pytest
from conftest import blank, noise
from PIL import Image
from streamlit.testing.v1 import AppTest
from test_renders import write_renders

from cocktailman.catalog import catalog
from cocktailman.checkpoints import CHECKPOINTS
from cocktailman.generation import Generator
from cocktailman.images import read_image
from cocktailman.recognition import Recogniser
from cocktailman.renders import RENDERS, read_renders
from cocktailman.ui import cache, entry, photo
from cocktailman.ui.figures import COLOURS

APP = Path(__file__).parent.parent / "streamlit_app.py"


def run(page: str, /, **query: str | list[str]) -> AppTest:
    """The page after its first run, with nothing gone wrong that it did not show."""
    app = AppTest.from_file(APP, default_timeout=60)
    app.switch_page(f"pages/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    return calm(app.run())


def calm(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def pictures(app: AppTest) -> list[str]:
    """What each picture on the page is stored as: equal names, equal pixels."""
    return [image.proto.imgs[0].url for image in app.get("image")]


def button(app: AppTest, label: str):
    return next(item for item in app.button if item.label == label)


def test_home_paints_a_strip_and_another():
    app = run("home")
    before = pictures(app)
    assert len(set(before)) == 12
    calm(button(app, "Paint others").click().run())
    assert not set(before) & set(pictures(app))


def test_generate_shows_a_drink_and_a_new_style_another():
    app = run("generate")
    [before] = pictures(app)
    calm(button(app, "New style").click().run())
    assert pictures(app) != [before]
    assert app.query_params["seed"] == "1"


def test_a_link_brings_back_the_picture():
    first = run("generate", recipe="gin,tonic", seed="5")
    again = run("generate", **{name: first.query_params[name] for name in ("model", "recipe", "seed")})
    other = run("generate", recipe="gin,tonic", seed="6")
    assert pictures(first) == pictures(again) != pictures(other)


def test_a_cocktail_is_a_start_that_can_be_changed():
    app = run("generate")
    calm(app.selectbox(key="recipe_cocktail").select("Negroni").run())
    negroni = list(catalog().cocktail("Negroni").recipe)
    assert app.multiselect(key="recipe_search").value == negroni
    calm(app.multiselect(key="recipe_search").select("mint").run())
    assert app.query_params["recipe"] == ",".join(catalog().recipe([*negroni, "mint"]))


def test_all_ingredients_at_once_and_none():
    every = [item.id for item in catalog().ingredients]
    app = run("generate", recipe=",".join(every))
    assert len(pictures(app)) == 1
    calm(app.multiselect(key="recipe_search").set_value([]).run())
    assert "o ingredient is chosen" in app.error[0].value
    calm(app.selectbox(key="recipe_cocktail").select("Beer").run())
    assert len(pictures(app)) == 1
    assert not app.error


def test_sliders_move_the_picture_and_reset():
    app = run("generate", style="0,0,0,0,0,0")
    before = pictures(app)
    calm(app.slider(key="style_1").set_value(2.0).run())
    assert pictures(app) != before
    assert app.query_params["style"].startswith("2.00,")
    calm(button(app, "Reset").click().run())
    assert pictures(app) == before


def test_a_dozen_and_taking_one_of_it():
    app = run("generate", seed="3")
    calm(app.button_group(key="style_view").set_value("A dozen").run())
    assert len(set(pictures(app))) == 12
    calm(app.button(key="take_4").click().run())
    model = app.query_params["model"]
    expected = Generator.load(model).sample_styles(12, 3)[4]
    assert [float(number) for number in app.query_params["style"].split(",")] == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"recipe": "jin"}, "did you mean 'gin'"),
        ({"recipe": ","}, "at least one ingredient"),
        ({"style": "1,2"}, "style of 6 numbers"),
        ({"style": "nan,0,0,0,0,0"}, "between"),
        ({"style": "a"}, "numbers separated by commas"),
        ({"seed": "-1"}, "seed"),
        ({"model": "../../etc"}, "model that is not here"),
    ],
)
def test_a_wrong_link_gets_a_sentence_and_a_picture(query, said):
    app = run("generate", **query)
    assert said in app.error[0].value.replace("\\", "")
    assert len(pictures(app)) == 1


def test_photo_gives_its_style_and_no_photo_a_sentence():
    app = run("generate")
    calm(app.button_group(key="style_mode").set_value("From a photo").run())
    data = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(data, "JPEG")
    calm(app.file_uploader[0].upload("drink.jpg", data.getvalue(), "image/jpeg").run())
    assert len(pictures(app)) == 2
    calm(app.file_uploader[0].upload("*drink*.jpg", data.getvalue()[:300], "image/jpeg").run())
    assert "cut off or damaged" in app.error[0].value


def test_latent_space_says_what_the_styles_are_like():
    app = run("latent_space")
    assert any("groups are near normal" in item.value for item in app.markdown)
    cocktails, numbers = (item.value for item in app.dataframe)
    assert set(cocktails["cocktail"]) == set(COLOURS)
    assert min(cocktails["styles"].tolist()) >= 20
    assert len(numbers) == 6


@pytest.fixture
def renders(tmp_path, monkeypatch):
    """The page Data reads 40 renders made here, whatever ships."""
    folder = write_renders(tmp_path / "renders")
    monkeypatch.setattr(cache, "read_renders", lambda: read_renders(folder))
    cache.renders.clear()
    yield folder
    cache.renders.clear()


def tiles(app: AppTest) -> list[str]:
    """What is written below each small picture."""
    return [item.label for item in app.button if (item.key or "").startswith("open_")]


def test_data_shows_pictures_first(renders):
    app = run("data")
    assert "40 path-traced pictures" in app.markdown[0].value
    assert len(pictures(app)) == len(tiles(app)) == 24
    assert len(set(tiles(app))) == 3


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


@pytest.mark.parametrize("view", ["Class balance", "Together", "Factors", "Scatter", "Independence"])
@pytest.mark.parametrize("cocktail", ["", "Mojito", "Free pour"])
def test_data_draws_and_saves_each_view(renders, view, cocktail):
    app = run("data", view=view, **({"cocktail": cocktail} if cocktail else {}))
    assert not app.error
    assert app.get("plotly_chart") or "says nothing" in app.info[0].value
    assert any("CSV" in item.label or "csv" in item.label for item in app.download_button)


def test_data_names_points_and_bars(renders):
    assert "negroni-003" in str(run("data", view="Scatter").get("plotly_chart")[0].proto)
    assert "Negroni" in str(run("data", view="Class balance").get("plotly_chart")[0].proto)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"cocktail": "Nogroni"}, "Nogroni"),
        ({"fill": ["0", "9"]}, "choose a range"),
        ({"fill": "a"}, "choose a range"),
        ({"view": "Everything"}, "view"),
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


@pytest.fixture
def recogniser(recogniser, recognisers, renders, monkeypatch):
    """The page Recognise sees with the tiny networks, to which noise is a drink and a blank picture none."""
    monkeypatch.setattr(Recogniser.load.__func__, "__defaults__", (recognisers,))
    for cached in (photo.recogniser, photo.look, photo.heat_map):
        cached.clear()
    yield recogniser
    for cached in (photo.recogniser, photo.look, photo.heat_map):
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
    for detector in (photo.recogniser().detector, recogniser.detector):
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
    monkeypatch.setattr(photo.recogniser().detector, "threshold", 0.0)  # everything is a drink
    app = uploaded(("drinks.jpg", jpeg(noise(0))))
    first = (pictures(app), bars(app))
    choice = next(item for item in app.button_group if (item.key or "").startswith("drink_"))
    calm(choice.set_value(len(choice.options) - 1).run())
    assert (pictures(app)[0] != first[0][0], bars(app) != first[1]) == (True, True)
    drawn = {pictures(app)[0]}
    for layer in ("Where seen", "Background blurred"):
        calm(app.button_group(key="layer").set_value(layer).run())
        drawn |= set(pictures(app))
    assert len(drawn) == 3


def test_recognise_goes_from_a_drink_to_a_picture_without_one(recogniser, monkeypatch):
    app = uploaded(("drink.jpg", jpeg(noise(0))))
    calm(app.button_group(key="layer").set_value("Background blurred").run())
    monkeypatch.setattr(photo.recogniser().detector, "threshold", 1.0)  # from here on nothing is a drink
    calm(app.button_group(key="source").set_value("Sample").run())
    calm(button(app, "Read the whole picture").click().run())
    assert app.button_group(key="layer").options == ["Where seen"]
    assert len(pictures(app)) == 1


def test_recognise_paints_what_is_seen(recogniser, monkeypatch):
    monkeypatch.setattr(entry, "require_entry_point", lambda: None)  # it reruns each run of AppTest, and forgets clicks
    app = uploaded(("drink.jpg", jpeg(noise(0))), threshold="0.5")
    seen = recogniser.classifier.seen(recogniser.recognise([read_image(jpeg(noise(0)))])[0].reading, 0.5)
    calm(button(app, "Paint this").click().run())
    assert app.title[0].value == "Generate"
    assert app.query_params["recipe"] == ",".join(seen)
    assert len(app.query_params["style"].split(",")) == 6


def test_recognise_several_gives_a_table_and_opens_one(recogniser):
    app = uploaded(("a.jpg", jpeg(noise(0))), ("b.jpg", b"Two parts rum."), ("c.jpg", jpeg(blank())))
    good, damaged, empty = app.dataframe[0].value.to_dict("records")
    assert [row["file"] for row in (good, damaged, empty)] == ["a.jpg", "b.jpg", "c.jpg"]
    [seen] = recogniser.recognise([read_image(jpeg(noise(0)))])
    assert good["score"] == pytest.approx(seen.boxes[0].score, rel=1e-3)
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
    monkeypatch.setattr(photo.recogniser().detector, "threshold", 0.0)  # there is no slider where nothing is read
    app = run("recognise", **query)
    assert said in app.error[0].value.replace("\\", "")
    assert app.title[0].value == "Recognise"


def test_recognise_says_what_is_wrong_with_a_file(recogniser):
    app = uploaded(("*drink*.jpg", jpeg(noise(0))[:300]))
    assert "cut off or damaged" in app.error[0].value
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
