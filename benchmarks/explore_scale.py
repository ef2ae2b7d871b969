"""How *Explore pictures* takes a large table: seconds until each of its views is drawn.

    python -m benchmarks.explore_scale [--pictures 20000]

The table has the vectors of the renders that ship, drawn with repetition and moved a little, and how odd each is, as
`embed --model embedder` writes it. The page runs without a browser (Streamlit's AppTest). Processor seconds tell more
than the clock where the machine is busy.
"""

import argparse
import time
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from benchmarks.running_app import ROOT
from cocktailman.inference.oddness import METHODS
from cocktailman.inference.vectors import SHIPPED, add_vectors
from cocktailman.ui.explore.collection import FROM, TABLE
from cocktailman.ui.explore.views import VIEW, VIEWS

PATIENCE = 600  # seconds for a view
NOISE = 0.02  # that is added to each number of a vector
ENTRY = ROOT / "streamlit_app.py"


def main() -> None:
    """Prints a line a view, as it is drawn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=20_000)
    data = table_of(parser.parse_args().pictures)
    shown(next(iter(VIEWS))).run(timeout=PATIENCE)  # models and renders are loaded
    for view in VIEWS:
        app = shown(view).run(timeout=PATIENCE)
        clock, processor = time.perf_counter(), time.process_time()
        app.file_uploader[0].upload("table.parquet", data, "application/octet-stream").run(timeout=PATIENCE)
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        if app.error or app.exception:
            raise SystemExit(f"{view}: {[item.value for item in (*app.error, *app.exception)]}")
        print(f"{view:<14}{clock:6.1f} s{processor:6.1f} processor seconds", flush=True)


def shown(view: str) -> Any:
    """The page with a view open and no table yet."""
    app = AppTest.from_file(str(ENTRY), default_timeout=PATIENCE)
    app.query_params[FROM], app.query_params[VIEW] = TABLE, view
    return app.switch_page("pages/explore.py")


def table_of(count: int) -> bytes:
    """The file of a table of so many pictures."""
    renders, rng = pd.read_parquet(SHIPPED), np.random.default_rng(0)
    part = renders.iloc[rng.integers(0, len(renders), count)].reset_index(drop=True)
    vectors = part.filter(regex=r"^e\d+$").to_numpy(np.float32)
    vectors = vectors + NOISE * rng.standard_normal(vectors.shape, np.float32)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    table = part[list(METHODS)].astype(np.float32).assign(file=[f"{number:06d}.jpg" for number in range(count)])
    buffer = BytesIO()
    add_vectors(table, vectors).to_parquet(buffer, index=False)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
