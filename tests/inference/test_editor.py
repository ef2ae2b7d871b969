"""Edits: what stays, what changes, what is told to the network, and what is said of a wrong setting."""

import sys
from typing import get_args

import numpy as np
import pytest
import torch
from PIL import Image

from cocktailman.__main__ import main
from cocktailman.errors import InputError
from cocktailman.factors import DIRECTION, Values, factors, places
from cocktailman.inference.edit_series import POURED, columns_of, label_of, sheet, values_over
from cocktailman.inference.editor import EditSettings, Start, cut_drink, edited, framed
from cocktailman.inference.editors import load_editor
from cocktailman.inference.flow_editor import with_change
from cocktailman.inference.pair_editor import PairEditor, in_steps, one_piece_at_a_time
from cocktailman.models.pairnet.network import PairNet, PairNetConfig
from tests.helpers.editors import drink

BEFORE: Values = {"fill": 0.8, "glass": "coupe", "light_warmth": 4000.0}
METHODS = ("pairnet-renders", "flow-renders")


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("RGBA"), int)


def test_a_pair_network_begins_by_copying():
    network = PairNet(PairNetConfig(size=32, patch=4, widths=[8, 16], steer_dim=16)).eval()
    image = torch.rand(2, 4, 64, 64)
    told = torch.rand(2, network.config.factor_dim), torch.ones(2, len(factors()))
    assert torch.allclose(network(image, told, told), image, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_asked_for_changes_and_what_a_mask_leaves_out_stays_to_the_pixel(editors, method):
    editor, picture = load_editor(method), drink()
    mask = np.zeros((64, 64), np.float32)
    mask[32:] = 1
    whole = edited(editor, picture, BEFORE, {"fill": 0.3}, EditSettings(steps=3))
    part = edited(editor, picture, BEFORE, {"fill": 0.3}, EditSettings(steps=3), mask)
    other = edited(editor, picture, BEFORE, {"fill": 0.9}, EditSettings(steps=3))
    assert whole.before.size == whole.after.size == (256, 256)
    assert (pixels(whole.after) != pixels(whole.before)).mean() > 0.05
    assert (pixels(whole.after) != pixels(other.after)).any()
    upper, lower = pixels(part.after)[:112], pixels(part.after)[128:]
    assert (upper == pixels(part.before)[:112]).all() and (lower != pixels(part.before)[128:]).any()
    assert whole.facts["change"] == "fill=0.30" and "glass=coupe" in str(whole.facts["before"])


@pytest.mark.parametrize("method", METHODS)
def test_strength_0_leaves_the_picture(editors, method):
    found = edited(load_editor(method), drink(), BEFORE, {"glass": "wine"}, EditSettings(strength=0, steps=2))
    assert np.abs(pixels(found.after) - pixels(found.before))[pixels(found.before)[..., 3] > 0].max() <= 1


def test_several_pieces_of_garnish_are_put_on_one_beside_the_other():
    before: Values = {"garnish": ("cherry",), DIRECTION: 160.0}
    changes: Values = {"garnish": ("cherry", "lime_wheel", "mint_sprig"), "fill": 0.5}
    first, second = one_piece_at_a_time(before, changes)
    assert first == (before, {"garnish": ("cherry", "lime_wheel"), "fill": 0.5})
    known = {"garnish": ("cherry", "lime_wheel"), "fill": 0.5, DIRECTION: -150.0}
    assert second == (known, {"garnish": ("cherry", "lime_wheel", "mint_sprig")})
    for alone in ({"garnish": ("lime_wheel",)}, {"garnish": ()}, {"fill": 0.5}):
        assert list(one_piece_at_a_time(before, alone)) == [(before, alone)]


def test_garnish_comes_off_before_another_glass_comes_and_goes_onto_it():
    before: Values = {"glass": "rocks", "garnish": ("cherry", "lime_wheel"), DIRECTION: 20.0}
    off, first, second = in_steps(before, {"glass": "coupe"})
    bare = {**before, "garnish": ()}
    assert off == (before, {"garnish": ()})
    assert first == (bare, {"glass": "coupe", "garnish": ("cherry",)})
    assert second[0]["glass"] == "coupe" and second[1] == {"garnish": ("cherry", "lime_wheel")}
    assert list(in_steps(before, {"glass": "coupe", "garnish": ()}))[1:] == [(bare, {"glass": "coupe"})]
    assert list(in_steps(before, {"fill": 0.5})) == [(before, {"fill": 0.5})]
    assert list(in_steps(before, {"glass": "rocks", "garnish": ("cherry", "lime_wheel")})) == []  # it is so already
    assert list(in_steps({"glass": "rocks"}, {"glass": "coupe"})) == [({"glass": "rocks"}, {"glass": "coupe"})]


def test_an_edit_by_the_pair_network_takes_these_steps(editors, monkeypatch):
    editor, asked = load_editor("pairnet-renders"), []
    assert isinstance(editor, PairEditor)
    names, made = list(factors()), editor._network.edited

    def recorded(image, known, wanted):
        asked.append([name for name, said in zip(names, wanted[1][0], strict=True) if said])
        return made(image, known, wanted)

    monkeypatch.setattr(editor._network, "edited", recorded)
    before: Values = {"glass": "rocks", "garnish": ("cherry", "lime_wheel")}
    editor.edit(drink(), before, {"glass": "coupe", "fill": 0.5}, EditSettings())
    assert asked == [["garnish"], ["fill", "glass", "garnish"], ["garnish"]]
    asked.clear()
    same = editor.edit(drink(), before, {"glass": "rocks"}, EditSettings())
    assert not asked and (pixels(same) == pixels(drink())).all()


def test_a_flow_that_is_asked_for_nothing_new_changes_nothing(editors):
    flow = load_editor("flow-renders")
    for start in get_args(Start):
        same = edited(flow, drink(), BEFORE, {"fill": BEFORE["fill"]}, EditSettings(None, 3, 1.0, start=start))
        assert np.abs(pixels(same.after) - pixels(same.before))[pixels(same.before)[..., 3] > 0].max() <= 1


def test_the_seed_is_of_the_noise_and_steps_are_told(editors):
    flow, asked = load_editor("flow-renders"), {"glass": "wine"}
    drawn = {
        start: [
            pixels(edited(flow, drink(), {}, asked, EditSettings(steps=2, seed=seed, start=start)).after)
            for seed in (0, 0, 1)
        ]
        for start in get_args(Start)
    }
    for start, (one, same, other) in drawn.items():
        assert (one == same).all() and (one == other).all() == (start == "inversion")
    shares: list[float] = []
    edited(flow, drink(), {}, asked, EditSettings(steps=4), on_step=lambda share, image: shares.append(share))
    assert shares == [0.25, 0.5, 0.75, 1.0]

    def stop(share: float, image: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        edited(flow, drink(), {}, asked, EditSettings(steps=4), on_step=stop)
    assert edited(flow, drink(), {}, asked, EditSettings(steps=2)).after  # and the next one finds it free


def test_flowedit_adds_what_the_flow_paints_less_what_it_painted_before(editors, monkeypatch):
    """Of a flow that sees nothing in the noise, and paints a grey that is the fill, the answer is known."""
    flow = load_editor("flow-renders")
    column = places()["fill"].start

    def velocity(noisy: torch.Tensor, time: torch.Tensor, numbers: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        painted = numbers[:, column] * 0.2
        return (noisy - painted[:, None, None, None]) / time[:, None, None, None]

    monkeypatch.setattr(flow, "_network", velocity)
    grey = Image.new("RGBA", (32, 32), (90, 90, 90, 255))
    after = flow.edit(grey, {"fill": 0.3}, {"fill": 0.95}, EditSettings(steps=5, guidance=1.0))
    added = pixels(after)[..., :3].astype(int) - 90  # from -1 to 1 the fill is 2, times 0.2 is 0.4 of 2
    assert np.abs(added - 0.2 * 255).max() <= 1


@pytest.mark.parametrize("method", METHODS)
def test_a_file_says_all_settings_that_its_edit_was_made_with(method, editors):
    editor = load_editor(method)
    facts = edited(editor, drink(), BEFORE, {"fill": 0.4}, EditSettings(seed=3)).facts
    strength, steps, guidance = editor.usual
    assert facts["strength"] == strength and facts["seed"] == 3
    said = (facts.get("steps"), facts.get("guidance"))
    assert said == ((steps, guidance) if editor.starts else (None, None))


def test_small_changes_of_a_flow_are_its_noise_unless_all_is_to_change_a_little():
    image, small = torch.full((1, 4, 64, 64), 0.5), torch.full((1, 4, 32, 32), 0.5)
    for levels, left in ((3, 0.0), (14, 0.5), (30, 1.0)):  # of 255
        change = torch.full_like(small, -levels / 255)
        made = {
            local: (with_change(image, small, change, local) - image)[0, :, 20:40, 20:40] for local in (True, False)
        }
        torch.testing.assert_close(made[True], left * made[False], atol=1e-3, rtol=0)
        torch.testing.assert_close(made[False], torch.full_like(made[False], -levels / 255), atol=1e-3, rtol=0)


def test_a_mask_goes_with_its_drink_into_the_frame():
    alpha = (np.asarray(drink().getchannel("A")) / 255).astype(np.float32)
    square, mask = framed(drink(), alpha, room=0.2)
    assert mask is not None and np.abs(mask - np.asarray(square.getchannel("A")) / 255).mean() < 0.01
    _, around = framed(drink(), (1 - alpha).astype(np.float32))  # also what lies around the drink
    assert around is not None and around[128, 40] == 1 and around[128, 128] == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"strength": 1.5}, "the strength 1.5 is out of range"),
        ({"steps": 0}, "0 steps are not taken"),
        ({"guidance": -1.0}, "the guidance -1 is out of range"),
        ({"start": "end"}, "unknown start 'end'"),
    ],
)
def test_a_setting_out_of_bounds_is_said(given, said):
    with pytest.raises(InputError, match=said):
        EditSettings(**given).checked()


