"""Home, Generate and Latent space on the shipped checkpoint; what a visitor does, and what a visitor gets wrong."""

from io import BytesIO

import pytest

from cocktailman.catalog import catalog
from cocktailman.drinks import COLOURS, DRINKS
from cocktailman.inference.generator import Generator
from cocktailman.renders import read_renders
from cocktailman.ui.shared.painting import FIRST_SEED
from tests.helpers.app import button, calm, pictures, run


def test_home_paints_a_strip_and_another():
    app = run("home")
    before = pictures(app)
    assert len(set(before)) == len(DRINKS)
    calm(button(app, "Paint others").click().run())
    assert not set(before) & set(pictures(app))


def test_generate_shows_a_drink_and_a_new_style_another():
    app = run("generate")
    [before] = pictures(app)
    calm(button(app, "New style").click().run())
    assert pictures(app) != [before]
    assert app.query_params["seed"] == str(FIRST_SEED + 1)


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


def test_sliders_reach_a_style_far_from_the_prior():
    app = run("generate", style="0,-3.13,0,0,0,0")
    assert app.slider(key="style_2").value == -3.13 and app.slider(key="style_2").min == -4
    assert len(pictures(app)) == 1


def test_a_dozen_and_taking_one_of_it():
    app = run("generate", seed="3")
    calm(app.button_group(key="style_view").set_value("A dozen").run())
    assert len(set(pictures(app))) == 12
    assert app.query_params["dozen"] == "yes"
    calm(app.button_group(key="taken").set_value(5).run())
    model = app.query_params["model"]
    expected = Generator.load(model).draw_styles([app.session_state["recipe"]] * 12, 3)[4]
    assert [float(number) for number in app.query_params["style"].split(",")] == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize("typical", ["yes", "no"])
def test_truncation_draws_styles_nearer_to_the_mean_and_travels(typical):
    app = run("generate", seed="3", typical=typical)
    calm(app.slider(key="style_truncation").set_value(0.5).run())
    assert app.query_params["truncation"] == "0.50"
    shown = app.session_state["style_looked_at"]
    generator, recipe = Generator.load(app.query_params["model"]), app.session_state["recipe"]
    assert generator.regressor is not None
    whole = generator.typical_styles([recipe], 3) if typical == "yes" else generator.sample_styles(1, 3)
    mean = generator.regressor.mean(catalog().recipe_vector(recipe)) if typical == "yes" else 0
    assert shown == pytest.approx((mean + (whole[0] - mean) / 2).tolist(), abs=1e-5)
    again = run(
        "generate",
        **{
            name: app.query_params[name]
            for name in ("model", "seed", "truncation", "typical")
            if name in app.query_params
        },
    )
    assert pictures(again) == pictures(app)
    calm(app.slider(key="style_truncation").set_value(1.0).run())
    assert "truncation" not in app.query_params


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"recipe": "jin"}, "did you mean 'gin'"),
        ({"recipe": "gin,unobtainium"}, "nothing here is spelt like it"),
        ({"recipe": ","}, "at least one ingredient"),
        ({"style": "1,2"}, "style of 6 numbers"),
        ({"style": "nan,0,0,0,0,0"}, "between"),
        ({"style": "a"}, "numbers separated by commas"),
        ({"seed": "-1"}, "seed"),
        ({"truncation": "1.5"}, "not a number from 0 to 1"),
        ({"ground": "beige"}, "neither none nor a colour"),
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
    read_renders().image(0).save(data, "JPEG")
    calm(app.file_uploader[0].upload("drink.jpg", data.getvalue(), "image/jpeg").run())
    assert len(pictures(app)) == 2
    style = [float(number) for number in app.query_params["style"].split(",")]
    assert len(style) == 6 and any(style), "the photo stays here, its style may travel"
    calm(app.file_uploader[0].upload("*drink*.jpg", data.getvalue()[:300], "image/jpeg").run())
    assert "cut off or damaged" in app.error[0].value


def test_latent_space_says_what_the_styles_are_like():
    app = run("latent_space")
    assert any("groups have a nearly normal distribution" in item.value for item in app.markdown)
    cocktails, numbers = (item.value for item in app.dataframe)
    assert set(cocktails["cocktail"]) == set(COLOURS)
    assert min(cocktails["styles"].tolist()) >= 20
    assert len(numbers) == 6


def test_the_ground_of_a_cut_out_is_a_choice_that_travels():
    app = run("generate", seed="3")
    [grey] = pictures(app)
    calm(app.button_group(key="ground_choice").set_value("Nothing").run())
    assert pictures(app) != [grey] and app.query_params["ground"] == "none"
    calm(app.button_group(key="ground_choice").set_value("A colour").run())
    [coloured] = pictures(app)
    assert app.query_params["ground"] == "f4efe6"
    link = {name: app.query_params[name] for name in ("model", "recipe", "seed", "ground")}
    assert pictures(run("generate", **link)) == [coloured]
