"""What a visitor brought, where it is more than one may keep."""

from streamlit.testing.v1 import AppTest

from cocktailman.images import read_image
from cocktailman.ui.shared import brought
from tests.helpers.app import calm
from tests.helpers.pictures import noise, png

LARGE = [png(noise(number, 1000, 600)) for number in range(6)]  # 1.8 MB each; as a JPEG 0.5 MB


def page() -> None:
    from cocktailman.ui.shared.brought import bring

    bring("Photos", "photos", several=True)


def bring(app: AppTest, *numbers: int) -> list[bytes]:
    """What is kept once these were brought, too."""
    for number in numbers:
        app.file_uploader[0].upload(f"{number}.png", LARGE[number], "image/png")
    calm(app.run(timeout=60))
    files = [file.data for file in app.session_state[brought.SHELVES]["photos"]]
    assert sum(map(len, files)) <= brought.MAX_BYTES
    return files


def test_where_pictures_are_too_many_smaller_copies_are_kept_and_at_last_some_left_out(monkeypatch):
    monkeypatch.setattr(brought, "MAX_BYTES", int(1.3 * len(LARGE[0])))
    app = AppTest.from_function(page).run()
    assert bring(app, 0) == LARGE[:1]
    copies = bring(app, 1, 2)
    assert len(copies) == 3 and not app.error
    assert {read_image(data).size for data in copies} == {(1000, 600)}
    assert bring(app, 3, 4, 5)[:3] == copies
    assert "the last 2 of 6 files were left out" in app.error[0].value
