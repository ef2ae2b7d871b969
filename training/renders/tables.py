"""Table tops painted as textures: wood, stone, cloth, tiles, metal; each one is drawn anew and tiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.renders.noise import Field, display, mixed, noise, off_tint, step

SIZE = 512  # pixels
SHAPE = (SIZE, SIZE)


@dataclass(frozen=True)
class TableLook:
    """What a table's top looks like; its textures repeat every `width_cm`, rows from the bottom up."""

    albedo: NDArray[np.float32]  # (512, 512, 3) sRGB in [0, 1]
    width_cm: float
    roughness: float
    metallic: float = 0.0
    coat: float = 0.0  # of clear varnish, 0 to 1
    bump: NDArray[np.float32] | None = None  # (512, 512) cm, height


def table(name: str, rng: np.random.Generator) -> TableLook:
    """The table top `name` of TABLES, in a colour, grain and wear of its own."""
    return _PAINTERS[name](rng)


def _oak(rng: np.random.Generator) -> TableLook:
    """Light or honey-coloured boards, matt or varnished."""
    early = _tinted(rng, ("#c9a26b", "#b98d58", "#d8b98a", "#a87b48", "#c4a883"))
    return _boards(rng, early, early * rng.uniform(0.62, 0.78), rings=rng.uniform(0.5, 1.0))


def _walnut(rng: np.random.Generator) -> TableLook:
    """Dark brown or reddish boards of an old bar."""
    early = _tinted(rng, ("#6b4630", "#5a3a26", "#7a4a30", "#4a2f22", "#6e3a26"))
    return _boards(rng, early, early * rng.uniform(0.5, 0.72), rings=rng.uniform(0.6, 1.2))


def _weathered(rng: np.random.Generator) -> TableLook:
    """Grey planks that stood outdoors, with gaps."""
    early = _tinted(rng, ("#9a9488", "#8a7f72", "#b0a898", "#7a6c5c"))
    look = _boards(rng, early, early * 0.6, rings=rng.uniform(0.8, 1.4), gap_cm=rng.uniform(0.3, 0.6))
    return replace(look, roughness=rng.uniform(0.6, 0.85), coat=0.0)


def _painted_white(rng: np.random.Generator) -> TableLook:
    """A white or pale table, plain or of painted boards, with faint marks."""
    paint = _tinted(rng, ("#eceae5", "#f3f2ef", "#e3ded4", "#dfe3e4", "#e9e4da"), 0.03)
    width = rng.uniform(45, 70)
    marks = 0.012 * noise(rng, SHAPE, 180) + 0.008 * noise(rng, SHAPE, (4, 60), 2)
    albedo, bump = paint + marks[..., None], 0.004 * noise(rng, SHAPE, 25, 3)
    if rng.random() < 0.4:
        seam = _seams(int(rng.integers(3, 7)), 0.15 / width)
        albedo, bump = albedo * (1 - 0.35 * seam[:, None, None]), bump - 0.1 * seam[:, None]
    return _look(albedo, width, rng.uniform(0.15, 0.55), bump=bump, coat=rng.choice([0, 0.4]))


def _marble(rng: np.random.Generator) -> TableLook:
    """White, grey, green or black stone with veins, polished."""
    dark = rng.random() < 0.25
    ground = _tinted(
        rng, ("#22282a", "#1c2f28", "#2a2624") if dark else ("#e9e7e4", "#dedcd8", "#ece6dc", "#cfd0d0"), 0.04
    )
    vein = _tinted(rng, ("#b8bcb8", "#d9cfc0") if dark else ("#8f9092", "#7a7772", "#a8947a"), 0.06)
    turbulence = noise(rng, SHAPE, 220, 2.3)
    fades = step(-1.0, 1.5, noise(rng, SHAPE, 150, 3))
    wide = _veins(rng, rng.uniform(2.5, 6)) * fades
    fine = _veins(rng, rng.uniform(15, 35)) * (1 - 0.8 * fades)
    share = np.clip(rng.uniform(0.3, 0.7) * wide + rng.uniform(0.2, 0.6) * fine, 0, 1)
    albedo = mixed(ground + 0.018 * turbulence[..., None], vein, share)
    return _look(albedo, rng.uniform(60, 90), rng.uniform(0.08, 0.25), coat=rng.choice([0, 0.5]))


