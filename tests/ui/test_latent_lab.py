"""The latent lab: what its page does, and the projections and paths under it."""

import json
import re
from base64 import b64decode
from io import BytesIO, StringIO
from typing import Any

import av
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.interpolate import RegularGridInterpolator
from streamlit.testing.v1 import AppTest

from cocktailman.errors import InputError
from cocktailman.film import gif_bytes, mp4_bytes
from cocktailman.inference.generator import Generator
from cocktailman.latent.paths import evenly, mixed
from cocktailman.latent.projection import Projector, View, pca_plane
from cocktailman.latent.tables import add_styles, read_styles, style_matrix
from cocktailman.renders import read_renders
from cocktailman.ui.latent.driver import Driven
from cocktailman.ui.latent.filters import Filter
from cocktailman.ui.latent.map_figure import map_figure
from cocktailman.ui.latent.outlines import DENSITIES, ELLIPSES, MIN_COUNT
from cocktailman.ui.latent.selection import CHOSEN, names_of
from cocktailman.ui.latent.steering import MIXED
from cocktailman.ui.shared.csv import csv_text
from tests.helpers.app import calm, pictures, run

MODEL = "cidvae-photos"  # the first that is offered
FAST = {"view": "PCA"}  # no compiler to load


def seat(app: AppTest) -> dict:
    """What the page tells the driver's seat in the browser."""
    [component] = app.get("bidi_component")
    return json.loads(component.proto.json)


def driven_to(app: AppTest) -> Driven:
    return app.session_state[f"driven_{MODEL}"]


def test_the_page_shows_a_map_and_hands_the_decoder_over():
    app = run("latent_space", **FAST)
    told = seat(app)
    assert len(told["style"]) == len(told["names"]) == 6
    assert sum(told["recipe"]) == len(app.session_state["recipe"])
    assert re.search(r"Beer \(\d+\)", str(app.get("plotly_chart")[0].proto))
    assert np.array(told["map"]["rows"]).shape == (2, 6)


def test_a_link_brings_back_style_locks_and_recipe():
    style = "0.50,-1.00,0.00,0.25,2.00,-0.75"
    app = run("latent_space", style=style, locked="2,5", recipe="gin,tonic", **FAST)
    told = seat(app)
    assert told["style"] == [0.5, -1, 0, 0.25, 2, -0.75]
    assert [place + 1 for place, lock in enumerate(told["locked"]) if lock] == [2, 5]
    assert app.query_params["style"] == style
    assert app.query_params["recipe"] == "gin,tonic"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"style": "1,2"}, "style of 6 numbers"),
        ({"recipe": "jin"}, "did you mean 'gin'"),
        ({"beside": "nobody"}, "model that is not here"),
    ],
)
def test_a_wrong_link_to_the_lab_gets_a_sentence_and_a_map(query, said):
    app = run("latent_space", **query, **FAST)
    assert said in app.error[0].value.replace("\\", "")
    assert app.get("plotly_chart")


def test_a_locked_number_stays_where_it_is():
    app = run("latent_space", style="1,1,1,1,1,1", locked="3", **FAST)
    calm(app.button(key=f"random_{MODEL}").click().run())
    style = driven_to(app).style
    assert style[2] == 1
    assert 1 not in style[:2] + style[3:]


def test_more_like_this_chooses_the_nearest_pictures():
    app = run("latent_space", style="0,0,0,0,0,0", **FAST)
    calm(app.button(key=f"alike_{MODEL}").click().run())
    chosen = app.session_state[CHOSEN]
    table = read_styles(MODEL)
    far = np.linalg.norm(style_matrix(table), axis=1)
    among = table["file"].isin(chosen).to_numpy()
    assert among.sum() == 24
    assert any("24 pictures selected" in item.value for item in app.caption)  # the statistics are of these
    assert far[among].max() <= far[~among].min()
    assert len(pictures(app)) == 12