def test_a_model_that_cannot_edit_is_told_from_those_that_can():
    with pytest.raises(InputError, match="segmenter is no model that changes one factor of a drink: choose"):
        load_editor("segmenter")


def test_what_edits_nothing_is_said(editors):
    with pytest.raises(InputError, match="unknown model 'cvae'"):
        load_editor("cvae")
    with pytest.raises(InputError, match="no drink was found"):
        cut_drink(Image.new("RGBA", (32, 32)))


def test_a_series_has_the_whole_range_and_its_sheet_a_heading_each():
    for name, count in {"fill": 5, "light_azimuth": 5, "glass": 14, "garnish": 6, "ingredients": 5}.items():
        values = values_over(name, {"ingredients": ("gin",)})
        assert len(values) == count and len({label_of(factors()[name], value) for value in values}) == count
    poured = [{"ingredients": ("gin",)}, {"ingredients": ("cream", "milk")}]
    columns = columns_of("ingredients", poured)
    assert list(columns) == ["grenadine", "blue curacao", "orange juice", "coffee liqueur"]  # cream one of them has
    assert [set(value) for value in columns["coffee liqueur"]] == [  # type: ignore[arg-type]
        {"gin", "coffee_liqueur"},
        {"cream", "milk", "coffee_liqueur"},
    ]
    assert list(columns_of("garnish", [{"garnish": ("lime_wheel",)}, {}]))[:2] == ["none", "lime wheel"]
    with pytest.raises(InputError, match="all ingredients that would be tried are there already"):
        columns_of("ingredients", [{"ingredients": POURED}])
    assert sheet(["a", "b"], [[drink(), drink()]] * 3, 32).size == (68, 18 + 3 * 36)


