"""Tags and search: what is given, what is found, and what calibration does to cosines."""

import json
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.evaluation.tagging import by_group, by_rank, label_scores, overall
from cocktailman.inference.clip import ClipEmbedder
from cocktailman.inference.embedder import LabelEmbedder
from cocktailman.inference.tagging import label_vectors, search, tag
from cocktailman.inference.text_to_recipe import text_to_recipe
from cocktailman.inference.vectors import Embedded, read_vectors
from cocktailman.labels.truth import FALSE, TRUE, UNKNOWN, drink_colour, facts_of_photos, facts_of_renders, truth_of
from cocktailman.labels.vocabulary import (
    DEFAULT,
    HELD_OUT,
    SAME,
    TEMPLATES,
    check_labels,
    known_labels,
    training_labels,
)
from cocktailman.models.embedder.network import GIVEN, Embedder, EmbedderConfig
from cocktailman.renders import read_renders

LABELS = ("mint", "straw", "foam")
COSINES = np.array([[0.5, 0.1, 0.3], [0.1, 0.2, 0.0], [0.3, 0.26, 0.9]], np.float32)


def test_labels_from_the_threshold_on_are_given_and_else_the_best() -> None:
    tags = tag(COSINES, LABELS, np.eye(3, dtype=np.float32))
    assert tags.given.tolist() == [[True, False, True], [False, True, False], [True, True, True]]
    assert tags.of(0) == [("mint", 0.5, True), ("foam", pytest.approx(0.3), True), ("straw", pytest.approx(0.1), False)]
    assert by_rank(tags).tolist() == pytest.approx([(0.5 + 0.2 + 0.9) / 3, (0.3 + 0.1 + 0.3) / 3, (0.1 + 0 + 0.26) / 3])
    assert by_group(tags, pd.Series(["a", "a", "b"])).loc["a"].tolist() == [0.5, 0.5, 0.5]


def test_precision_and_recall_where_the_truth_is_known() -> None:
    tags = tag(COSINES, LABELS, np.eye(3, dtype=np.float32))
    truth = np.array([[TRUE, FALSE, FALSE], [TRUE, TRUE, UNKNOWN], [UNKNOWN, TRUE, TRUE]], np.int8)
    assert overall(tags, truth) == (pytest.approx(4 / 5), pytest.approx(4 / 5))
    table = label_scores(tags, truth).set_index("label")
    assert table.loc["mint", ["pictures", "precision", "recall"]].tolist() == [2, 1.0, 0.5]
    assert table["average_precision"].isna().to_numpy().all()  # of two or three pictures it would mean nothing


@pytest.mark.parametrize("threshold", [0.1, 0.25, 0.6])
def test_calibration_moves_the_threshold_and_cosines_stay_cosines(threshold: float) -> None:
    network = Embedder(EmbedderConfig(dim=8))
    network.calibrate(threshold)
    one, other = torch.nn.functional.normalize(torch.randn(2, 50, 8), dim=2)
    first, second = network.calibrated(one, of_sentences=False), network.calibrated(other, of_sentences=True)
    assert torch.allclose(first.norm(dim=1), torch.ones(50)) and torch.allclose(second.norm(dim=1), torch.ones(50))
    before, after = (one * other).sum(1), (first * second).sum(1)
    assert torch.allclose(after, network.slope * before + network.offset, atol=1e-6) and network.slope > 0
    assert float(network.slope * threshold + network.offset) == pytest.approx(GIVEN, abs=1e-6)


def test_the_truth_of_labels_is_read_off_factors_and_recipes() -> None:
    factors = read_renders().factors.head(300)
    labels = known_labels(["copper mug", "mint", "lime slice", "foam", "red drink", "beach", "Mojito", "gin"])
    truth = truth_of(facts_of_renders(factors, ["red"] + [""] * 299), labels)
    assert (truth[:, 0] == (factors["glass"] == "copper_mug")).all()
    assert (truth[:, 1] == factors["garnish"].str.contains("mint_")).all()
    assert (truth[:, 2] == factors["garnish"].str.contains("lime_(?:half_|)wheel|lime_wedge|lime_floating")).all()
    assert truth[0, 4] == TRUE and (truth[1:, 4] == UNKNOWN).all()
    photos = pd.DataFrame({"drink": ["Mojito"], "ingredients": ["rum mint"], "glass": ["Copper Mug"]})
    assert truth_of(facts_of_photos(photos), labels).tolist() == [
        [TRUE, TRUE, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, TRUE, FALSE]
    ]


def test_labels_held_out_are_in_no_caption_and_the_first_twenty_are_known() -> None:
    trained = {label.text for label in training_labels()}
    assert trained.isdisjoint({*HELD_OUT, *SAME}) and trained >= set(DEFAULT) and len(set(DEFAULT)) == 20
    assert len(known_labels(HELD_OUT)) == len(HELD_OUT) == 20
    for wrong, says in (
        ([" "], "0 labels are given"),
        (["x" * 101], "longer than 100"),
        (map(str, range(201)), "201 labels"),
    ):
        with pytest.raises(InputError, match=says):
            check_labels(list(wrong))


def test_a_colour_has_a_name() -> None:
    from PIL import Image

    mask = np.full((16, 16), 2, np.uint8)
    for colour, name in (
        ((200, 20, 20), "red"),
        ((240, 200, 60), "yellow"),
        ((20, 15, 12), "black"),
        ((90, 50, 20), "brown"),
    ):
        assert drink_colour(Image.new("RGB", (16, 16), colour), mask) == name
    assert drink_colour(Image.new("RGB", (16, 16)), mask * 0) == ""