def test_mixing_moves_recipe_and_style_and_unmixing_moves_them_back():
    app = run("latent_space", recipe="gin,tonic", style="0,0,0,0,0,0", **FAST)
    before = seat(app)
    calm(app.selectbox(key="mix_cocktail").select("Negroni").run())
    calm(app.slider(key="mix_share").set_value(25).run())
    told = seat(app)
    assert set(told["recipe"]) == {0, 0.25, 0.75, 1}  # gin is in both
    assert app.session_state[MIXED][2] == 0.25
    regressor, vocabulary = Generator.load(MODEL).regressor, Generator.load(MODEL).vocabulary
    assert regressor
    ends = [vocabulary.recipe_vector(r) for r in (("gin", "tonic"), vocabulary.cocktail("Negroni").recipe)]
    expected = 0.25 * (regressor.mean(ends[1]) - regressor.mean(ends[0]))
    assert told["style"] == pytest.approx(expected.tolist(), abs=1e-5)
    calm(app.selectbox(key="mix_cocktail").set_value(None).run())
    assert seat(app)["recipe"] == before["recipe"]
    assert seat(app)["style"] == pytest.approx(before["style"], abs=1e-5)


def test_two_models_lie_side_by_side_and_in_space():
    app = run("latent_space", beside="cvae-renders", view="PCA", dimensions="3D")
    assert not app.error
    assert len(app.get("plotly_chart")) >= 2
    for item in app.get("bidi_component"):
        told = json.loads(item.proto.json)["map"]
        assert (told["dimensions"], told["paint"], np.array(told["rows"]).shape) == (3, False, (3, 6))
    assert app.query_params["style2"]


def test_driven_hears_the_browser_and_a_jump_begins_a_new_path():
    hand = Driven.at([0, 0])
    hand.update({"style": [1.0, 2.0], "locked": [True, False], "path": [[0.0, 0.0], [1.0, 2.0]]})
    hand.jump([5, 6])
    assert (hand.style, hand.path, hand.revision) == ([1.0, 6.0], [[1.0, 6.0]], 1)
    hand.undo()
    hand.undo()
    assert (hand.style, hand.past, hand.revision) == ([0, 0], [], 3)
    hand.redo()
    assert hand.style == [1.0, 2.0] and hand.future == [[1.0, 6.0]]
    hand.jump([0, 0])
    assert not hand.future, "what comes after another step is gone"


def test_a_linear_view_is_undone_by_its_rows_and_new_styles_find_a_place():
    styles = np.random.default_rng(0).normal(size=(200, 5)).astype(np.float32) * [3, 2, 1, 1, 1]
    projector = Projector(View("PCA")).fit(styles)
    assert projector.rows_ is not None
    np.testing.assert_allclose(projector.rows_ @ projector.rows_.T, np.eye(2), atol=1e-5)
    np.testing.assert_allclose(projector.transform(styles[:3]), projector.places_[:3], atol=1e-4)
    np.testing.assert_allclose(projector.places_, pca_plane(styles), atol=1e-5)
    numbers = Projector(View("Numbers", numbers=(4, 0))).fit(styles)
    np.testing.assert_array_equal(numbers.places_, styles[:, [4, 0]].astype(np.float32))
    kept = Projector(View()).fit(styles, numbers.places_)  # of an earlier fit: new ones lie at their neighbours
    np.testing.assert_allclose(kept.transform(styles[:3]), numbers.places_[:3], atol=1e-3)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (View("SOM"), "choose one of"),
        (View("Numbers", numbers=(1, 1)), "different numbers"),
        (View("PCA", dimensions=3), "no 3 dimensions"),
        (View("UMAP", neighbors=50), "too few"),
    ],
)
def test_a_view_that_does_not_fit_gets_a_sentence(view, said):
    with pytest.raises(InputError, match=said):
        Projector(view).fit(np.zeros((30, 2)))


