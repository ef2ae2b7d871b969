"""The page Explore pictures, on the renders that ship."""

import numpy as np
from streamlit.testing.v1 import AppTest

from cocktailman.renders import read_renders
from tests.helpers.app import button, calm, pictures, run


def said(app: AppTest) -> str:
    return "\n".join(item.value for item in app.markdown)


def test_tags_come_first_and_follow_labels_and_threshold():
    app = run("explore")
    held = int(np.count_nonzero(read_renders().factors["split"] != "train"))
    assert f"{held:,} pictures" in said(app) and "mean average precision" in said(app) and len(pictures(app)) == 12
    calm(button(app, "Others").click().run())
    assert app.query_params["draw"] == "1" and len(pictures(app)) == 12
    few = run("explore", labels="copper mug, straw", given_from="0.80")
    assert "are given 1.0 tags on average" in said(few) and "over 2 labels" in said(few)
    wrong = run("explore", labels=" ", show="nothing")
    assert [error.value for error in wrong.error] == [
        "The link's show \\(nothing\\) is not here\\: choose below",
        "0 labels are given\\: name 1 to 200, separated by commas",
    ]


def test_search_by_text_finds_what_it_says():
    app = run("explore", show="Search", text="a copper mug", found="6")
    assert len(pictures(app)) == 6 and "The 6 of" in said(app)


def test_clusters_answer_in_words():
    app = run("explore", show="Clusters", labels="copper mug, straw, foam, champagne flute, outdoors", clusters="8")
    assert any(f"and there are {n} cocktails" in said(app) for n in range(20, 38))
    assert len(pictures(app)) > 0


def test_odd_ones_out_and_how_far_to_trust_them():
    app = run("explore", show="Odd ones out", method="Autoencoder")
    assert "do not look like a drink" in said(app) and "validation photos of drinks" in said(app)
    assert len(pictures(app)) >= 12 + 3 * 4


def test_recipes_are_invented_with_what_is_fixed():
    app = run("explore", show="Invent", spirit="gin", glass="copper mug", seed="4")
    first = said(app)
    assert "(spirit: gin, glass: copper mug)" in first and first.count("Gin") >= 8
    assert "from" not in [item.key for item in app.get("button_group")]  # it asks for no pictures
    calm(button(app, "Others").click().run())
    assert said(app) != first
