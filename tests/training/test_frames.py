"""Videos become pictures: sampled, thinned, split by clip; and damaged ones."""

from collections import Counter
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cocktailman.errors import InputError
from training.cyclegan.data import read_domain
from training.datasets.frames import FRAMES, frames_of, write_frames

RATE = 10  # frames a second
STILL, MOVING, DARK = 20, 20, 10  # frames of the three clips


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A still picture, then after a cut a moving one, then after another a dark one."""
    path = tmp_path_factory.mktemp("videos") / "a film.mp4"
    rng = np.random.default_rng(0)
    grain = np.kron(rng.integers(60, 200, (6, 8)), np.ones((16, 16)))
    pictures = [np.full((96, 128), 230.0)] * STILL
    pictures += [np.roll(grain, 2 * number, 1) for number in range(MOVING)]
    pictures += [np.full((96, 128), 8.0)] * DARK
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", RATE, {"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for picture in pictures:
            frame = av.VideoFrame.from_image(Image.fromarray(picture.astype(np.uint8)).convert("RGB"))
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return path


def test_frames_are_sampled_thinned_and_split_by_clip(video: Path, tmp_path: Path) -> None:
    table = write_frames([video], tmp_path, every=0.2, size=48, validation=0.3)
    counts = Counter(table["clip"].tolist())
    assert counts["0-0"] == counts["0-2"] == 1  # all frames of a still clip are the same
    assert MOVING / 2 - 2 <= counts["0-1"] <= MOVING / 2
    assert len(set(zip(table["clip"], table["split"], strict=True))) == len(counts)  # a clip is in one split alone
    assert set(table["split"]) == {"train", "validation"}
    assert np.diff(table["second"].to_numpy()).min() >= 0.2 - 1e-6
    assert Image.open(tmp_path / str(table["file"].iloc[0])).size == (64, 48)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / FRAMES), table)
    assert read_domain(tmp_path, 32).pixels.shape == (len(table), 32, 32, 3)


def test_damaged_videos_are_said_and_what_was_read_is_kept(video: Path, tmp_path: Path, caplog) -> None:
    no_video, cut = tmp_path / "drink.mp4", tmp_path / "cut.ts"
    no_video.write_bytes(b"no video at all" * 100)
    for wrong, said in ((no_video, "is damaged, or no video"), (tmp_path / "none.mp4", "does not exist: check")):
        with pytest.raises(InputError, match=said):
            list(frames_of(wrong, 0.2, 48))
    with av.open(str(video)) as source, av.open(str(cut), "w", "mpegts") as film:  # a container that can be cut off
        stream = film.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                film.mux(packet)
    whole = cut.read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    found = list(frames_of(cut, 0.2, 48))
    assert 1 <= len(found) < len(list(frames_of(video, 0.2, 48)))