def test_too_few_styles_for_pca_are_not_sent_to_pca():
    with pytest.raises(InputError, match=r"^1 style is too few for this PCA: choose more styles$"):
        Projector(View("PCA")).fit(np.zeros((1, 2)))


def test_no_two_chosen_pictures_share_a_name():
    names = names_of(["a/b.jpg", "a-b.png", "a/b.webp", "A/B.jpg", "a/b-2.jpg", "c.jpg"])
    assert names == ["a-b.png", "a-b-2.png", "a-b-3.png", "A-B-4.png", "a-b-2-2.png", "c.png"]
    long = ["z" * 300 + ".jpg", "z" * 300 + ".png"]
    names = names_of(["n\0a.jpg", "n\0b.jpg", "../c:\\d.jpg", "\udcff.jpg", ".jpg", "v1.0/e", *long])
    assert names[:6] == ["n-a.png", "n-b.png", "--c--d.png", "-.png", "--2.png", "v1.0-e.png"]
    assert len(set(names)) == 8 and all(len(name.encode()) < 255 for name in names)


def test_a_cell_of_a_visitors_table_runs_as_no_formula():
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "gin", ""]
    table = pd.DataFrame({"drink": pd.Categorical([*cells, None]), "=z": np.arange(9) - 1.5})
    read = pd.read_csv(StringIO(csv_text(table)), keep_default_na=False)
    assert read["drink"].tolist() == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'＝1", "gin", "", ""]
    assert read["'=z"].tolist() == table["=z"].tolist(), "numbers stay numbers"


def test_paths_are_even_and_lead_somewhere():
    path = evenly([[0, 0], [0, 0], [3, 0], [3, 1]], 5)
    np.testing.assert_allclose(path, [[0, 0], [1, 0], [2, 0], [3, 0], [3, 1]])
    with pytest.raises(InputError, match="no path to film"):
        evenly([[1, 1], [1, 1]], 5)
    assert mixed([1, 0], [0, 1], 0.25).tolist() == [0.75, 0.25]


def test_a_film_runs_there_and_back():
    frames = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in (0, 120, 240)]
    film = Image.open(BytesIO(gif_bytes(frames)))
    reds = []
    for number in range(film.n_frames):  # type: ignore[attr-defined]
        film.seek(number)
        reds.append(film.convert("RGB").getpixel((0, 0))[0])  # type: ignore[index]
    assert reds == [0, 120, 240, 120]


def test_an_mp4_plays_the_same_frames():
    frames = [Image.new("RGB", (64, 48), (shade, 0, 0)) for shade in (0, 120, 240)]
    with av.open(BytesIO(mp4_bytes(frames)), "r") as film:
        [stream] = film.streams.video
        assert (stream.width, stream.height, stream.codec_context.name) == (64, 48, "h264")
        reds = [frame.to_image().getpixel((32, 24))[0] for frame in film.decode(stream)]
    assert reds == pytest.approx([0, 120, 240, 120], abs=4)


def test_pictures_are_coloured_by_their_error_where_it_is_known():
    colour = {"colour_cvae-renders": "Reconstruction error"}
    app = run("latent_space", model="cvae-renders", beside=MODEL, **colour, **FAST)
    assert "error (MSE)" in str(app.get("plotly_chart")[0].proto)
    assert "error" not in own_table()
    calm(
        next(item for item in app.file_uploader if item.label.startswith("Table"))
        .upload("table.parquet", parquet(own_table()), "application/octet-stream")
        .run()
    )
    assert "Reconstruction error" not in app.selectbox(key="colour_cvae-renders_own").options


