"""Factors in words and in numbers: what is written is read, what is not known is not told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocktailman.errors import InputError
from cocktailman.factors import (
    CHANGEABLE,
    DIRECTION,
    LOOK,
    encode,
    encoded_width,
    factors,
    places,
    read_change,
    read_known,
    values_of,
)
from cocktailman.renders import read_renders

FACTS = read_renders().facts(1234)


def test_what_is_written_of_a_render_is_read_again():
    values = values_of(FACTS)
    assert values.keys() == factors().keys()
    for name in CHANGEABLE:
        found = read_change(f"{name}={factors()[name].write(values[name])}", {})[1]
        assert np.allclose(factors()[name].encode(found), factors()[name].encode(values[name]), atol=0.02), name


def test_a_factor_that_is_not_known_is_all_zeros_and_says_so():
    values = values_of(FACTS)
    numbers, known = encode(values)
    fewer, told = encode({name: value for name, value in values.items() if name != "glass"})
    assert len(numbers) == encoded_width() and known.all() and told.sum() == len(told) - 1
    assert not fewer[places()["glass"]].any() and numbers[places()["glass"]].sum() == 1
    assert np.array_equal(np.delete(fewer, np.r_[places()["glass"]]), np.delete(numbers, np.r_[places()["glass"]]))


def test_a_mixture_looks_as_its_liquids_do_and_nothing_looks_like_nothing():
    encode_look = factors()["ingredients"].encode

    def look(*items: str) -> np.ndarray:
        return encode_look(items)[-LOOK:]

    red, blue = 0, 2
    assert look("blue_curacao", "vodka")[blue] > look("blue_curacao", "vodka")[red] + 0.5
    assert look("gin")[3] == -1 and look("irish_cream")[3] > 0.9  # clear, and cloudy
    assert np.abs(look("gin", "tonic") - look("vodka", "tonic")).max() < 0.2
    assert not look().any() and not look("mint").any()


def test_angles_next_to_each_other_are_so_in_numbers():
    east = factors()["light_azimuth"]
    assert np.abs(east.encode(179.0) - east.encode(-179.0)).max() < 0.04


def test_words_are_added_and_taken_away_where_it_is_known_what_there_was():
    assert read_change("ingredients=+gin,-rum", {"ingredients": ("rum", "soda_water")}) == (
        "ingredients",
        ("gin", "soda_water"),
    )
    with pytest.raises(InputError, match="not known what garnish there was"):
        read_change("garnish=+cherry", {})
    assert read_change("garnish=none", {}) == ("garnish", ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fill", "write it as FACTOR=VALUE"),
        ("camera=3", "there is no factor 'camera'"),
        ("camera_elevation=3", "there is no factor"),
        ("fill=2", "give 0.3 to 0.95"),
        ("fill=nan", "write a number"),
        ("glass=bucket", "choose one of highball"),
        ("garnish=lime_wheel,umbrella", "unknown garnish 'umbrella'"),
    ],
)
def test_what_is_no_change_is_said(text, said):
    with pytest.raises(InputError, match=said):
        read_change(text, {})


def test_of_a_picture_any_factor_may_be_known():
    assert read_known("garnish_direction=60") == (DIRECTION, 60.0)
    assert read_known("camera_elevation=3") == ("camera_elevation", 3.0)
    for text, said in (
        ("garnish_directon=60", "there is no factor"),
        ("fill", "FACTOR=VALUE"),
        ("fill=9", "out of range"),
    ):
        with pytest.raises(InputError, match=said):
            read_known(text)


def test_a_garnish_sits_where_the_camera_sees_it():
    facts = {**FACTS, "garnish_azimuth": 0.0, "camera_azimuth": 0.0}  # to the right, of a camera that looks straight on
    assert values_of(facts)[DIRECTION] == pytest.approx(90)
    assert values_of({**facts, "garnish_azimuth": 270.0})[DIRECTION] == pytest.approx(0)  # before the glass
    assert values_of({**facts, "camera_azimuth": 20.0})[DIRECTION] == pytest.approx(110)


@given(st.text(max_size=40))
def test_any_text_is_a_change_or_a_sentence(text):
    try:
        name, _ = read_change(text, {})
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert name in CHANGEABLE
