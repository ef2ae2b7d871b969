"""How the latent lab grows: pictures encoded a second, and for more and more styles the time of UMAP and of the page.

    python -m benchmarks.latent_scale [--counts 1000 10000 100000 200000] [--pictures 256]
                                      [--no-umap] [--no-page]

Pictures are renders written as JPEG, encoded by `embed` from files to table. Styles are drawn from the posteriors of
the shipped table, with repetition. The page is timed in headless Chromium: from handing over a table of that many
styles until all its points are drawn among the model's own (PCA) and the driver knows them; then from the choice of
another colour until they are drawn in it. The figure is what the server makes and sends for each of these. Processor
seconds tell more than the clock where the machine is busy.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from benchmarks.decoder_speed import cpu_name
from benchmarks.drive_speed import wait_for_picture
from benchmarks.running_app import free_port, open_browser, running_app
from cocktailman.inference.embedding import embed
from cocktailman.latent.projection import Projector, View, pca_plane
from cocktailman.latent.tables import add_styles, read_styles, std_matrix, style_matrix
from cocktailman.renders import read_renders
from cocktailman.ui.latent.map_figure import map_figure
from cocktailman.ui.latent.own_styles import OWN, Styles, named_groups

MODEL = "cvae-photos"
PATIENCE = 600  # seconds for a page
TRACES = """const charts = [...document.querySelectorAll(".st-key-map_cvae-photos .js-plotly-plot")];
const traces = charts.flatMap((chart) => chart._fullData || []).filter((trace) => trace.customdata);
"""  # the ground, which cannot be chosen, left out
DRAWN = TRACES + "return traces.reduce((sum, trace) => sum + trace._length, 0)"
NAMES = TRACES + "return traces.map((trace) => trace.name).join()"
READY = "return document.querySelectorAll('canvas.driven-path').length"


def main() -> None:
    """Prints a line a measurement, as it is made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[1_000, 10_000, 100_000, 200_000])
    parser.add_argument("--pictures", type=int, default=256, help="to encode")
    parser.add_argument("--no-umap", dest="umap", action="store_false", help="leave out the slowest part")
    parser.add_argument("--no-page", dest="page", action="store_false", help="leave out the browser")
    chosen = parser.parse_args()
    print(cpu_name())
    with tempfile.TemporaryDirectory() as folder:
        print(f"encoding: {encoding(Path(folder), chosen.pictures)}", flush=True)
        for count in chosen.counts:
            print(f"{count:>9,} styles, figure: {figure(count)}", flush=True)
        if chosen.page:
            port = free_port()
            with running_app(port):
                for count in chosen.counts:
                    url = f"http://localhost:{port}/latent_space?view=PCA"
                    ready, redrawn = page(url, Path(folder), count)
                    print(f"{count:>9,} styles, page: {ready:.1f} s, another colour: {redrawn:.1f} s", flush=True)
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


def figure(count: int) -> str:
    """What the server spends on the map that it sends, and how large that is."""
    made = styles(count)
    own = Styles("", made["table"].assign(source=OWN, split=OWN), own=True)
    places, groups = pca_plane(made["styles"]), named_groups(own, "photos")
    sent: list[str] = []
    spent = timed(lambda: sent.append(str(map_figure(places, "Cocktail", groups).to_json())))
    return f"{spent}, {len(sent[0]) / 1e6:.1f} MB"


def page(url: str, folder: Path, count: int) -> tuple[float, float]:
    """Seconds until the page shows all of its points, in a new browser; and then until it shows them by glass."""
    path = folder / f"{count}.parquet"
    styles(count)["table"].to_parquet(path, index=False)
    browser = open_browser(height=1400)
    try:
        browser.set_script_timeout(PATIENCE)
        browser.get(url)
        wait_for_picture(browser)
        [button] = [b for b in browser.find_elements(By.CSS_SELECTOR, "button") if "Your own pictures" in b.text]
        button.click()
        uploads = wait_for(lambda: browser.find_elements(By.CSS_SELECTOR, "input[type=file]"))
        start = time.monotonic()
        uploads[0].send_keys(str(path))
        wait_for(lambda: browser.execute_script(DRAWN) == count and browser.execute_script(READY))
        ready = time.monotonic() - start
        button.send_keys(Keys.ESCAPE)  # the popover lies over the map's choices
        names = browser.execute_script(NAMES)
        colour = browser.find_element(By.CSS_SELECTOR, "[class*='st-key-colour_'] input")
        colour.send_keys("Glass")
        start = time.monotonic()
        colour.send_keys(Keys.ENTER)
        wait_for(lambda: browser.execute_script(NAMES) != names and browser.execute_script(DRAWN) == count)
        return ready, time.monotonic() - start
    finally:
        browser.quit()


def wait_for(condition: Callable[[], Any]) -> Any:
    """What the condition gives, once it gives something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise SystemExit(f"the page did not do it in {PATIENCE} s")


def timed(call: Any, *arguments: Any) -> str:
    """Seconds of a call, by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    call(*arguments)
    return f"{time.perf_counter() - clock:.1f} s, {time.process_time() - processor:.1f} processor seconds"


if __name__ == "__main__":
    main()