def test_outlines_hold_the_shares_they_say():
    rng = np.random.default_rng(0)
    places = np.concatenate([rng.normal(0, 1, (600, 2)), rng.normal([9, 4], 0.5, (300, 2))]).astype(np.float32)

    def traces(places: Any, outline: str) -> list[Any]:
        return list(map_figure(places, "Cocktail", pd.Series(["Mojito"] * len(places)), outline=outline).data)

    _, contour = traces(places, DENSITIES)
    levels = contour.contours.start, contour.contours.end
    known = RegularGridInterpolator((contour.y, contour.x), contour.z)(places[:, ::-1])
    assert [np.mean(known >= level) for level in levels] == pytest.approx([0.9, 0.5], abs=0.02)
    assert len(traces(places[:MIN_COUNT], ELLIPSES)) == 2
    assert len(traces(places[: MIN_COUNT - 1], DENSITIES)) == 1, "too few"
    line = np.repeat(np.arange(30, dtype=np.float32), 2).reshape(-1, 2)
    assert len(traces(line, DENSITIES)) == 1, "no area to be dense in"


@pytest.mark.parametrize("file", ["free-pour-002", "mojito-017"])
def test_the_browser_finds_the_true_picture_of_a_render(file):
    renders = read_renders()
    pictures, ends = renders.stored
    row = renders.row(file)
    part = pictures[ends[row - 1] : ends[row]]
    assert Image.open(BytesIO(part)).convert("RGB").tobytes() == renders.image(row).tobytes()


def own_table(count: int = 60) -> pd.DataFrame:
    """What `embed` writes, of pictures whose styles are drawn here."""
    means = np.random.default_rng(1).normal(size=(count, 6)).astype(np.float32)
    return add_styles(pd.DataFrame({"file": [f"{number}.jpg" for number in range(count)]}), means, 0 * means + 0.1)


def parquet(table: pd.DataFrame) -> bytes:
    return table.to_parquet(None, index=False)


def test_a_table_of_ones_own_is_mapped_and_measured():
    app = run("latent_space", **FAST)
    calm(
        next(item for item in app.file_uploader if item.label.startswith("Table"))
        .upload("table.parquet", parquet(own_table()), "application/octet-stream")
        .run()
    )
    assert not app.error
    assert "one of your 60 pictures" in " ".join(item.value for item in app.caption)
    assert app.dataframe[0].value["styles"].tolist() == [60]
    assert f"own ({len(read_styles(MODEL)):,})" in str(app.get("plotly_chart")[0].proto)
    calm(app.button(key=f"alike_{MODEL}").click().run())
    assert len(pictures(app)) == 12


def test_a_filter_leaves_what_it_asks_for_and_selections_keep_to_it():
    app = run("latent_space", find="mojito lime", **FAST)
    table = read_styles(MODEL)
    passed = Filter("mojito lime").mask(table)
    assert 0 < passed.sum() < len(table)
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    rows = [trace["customdata"] for trace in figure["data"] if "customdata" in trace]
    assert f"filtered out ({len(table) - passed.sum():,})" in str(figure)
    assert any(f"{passed.sum():,} of {len(table):,} pictures pass" in item.value for item in app.caption)
    assert sum(map(count_of, rows)) == passed.sum()
    calm(app.button(key=f"alike_{MODEL}").click().run())
    chosen = app.session_state[CHOSEN]
    assert chosen and chosen <= set(table["file"].to_numpy()[passed]), "of the nearest, those that pass"


def count_of(values: Any) -> int:
    """How many numbers Plotly's JSON holds: a list, or bytes in base64 with their type."""
    return len(values) if isinstance(values, list) else len(b64decode(values["bdata"])) // int(values["dtype"][1:])


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (Filter("NEGRONI"), [0]),
        (Filter("b.jpg"), [1]),
        (Filter("lemon or lime"), [1, 2]),  # the name of an ingredient
        (Filter(ingredients=("gin", "lemon_juice")), [1]),
        (Filter(cocktails=("Negroni", "Daiquiri")), [0, 2]),
        (Filter(between={"error": (0.1, 0.25)}), [0, 1]),
        (Filter(among={"split": ("test",)}), [2]),
        (Filter("gin", among={"nothing": ("x",)}), [0, 1]),
        (Filter(" "), [0, 1, 2]),
    ],
)
def test_a_filter_reads_words_and_numbers(asked, kept):
    table = pd.DataFrame(
        {
            "file": ["a.jpg", "b.jpg", "c.jpg"],
            "drink": ["Negroni", "", "Daiquiri"],
            "ingredients": ["gin tonic", "gin lemon_juice", "rum lemon_juice"],
            "split": ["train", "train", "test"],
            "error": [0.1, 0.2, 0.3],
        }
    )
    assert np.flatnonzero(asked.mask(table)).tolist() == kept