def _slate(rng: np.random.Generator) -> TableLook:
    """Dark split stone, rough, with paler scuffs."""
    stone = _tinted(rng, ("#3a3f44", "#2f3234", "#45474a", "#3f3b3a"))
    layers = noise(rng, SHAPE, 150, 2.2)
    terraces = np.round(layers * 2.5) / 2.5
    height = 0.5 * layers + 0.5 * terraces
    scuffs = step(1.2, 3.0, noise(rng, SHAPE, (6, 30), 1.6)) * 0.12
    albedo = stone * (1 + 0.12 * height + 0.05 * noise(rng, SHAPE, 6, 1.5))[..., None] + scuffs[..., None]
    return _look(albedo, rng.uniform(35, 55), rng.uniform(0.4, 0.65), bump=0.05 * height)


def _black_lacquer(rng: np.random.Generator) -> TableLook:
    """A dark gloss that mirrors the drink, with dust and wiping marks."""
    paint = _tinted(rng, ("#0d0d0e", "#141112", "#1a1010", "#0f1418", "#17171a"), 0.1)
    dust = step(2.6, 4.5, noise(rng, SHAPE, 2, 1)) * 0.25
    wiped = 0.012 * np.clip(noise(rng, SHAPE, (6, 120), 2.2), 0, None)
    albedo = paint + (dust + wiped)[..., None]
    return _look(albedo, rng.uniform(50, 70), rng.uniform(0.06, 0.3), bump=0.002 * noise(rng, SHAPE, 60, 4), coat=1.0)


def _linen(rng: np.random.Generator) -> TableLook:
    """A cloth: plain, striped or checked, with its weave and soft creases."""
    cloth = _tinted(rng, ("#e8e2d6", "#d8cfc0", "#f0eeea", "#b8bdb8", "#8f9aa3", "#c9a9a0"), 0.05)
    ink = _tinted(rng, ("#a33a3a", "#3a5a8a", "#4f6b52", "#5a5a5e", "#c99a3a", "#f0eeea"), 0.1)
    width = rng.uniform(22, 36)
    pattern = _checks(rng) * (rng.random() < 0.55)
    threads = round(width / rng.uniform(0.16, 0.22))
    weave = _weave(rng, threads)
    slubs = noise(rng, SHAPE, (2, 40), 2) + noise(rng, SHAPE, (40, 2), 2)
    creases = noise(rng, SHAPE, 160, 3.5)
    albedo = mixed(cloth, ink, pattern) * (0.93 + 0.07 * weave + 0.02 * slubs + 0.015 * creases)[..., None]
    bump = 0.015 * weave + 0.004 * slubs + rng.uniform(0.05, 0.3) * creases
    return _look(albedo, width, rng.uniform(0.8, 1.0), bump=bump)


