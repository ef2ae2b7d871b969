"""What a URL says of a picture, and what it cannot say."""

from hypothesis import given
from hypothesis import strategies as st

from cocktailman.catalog import catalog
from cocktailman.ui.shared.painting import Painting, read_query

MODELS = ["cvae-photos", "another"]
IDS = [item.id for item in catalog().ingredients]
RECIPES = st.sets(st.sampled_from(IDS), min_size=1).map(catalog().recipe)
STYLES = st.none() | st.lists(st.integers(-300, 300).map(lambda n: n / 100), min_size=4, max_size=8).map(tuple)
GROUNDS = st.sampled_from(["", "none"]) | st.from_regex("#[0-9a-f]{6}", fullmatch=True)
PAINTINGS = st.builds(
    Painting, st.sampled_from(MODELS), RECIPES, st.integers(0, 10**9 - 1), STYLES, st.booleans(), GROUNDS
)


@given(PAINTINGS)
def test_a_link_says_all_of_a_painting(painting):
    assert read_query(painting.query(), MODELS) == (painting, [])


@given(st.dictionaries(st.sampled_from(["model", "recipe", "seed", "style", "typical", "ground", "other"]), st.text()))
def test_any_link_gives_a_painting_and_a_line_for_each_thing_wrong(query):
    painting, errors = read_query(query, MODELS)
    assert painting.model in MODELS and painting.recipe == catalog().recipe(painting.recipe)
    assert len(errors) <= len(query)
    assert all(len(str(error)) < 250 and str(error).strip() for error in errors)
