"""Private interfaces of libraries that nothing public stands in for, each behind one function.

An update may break any of them: `tests/test_private_apis.py` says which, and of which version. Those of Streamlit are
in `cocktailman/ui/shared/private_apis.py`, those of the Plotly that it brings along in `ui/latent/drive/chart.js`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image

if TYPE_CHECKING:  # what only reads pictures does without torch
    from torch import Tensor, nn

INCEPTION_FEATURES = "2048"  # as torch-fidelity calls the pooled ones


def lpips(backbone: Literal["alex", "vgg"], pretrained: bool = True) -> nn.Module:
    """torchmetrics' LPIPS of AlexNet or VGG16, which called twice builds one network and not two; `net` holds that.

    Raises `OSError` where the weights of `net` cannot be downloaded; not `pretrained`, these are random.
    """
    from torchmetrics.functional.image.lpips import _NoTrainLpips

    return _NoTrainLpips(net=backbone, pnet_rand=not pretrained)


def inception_v3(weights: str | None = None) -> nn.Module:
    """torch-fidelity's Inception: pictures (n, 3, h, w) uint8 to a tuple of features (n, 2048).

    weights: a file of tensors in its order, under whatever names. Without it they are downloaded, and `OSError` is
    raised where that fails.
    """
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    class Renamed(FeatureExtractorInceptionV3):
        def load_state_dict(self, state_dict: Mapping[str, Any], *args: Any, **options: Any) -> Any:
            """Convolutions and batch statistics; scales stay 1, and ImageNet's classes are left out."""
            own: dict[str, Tensor] = self.state_dict()
            parts = ("conv.weight", "bn.bias", "bn.running_mean", "bn.running_var")
            pairs = zip([name for name in own if name.endswith(parts)], state_dict.values(), strict=True)
            return super().load_state_dict(own | {name: values.view_as(own[name]) for name, values in pairs})

    if weights is None:
        return FeatureExtractorInceptionV3("inception", [INCEPTION_FEATURES])
    return Renamed("inception", [INCEPTION_FEATURES], weights)


def cpu_computes_in_bfloat16() -> bool:
    """Whether oneDNN has convolutions in bfloat16 for this processor, rather than imitations of them."""
    import torch

    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def without_file(image: Image.Image) -> Image.Image:
    """Pillow's picture with the same pixels, which are not copied, and without the file that they came from."""
    return image._new(image.im)