def _tiles(rng: np.random.Generator) -> TableLook:
    """Glazed tiles, square or laid as bricks, of one colour, two, or painted with a pattern."""
    tint = ("#e9e6de", "#2f6f7f", "#3f6f58", "#26406a", "#c9a24a", "#b5563c", "#d8d0c0", "#7fa3a0")
    first, second = _tinted(rng, tint, 0.06), _tinted(rng, (*tint, "#2a2a2a"), 0.06)
    count = int(rng.choice([4, 6, 8, 12]))
    width = count * rng.uniform(2.5, 8) if count > 6 else count * rng.uniform(7, 11)
    row, column = _cells(count, bricks=rng.random() < 0.3)
    fy, fx = row % 1 - 0.5, column % 1 - 0.5
    which = (np.floor(row).astype(int) % count) * count + np.floor(column).astype(int) % count
    each = rng.normal(0, 1, count * count).astype(np.float32)[which]
    share = _tile_pattern(rng, fy, fx, np.floor(row) + np.floor(column))
    gap = rng.uniform(0.15, 0.35) / (width / count)
    edge = 0.5 - np.maximum(np.abs(fy), np.abs(fx))
    tile = step(gap / 2, gap / 2 + 0.03, edge)
    glaze = mixed(first, second, share) * (1 + 0.05 * each + 0.03 * noise(rng, SHAPE, 40))[..., None]
    grout = _tinted(rng, ("#c9c4ba", "#8a8680", "#e3ded4", "#4a4846")) * (1 + 0.06 * noise(rng, SHAPE, 8, 2))[..., None]
    bump = 0.08 * step(gap / 2, gap / 2 + 0.08, edge) + 0.004 * noise(rng, SHAPE, 30) + 0.01 * each * (fx + fy)
    return _look(mixed(grout, glaze, tile), width, rng.uniform(0.1, 0.35), bump=bump)


def _zinc(rng: np.random.Generator) -> TableLook:
    """A metal bar top, brushed and stained: zinc, steel, copper or brass."""
    metal = _tinted(rng, ("#a8acae", "#b8bcc0", "#8f9496", "#b87a58", "#b89a5a"), 0.08)
    brushed, stains = noise(rng, SHAPE, (2, 150), 1.8), noise(rng, SHAPE, 120, 2.3)
    rings = _ring_marks(rng, int(rng.integers(0, 6)))
    albedo = metal * (1 + 0.03 * brushed + 0.03 * stains - 0.12 * rings)[..., None]
    bump = 0.0012 * brushed + 0.008 * noise(rng, SHAPE, 140, 4)
    return _look(albedo, rng.uniform(45, 65), rng.uniform(0.25, 0.45), metallic=1.0, bump=bump)


def _concrete(rng: np.random.Generator) -> TableLook:
    """Cast concrete or plaster with pores and clouds."""
    ground = _tinted(rng, ("#a3a19c", "#8c8b88", "#b8b3aa", "#77787a", "#c4bdb2"), 0.05)
    clouds, sand = noise(rng, SHAPE, 180, 2.4), noise(rng, SHAPE, 3, 1)
    pores = step(2.2, 3.0, noise(rng, SHAPE, 7, 3))
    albedo = ground * (1 + 0.06 * clouds + 0.03 * sand - 0.45 * pores)[..., None]
    bump = 0.006 * clouds + 0.003 * sand - 0.06 * pores
    return _look(albedo, rng.uniform(40, 60), rng.uniform(0.4, 0.75), bump=bump, coat=rng.choice([0, 0.3]))


def _terrazzo(rng: np.random.Generator) -> TableLook:
    """Chips of stone in cement, polished."""
    ground = _tinted(rng, ("#e3dfd6", "#d0ccc4", "#b8b4ae", "#4a4a4c", "#dcc9bd"), 0.04)
    albedo = np.broadcast_to(ground, (*SHAPE, 3)).copy()
    for _ in range(3):
        chip = _tinted(rng, ("#8a7a6a", "#6a6a6c", "#b5785a", "#f0ece4", "#a8a090", "#6f857e"), 0.1)
        chips = step(1.45, 1.6, noise(rng, SHAPE, rng.uniform(7, 18), 4.5))
        albedo = mixed(albedo, chip, chips)
    return _look(albedo + 0.01 * noise(rng, SHAPE, 90)[..., None], rng.uniform(30, 45), rng.uniform(0.12, 0.35))