def test_neighbours_are_ranked_by_style_and_by_pixels():
    app = run("latent_space", style="0,0,0,0,0,0", **FAST)
    calm(app.toggle(key=f"neighbours_{MODEL}").set_value(True).run())
    ranked = next(item.value for item in app.dataframe if "rank" in item.value)
    table = read_styles(MODEL)
    far = np.linalg.norm(style_matrix(table), axis=1)
    assert ranked["distance"].tolist() == pytest.approx(np.sort(far)[:12].tolist(), rel=1e-4)
    calm(app.selectbox(key=f"metric_{MODEL}").set_value("Pixels, Euclidean distance").run())
    other = next(item.value for item in app.dataframe if "rank" in item.value)
    assert other["distance"].is_monotonic_increasing and set(other["file"]) != set(ranked["file"])


def test_pictures_are_encoded_where_they_are_dropped_and_leave_when_they_are_taken_away():
    drink, other = BytesIO(), BytesIO()
    for number, data in enumerate((drink, other)):
        read_renders().image(number).save(data, "JPEG")
    app = run("latent_space", **FAST)
    uploader = next(item for item in app.file_uploader if "pictures" in item.label)
    for data in (drink.getvalue(), other.getvalue(), b"Two parts rum."):
        uploader.upload("drink.jpg", data, "image/jpeg")
    calm(app.run())
    assert "no readable picture" in app.error[0].value
    own = app.session_state[f"own_{MODEL}"].table
    assert own["file"].tolist() == ["drink.jpg", "drink.jpg-2"]
    expected = Generator.load(MODEL).encode([read_renders().image(0), read_renders().image(1)]).mean
    assert style_matrix(own) == pytest.approx(expected, abs=0.15), "JPEG changes it a little"
    assert "your pictures (2)" in str(app.get("plotly_chart")[0].proto), "set off from the model's own"
    work = app.session_state[f"encoding_by_{MODEL}"]
    work.found.pop()
    work.stop()
    del app.session_state[f"own_{MODEL}"]
    calm(app.run())
    assert app.session_state[f"own_{MODEL}"].table["file"].tolist() == ["drink.jpg"]
    assert "Stopped: 1 of 3 pictures" in app.warning[0].value
    calm(next(item for item in app.multiselect if item.label.startswith("Kept")).set_value([]).run())
    assert f"own_{MODEL}" not in app.session_state


def test_a_style_is_pinned_and_returned_to_and_steps_are_undone():
    app = run("latent_space", style="1,1,1,1,1,1", recipe="gin,tonic", **FAST)
    calm(app.button(key=f"pin_{MODEL}").click().run())
    calm(app.button(key=f"random_{MODEL}").click().run())
    moved = driven_to(app).style
    assert moved != [1] * 6
    calm(app.button(key=f"undo_{MODEL}").click().run())
    assert driven_to(app).style == [1] * 6 and seat(app)["style"] == [1] * 6
    calm(app.button(key=f"redo_{MODEL}").click().run())
    assert driven_to(app).style == moved
    calm(app.button(key=f"return_{MODEL}_0").click().run())
    assert driven_to(app).style == [1] * 6 and app.session_state["recipe"] == ["gin", "tonic"]
