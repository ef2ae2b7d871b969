"""A real CLIP (Radford et al., arXiv 2103.00020) by Hugging Face's transformers, for those who are online."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.inference.protocols import Array

MODEL = "openai/clip-vit-base-patch32"
BATCH = 32


class ClipEmbedder:
    """Embeds with CLIP ViT-B/32, downloaded the first time (600 MB) and kept by `huggingface_hub`."""

    name, dim = "clip", 512

    def __init__(self, model: Any, processor: Any) -> None:
        self._model, self._processor = model.eval(), processor

    @classmethod
    def load(cls) -> ClipEmbedder:
        """Raises `InputError` where CLIP was never downloaded and cannot be."""
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # before the import: results go to standard output
        from transformers import CLIPModel, CLIPProcessor

        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # what is tried in vain is said below, once
        for local in (True, False):  # what is there is taken without asking the net
            try:
                asked: dict[str, Any] = {"local_files_only": local}
                model = CLIPModel.from_pretrained(MODEL, use_safetensors=True, **asked)
                return cls(model, CLIPProcessor.from_pretrained(MODEL, **asked))
            except Exception as error:  # OSError of the hub, of httpx, of what is half downloaded
                reason = error
        raise InputError(
            f"CLIP ({MODEL}) cannot be downloaded: go online once, or choose the embedder that ships"
        ) from reason

    @torch.inference_mode()
    def embed(self, images: Sequence[Image.Image]) -> Array:
        """A unit vector of each picture, (n, 512)."""
        parts = [np.empty((0, self.dim), np.float32)]
        for start in range(0, len(images), BATCH):
            inputs = self._processor(images=list(images[start : start + BATCH]), return_tensors="pt")
            parts.append(_unit(self._model.get_image_features(**inputs)))
        return np.concatenate(parts)

    @torch.inference_mode()
    def embed_texts(self, texts: Sequence[str]) -> Array:
        """A unit vector of each sentence, (n, 512)."""
        longest = self._model.config.text_config.max_position_embeddings
        inputs = self._processor(
            text=list(texts), return_tensors="pt", padding=True, truncation=True, max_length=longest
        )
        return _unit(self._model.get_text_features(**inputs))


def _unit(features: Any) -> Array:
    """Of a tensor, or of the output that newer versions wrap it in."""
    vectors = features if isinstance(features, torch.Tensor) else features.pooler_output
    return torch.nn.functional.normalize(vectors, dim=-1).numpy()