def _paper(rng: np.random.Generator) -> TableLook:
    """A seamless backdrop of paper or matt board, pale, grey or bold."""
    pale = ("#f2f0ec", "#e6e6e6", "#d8cfc4", "#cdd6d8")
    bold = ("#c23a3a", "#e3b02c", "#2f6f66", "#8a3a5a", "#e89aa8", "#3a5a8a")
    board = _tinted(rng, pale if rng.random() < 0.55 else bold, 0.05)
    albedo = board * (1 + 0.008 * noise(rng, SHAPE, 3, 1.5) + 0.012 * noise(rng, SHAPE, 250))[..., None]
    return _look(albedo, rng.uniform(30, 50), rng.uniform(0.6, 0.95), bump=0.0015 * noise(rng, SHAPE, 4, 2))


def _boards(rng: np.random.Generator, early: Field, late: Field, rings: float, gap_cm: float = 0.06) -> TableLook:
    """Boards side by side along the columns, each cut from a trunk of its own.

    early, late: sRGB of the light and the dark part of a ring. rings: cm, how far apart they lie. gap_cm: between
    boards.
    """
    width = rng.uniform(45, 75)
    count = int(rng.choice([3, 4, 5, 6, 8]))
    cm = width / SIZE
    y = np.arange(SIZE, dtype=np.float32)
    board = np.minimum((y * count / SIZE).astype(int), count - 1)
    across = (y * count / SIZE - board - 0.5) * width / count  # cm from the board's middle
    heart, depth = rng.uniform(-8, 8, count)[board], rng.uniform(1, 9, count)[board]
    sway = 1.4 * noise(rng, SHAPE, (160, 420), 4) + 0.06 * noise(rng, SHAPE, (10, 150), 2.2)
    shift = rng.integers(0, SIZE, count)
    sway = np.take_along_axis(sway, (np.arange(SIZE)[None] + shift[board][:, None]) % SIZE, 1)
    # Cutting a cone-like trunk along its length draws the arches and lines of the grain.
    radius = np.hypot((across + heart)[:, None] + 0.5 * sway, depth[:, None] + sway)
    phase = (radius / rings) % 1
    ring = step(0, 0.75, phase) * step(1.0, 0.88, phase)
    pores = noise(rng, SHAPE, (1.5, 60), 1.8)
    share = np.clip(
        rng.uniform(0.35, 0.7) * ring + 0.16 * pores + 0.12 * noise(rng, SHAPE, (30, 300), 2.5) + 0.15, 0, 1
    )
    tone = np.exp(rng.normal(0, 0.09, count)).astype(np.float32)[board][:, None, None]
    seam = _seams(count, gap_cm / width)[:, None]
    albedo = mixed(early, late, share) * tone * (1 - 0.8 * seam[..., None])
    bump = -0.004 * ring + 0.003 * pores - 0.15 * seam * min(1.0, gap_cm / 0.1) + 0.01 * sway * cm
    varnished = rng.random() < 0.5
    return _look(
        albedo, width, rng.uniform(0.2, 0.4) if varnished else rng.uniform(0.4, 0.65), bump=bump, coat=0.7 * varnished
    )


