"""How the latent lab grows: pictures encoded a second, and for more and more styles the time of UMAP and of the page.

    python -m benchmarks.latent_scale [--counts 1000 10000 100000] [--pictures 256] [--port 8598] [--no-umap]

Pictures are renders written as JPEG, encoded by `embed` from files to table. Styles are drawn from the posteriors of
the shipped table, with repetition. The page is timed in headless Chromium: from handing over a table of that many
styles until all its points are drawn among the model's own (PCA) and the driver knows them. Processor seconds tell more
than the clock where the machine is busy.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from selenium.webdriver.common.by import By

from benchmarks.decoder_speed import cpu_name
from benchmarks.drive_speed import open_browser, wait_for_picture
from benchmarks.load import running_app
from cocktailman.embedding import embed
from cocktailman.latent.projection import Projector, View
from cocktailman.latent.tables import add_styles, read_styles, std_matrix, style_matrix
from cocktailman.renders import read_renders

MODEL = "cvae-photos"
PATIENCE = 600  # seconds for a page
DRAWN = """const charts = [...document.querySelectorAll(".st-key-map_cvae-photos .js-plotly-plot")];
const traces = charts.flatMap((chart) => chart._fullData || []).filter((trace) => trace.customdata);
return traces.reduce((sum, trace) => sum + trace._length, 0)"""  # the ground, which cannot be chosen, left out
READY = "return document.querySelectorAll('canvas.driven-path').length"


def main() -> None:
    """Prints a line a measurement, as it is made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--pictures", type=int, default=256, help="to encode")
    parser.add_argument("--port", type=int, default=8598, help="a free one")
    parser.add_argument("--no-umap", dest="umap", action="store_false", help="leave out the slowest part")
    chosen = parser.parse_args()
    print(cpu_name())
    with tempfile.TemporaryDirectory() as folder:
        print(f"encoding: {encoding(Path(folder), chosen.pictures)}", flush=True)
        with running_app(chosen.port):
            for count in chosen.counts:
                seconds = page(f"http://localhost:{chosen.port}/latent_space?view=PCA", Path(folder), count)
                print(f"{count:>9,} styles, page: {seconds:.1f} s", flush=True)
    if chosen.umap:
        Projector(View()).fit(styles(100)["styles"])  # compiles
        for count in chosen.counts:
            print(f"{count:>9,} styles, UMAP: {timed(Projector(View()).fit, styles(count)['styles'])}", flush=True)


def encoding(folder: Path, count: int) -> str:
    """Pictures a second of `embed`."""
    pictures, renders = folder / "pictures", read_renders()
    pictures.mkdir()
    for row in range(count):
        renders.image(row % len(renders)).save(pictures / f"{row:06d}.jpg")
    clock, processor = time.perf_counter(), time.process_time()
    found = embed(pictures, MODEL, folder / "pictures.parquet")
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    return f"{found.rows / clock:.1f} pictures a second, {found.rows / processor:.1f} a processor second, of {count}"


def styles(count: int) -> dict[str, Any]:
    """`count` styles from the posteriors of the shipped table, and the table they make."""
    shipped, rng = read_styles(MODEL), np.random.default_rng(0)
    rows = rng.integers(0, len(shipped), count)
    means, stds = style_matrix(shipped)[rows], std_matrix(shipped)[rows]
    drawn = (means + stds * rng.standard_normal(means.shape)).astype(np.float32)
    table = shipped.iloc[rows][["drink", "ingredients"]].assign(file=[f"{number}.jpg" for number in range(count)])
    return {"styles": drawn, "table": add_styles(table.reset_index(drop=True), drawn, stds)}


def page(url: str, folder: Path, count: int) -> float:
    """Seconds until the page shows all of its points, in a new browser."""
    path = folder / f"{count}.parquet"
    styles(count)["table"].to_parquet(path, index=False)
    browser = open_browser()
    try:
        browser.set_script_timeout(PATIENCE)
        browser.get(url)
        wait_for_picture(browser)
        [button] = [b for b in browser.find_elements(By.CSS_SELECTOR, "button") if "Your own pictures" in b.text]
        button.click()
        deadline = time.monotonic() + PATIENCE
        while not (inputs := browser.find_elements(By.CSS_SELECTOR, "input[type=file]")):
            time.sleep(0.1)
        inputs[0].send_keys(str(path))
        start = time.monotonic()
        while time.monotonic() < deadline:
            if browser.execute_script(DRAWN) == count and browser.execute_script(READY):
                return time.monotonic() - start
            time.sleep(0.1)
    finally:
        browser.quit()
    raise SystemExit(f"the page did not show {count:,} points in {PATIENCE} s")


def timed(call: Any, *arguments: Any) -> str:
    """Seconds of a call, by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    call(*arguments)
    return f"{time.perf_counter() - clock:.1f} s, {time.process_time() - processor:.1f} processor seconds"


if __name__ == "__main__":
    main()