def test_the_command_edits_a_file_and_says_how(editors, tmp_path, capsys, monkeypatch):
    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["cocktailman", "edit", *arguments])
        return main()

    source, out = tmp_path / "drink.png", tmp_path / "edited.png"
    drink().save(source)
    assert (
        run(
            str(source),
            "--change",
            "fill=0.4",
            "--given",
            "glass=wine",
            "--given",
            "garnish_direction=60",
            "--out",
            str(out),
            "--json",
        )
        == 0
    )
    assert '"change": "fill=0.40"' in capsys.readouterr().out
    made = Image.open(out)
    assert made.mode == "RGBA" and '"fill=0.40"' in made.info["CocktailMan"]
    assert run(str(source), "--change", "fill=0.4", "--out", str(out.with_suffix(".jpg"))) == 0
    for wrong, said in (
        (("--change", "fill=9"), "give 0.3 to 0.95"),
        (("--change", "fill=0.4", "--change", "fill=0.5"), "fill is given twice"),
        (("--change", "garnish=+cherry"), "name all of the new"),
        (("--change", "fill=0.4", "--strength", "2"), "the strength 2 is out of range"),
        (("--change", "fill=0.4", "--model", "segmenter"), "unknown model 'segmenter'"),
    ):
        assert run(str(source), *wrong, "--out", str(out)) == 2
        errors = capsys.readouterr().err
        assert said in errors and errors.count("\n") == 1