def _veins(rng: np.random.Generator, sharp: float) -> Field:
    """Veins (512, 512) in [0, 1] that run roughly one way, bent and torn; the larger `sharp`, the thinner."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32) / SIZE
    down, right = rng.choice([[1, 1], [1, 2], [2, 1], [-1, 2], [-2, 1], [1, -1]])
    bent = rng.uniform(0.5, 0.9) * noise(rng, SHAPE, 240, 2.5) + 0.12 * noise(rng, SHAPE, 50, 2.2)
    return np.exp(-np.abs(np.sin(np.pi * (down * y + right * x) + bent * 1.6)) * np.float32(sharp))


def _seams(count: int, share: float) -> Field:
    """How much of each row (512,) lies in a gap between `count` boards; share: of a gap in the whole height."""
    y = (np.arange(SIZE) + 0.5) / SIZE * count
    away = np.abs(y - np.round(y)) / count
    return step(share / 2 + 1.2 / SIZE, share / 2, away)


def _checks(rng: np.random.Generator) -> Field:
    """Stripes or checks (512, 512) in [0, 1], how much ink a cloth took."""
    count, ratio = int(rng.choice([2, 4, 6, 10, 16])), rng.uniform(0.15, 0.5)
    line = (np.arange(SIZE) / SIZE * count % 1 < ratio).astype(np.float32)
    if rng.random() < 0.4:
        return np.broadcast_to(line, SHAPE) * np.float32(0.8)
    return 0.45 * (line[None] + line[:, None])


def _weave(rng: np.random.Generator, threads: int) -> Field:
    """Threads over and under each other (512, 512), -1 to 1, `threads` across the texture."""
    wobble = noise(rng, SHAPE, 60) * 0.15
    at = np.arange(SIZE, dtype=np.float32) / SIZE * threads
    y, x = at[:, None] + wobble, at[None] + wobble
    over = np.cos(np.pi * x) * np.cos(np.pi * y) if threads % 2 == 0 else np.cos(2 * np.pi * x) * np.cos(2 * np.pi * y)
    return over.astype(np.float32)


def _cells(count: int, bricks: bool) -> tuple[Field, Field]:
    """Row and column (512, 512) in a wall of `count` by `count` tiles, fractions within a tile."""
    at = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE * count
    row, column = np.broadcast_arrays(at[:, None], at[None])
    return row, column + 0.5 * (np.floor(row) % 2) if bricks else column


def _tile_pattern(rng: np.random.Generator, fy: Field, fx: Field, parity: Field) -> Field:
    """How much of a second colour each point of a tile has; fy, fx: in the tile, -0.5 to 0.5."""
    kind = rng.choice(["plain", "chess", "painted"], p=[0.55, 0.15, 0.3])
    if kind == "plain":
        return np.zeros_like(fx)
    if kind == "chess":
        return (parity % 2).astype(np.float32)
    around, out = np.arctan2(fy, fx), np.hypot(fy, fx)
    flower = out - 0.3 * (0.7 + 0.3 * np.cos(around * int(rng.choice([4, 8]))))
    corner = 0.22 - np.hypot(np.abs(fy) - 0.5, np.abs(fx) - 0.5)
    return np.maximum(step(0.03, -0.03, np.abs(flower) - 0.05), step(-0.02, 0.02, corner))


def _ring_marks(rng: np.random.Generator, count: int) -> Field:
    """Where wet glasses stood (512, 512), 0 to 1."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    marks = np.zeros(SHAPE, np.float32)
    for cy, cx in rng.uniform(80, SIZE - 80, (count, 2)):
        away = np.abs(np.hypot(y - cy, x - cx) - rng.uniform(20, 34))
        marks += step(2.5, 0.5, away) * rng.uniform(0.3, 1)
    return marks


def _tinted(rng: np.random.Generator, colours: tuple[str, ...], spread: float = 0.08) -> Field:
    """One of the display colours as sRGB (3,), a little lighter or darker and warmer or cooler by `spread`."""
    return np.clip(display(colours[int(rng.integers(len(colours)))]) * off_tint(rng, spread), 0, 0.94)


def _look(
    albedo: Field, width_cm: float, roughness: float, metallic: float = 0, coat: float = 0, bump: Field | None = None
) -> TableLook:
    """The look with colours kept within what a surface can reflect."""
    height = None if bump is None else np.ascontiguousarray(bump, np.float32)
    colours = np.clip(albedo, 0.01, 0.97).astype(np.float32)
    return TableLook(colours, float(width_cm), float(roughness), float(metallic), float(coat), height)


# Which picture gets which table hangs on their order.
_PAINTERS: dict[str, Callable[[np.random.Generator], TableLook]] = {
    "oak": _oak,
    "walnut": _walnut,
    "weathered": _weathered,
    "painted_white": _painted_white,
    "marble": _marble,
    "slate": _slate,
    "black_lacquer": _black_lacquer,
    "linen": _linen,
    "tiles": _tiles,
    "zinc": _zinc,
    "concrete": _concrete,
    "terrazzo": _terrazzo,
    "paper": _paper,
}
TABLES: tuple[str, ...] = tuple(_PAINTERS)