@pytest.fixture(scope="module")
def embedder() -> LabelEmbedder:
    return LabelEmbedder.load()


def test_the_shipped_embedder_tells_renders_apart(embedder: LabelEmbedder) -> None:
    renders = read_renders()
    held = np.flatnonzero(renders.factors["split"] == "test")
    mugs = held[renders.factors.loc[held, "glass"] == "copper_mug"][:6]
    flutes = held[renders.factors.loc[held, "glass"] == "flute"][:6]
    vectors = embedder.embed(renders.images([*mugs, *flutes]))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)
    cosines = vectors @ label_vectors(embedder, ["copper mug", "champagne flute"]).T
    assert (cosines[:6, 0] > cosines[:6, 1]).mean() > 0.6 and (cosines[6:, 1] > cosines[6:, 0]).mean() > 0.6
    order, found = search(vectors, "a drink in a copper mug", embedder)
    assert (np.diff(found[order]) <= 0).all() and set(order[:3].tolist()) <= set(range(6))
    with pytest.raises(InputError, match="has 0 letters"):
        search(vectors, "  ", embedder)


class Fixed:
    """Embeds every text as the first axis."""

    name = "fixed"

    def embed_texts(self, texts: list[str]) -> np.ndarray:
        return np.eye(3, dtype=np.float32)[[0] * len(texts)]


def test_a_text_becomes_a_recipe_by_what_it_names_or_fits() -> None:
    pictures = Embedded(["a", "b", "c"], np.array([[1, 0, 0], [0.9, 0.1, 0], [-1, 0, 0]], np.float32))
    recipes = [("gin", "tonic"), ("gin", "lime"), ("cola",)]
    fixed: Any = Fixed()
    assert text_to_recipe("something clear", pictures, recipes, fixed) == ("gin", "tonic")
    assert text_to_recipe("rum with lime", pictures, recipes, fixed) == ("rum", "lime")
    assert text_to_recipe("a Negroni at night", pictures, recipes, fixed) == catalog().cocktail("Negroni").recipe


def test_tables_of_other_models_are_refused() -> None:
    with pytest.raises(InputError, match="has no vectors: make one with"):
        read_vectors(parquet(file=["a"], z1=[0.0]), 129)
    with pytest.raises(InputError, match="vectors of 1 numbers, not of 2"):
        read_vectors(parquet(file=["a"], e1=[0.0]), 2)


def parquet(**columns: object) -> bytes:
    return pd.DataFrame(columns).to_parquet(None, index=False)


def test_a_visitors_vectors_are_read_and_nothing_else_and_of_no_more_rows_than_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = parquet(unneeded=[[1], [2]], e2=[3, 4], e1=[0.5, 1.5], file=["a", "b"])
    found = read_vectors(data, 2)
    assert found.files == ["a", "b"] and found.vectors.tolist() == [[0.5, 3], [1.5, 4]]
    with pytest.raises(InputError, match=r"e1 .* missing, not finite"):
        read_vectors(parquet(file=["a"], e1=[np.nan]), 1)
    monkeypatch.setattr("cocktailman.parquet.MAX_ROWS", 1)
    with pytest.raises(InputError, match="2 rows, more than 1: bring fewer pictures"):
        read_vectors(data, 2)


@pytest.fixture
def clip(tmp_path: Path) -> ClipEmbedder:
    """A CLIP of one narrow layer with random weights, whose words are single letters."""
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor, CLIPTokenizer

    words = [f"{letter}{end}" for letter in ascii_lowercase for end in ("", "</w>")]
    words += ["<|startoftext|>", "<|endoftext|>"]
    (tmp_path / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(str(tmp_path / "vocab.json"), str(tmp_path / "merges.txt"))
    narrow = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    ends = {"vocab_size": len(words), "bos_token_id": len(words) - 2, "eos_token_id": len(words) - 1}
    config = CLIPConfig(
        text_config={**narrow, **ends},
        vision_config={**narrow, "image_size": 32, "patch_size": 16},
        projection_dim=512,
    )
    torch.manual_seed(0)
    return ClipEmbedder(
        CLIPModel(config), CLIPProcessor(CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=32), tokenizer)
    )


def test_clip_embeds_pictures_in_their_order_and_texts_of_any_length(clip: ClipEmbedder) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (34, 40, 50, 3), np.uint8)  # more than a batch
    pictures = [Image.fromarray(levels) for levels in pixels]
    vectors = clip.embed(pictures)
    assert vectors.shape == (34, clip.dim) and np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[33] == pytest.approx(clip.embed(pictures[33:])[0], abs=1e-5)
    texts = clip.embed_texts(["gin", "a far longer text " * 50])
    assert texts[0] == pytest.approx(clip.embed_texts(["gin"])[0], abs=1e-5)
    labels = ["gin", "mint", "foam"]
    found = tag(vectors, labels, label_vectors(clip, labels))
    sentences = [[template.format(label=label) for template in TEMPLATES] for label in labels]
    expected = [[(vector @ clip.embed_texts(several).T).mean() for several in sentences] for vector in vectors[:3]]
    assert found.cosines[:3] == pytest.approx(np.array(expected), abs=1e-5)


def test_clip_that_cannot_be_had_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import transformers

    def offline(*_: object, **__: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(transformers.CLIPModel, "from_pretrained", offline)
    with pytest.raises(InputError, match="cannot be downloaded: go online once, or choose the embedder that ships"):
        ClipEmbedder.load()
