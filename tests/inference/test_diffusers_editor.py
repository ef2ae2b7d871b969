"""Any image-to-image pipeline of diffusers behind the interface of the editors: a tiny one, of random weights."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cocktailman.errors import InputError
from cocktailman.inference.diffusers_editor import DiffusersEditor, prompt_of
from cocktailman.inference.editor import EditSettings, edited
from cocktailman.inference.editors import load_editor
from tests.helpers.editors import drink

diffusers = pytest.importorskip("diffusers")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Stable Diffusion of some thousand weights, as `save_pretrained` writes it."""
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
    from diffusers.schedulers.scheduling_ddim import DDIMScheduler
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(0)
    words = tmp_path_factory.mktemp("words")
    letters = [*map(chr, range(ord("a"), ord("z") + 1)), ",", "."]
    vocabulary = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (words / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(vocabulary)}))
    (words / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer.from_pretrained(words, model_max_length=77)
    text = CLIPTextConfig(
        vocab_size=len(vocabulary), hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=77, eos_token_id=len(vocabulary) - 1, bos_token_id=len(vocabulary) - 2,
    )  # fmt: skip
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(8, 8), norm_num_groups=4, layers_per_block=1, cross_attention_dim=8,
        attention_head_dim=2, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )  # fmt: skip
    coder: dict[str, Any] = {"block_out_channels": (8, 8), "down_block_types": ("DownEncoderBlock2D",) * 2}
    coder |= {"up_block_types": ("UpDecoderBlock2D",) * 2, "norm_num_groups": 4, "latent_channels": 4}
    vae = AutoencoderKL(**coder, sample_size=16)
    scheduler = DDIMScheduler(steps_offset=1, clip_sample=False)
    parts = (vae, CLIPTextModel(text), tokenizer, unet, scheduler)
    made = StableDiffusionPipeline(*parts, None, None, requires_safety_checker=False)  # type: ignore[arg-type]
    folder = tmp_path_factory.mktemp("pipeline")
    made.save_pretrained(folder, safe_serialization=True)
    return folder


def test_a_pipeline_edits_and_keeps_coverage_seed_and_mask(pipeline: Path) -> None:
    editor = load_editor(f"diffusers:{pipeline}")
    assert isinstance(editor, DiffusersEditor)
    editor.side = 32
    shares: list[float] = []
    asked = {"light_warmth": 2700.0}
    mask = np.zeros((64, 64), np.float32)
    mask[32:] = 1
    settings = EditSettings(strength=0.5, steps=4, seed=3)
    found = edited(editor, drink(), {}, asked, settings, mask, lambda share, image: shares.append(share))
    assert shares == [0.5, 1.0]
    before, after = np.asarray(found.before), np.asarray(found.after)
    assert (after[..., 3] == before[..., 3]).all() and (after[:112] == before[:112]).all()
    assert (after[128:] != before[128:]).any()
    again = edited(editor, drink(), {}, asked, settings, mask)
    assert (np.asarray(again.after) == after).all()


def test_what_changes_is_said_in_words() -> None:
    assert prompt_of({"glass": "copper_mug"}) == "a photo of a cocktail, glass copper mug"


def test_what_is_no_pipeline_or_no_library_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="cannot be loaded as an image-to-image pipeline"):
        load_editor(f"diffusers:{tmp_path}")
    monkeypatch.setitem(sys.modules, "diffusers.pipelines.auto_pipeline", None)
    with pytest.raises(InputError, match="diffusers is not installed"):
        load_editor(f"diffusers:{tmp_path}")
