"""The whole bot: a Redis, a Celery worker, the chat, and a server that speaks the Bot API, all of them real.

The tests of a file run in their order: the first kills the worker while it still loads its models.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import count, pairwise

import psutil
import pytest
from PIL import Image
from redis import Redis
from redis.exceptions import ConnectionError

from benchmarks.bot_api import Person, Sent
from benchmarks.bot_rig import Rig, running
from cocktailman.bot import launch
from cocktailman.bot.paintings import painters
from cocktailman.bot.settings import EDIT_INTERVAL
from cocktailman.bot.tasks import transport_options
from cocktailman.errors import InputError
from cocktailman.renders import read_renders

NUMBERS = count(1000)
VISIBILITY_TIMEOUT = 3  # s

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs Debian's redis-server")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with running(tmp_path_factory.mktemp("redis"), VISIBILITY_TIMEOUT) as rig:
        yield rig


@pytest.fixture
def guest(rig: Rig) -> Person:
    """Somebody who has not been here before."""
    return rig.api.person(next(NUMBERS))


@pytest.fixture(scope="module")
def photos() -> list[bytes]:
    """Three renders, as photos would come from a phone."""
    renders = read_renders()
    return [jpeg(image) for image in renders.images([0, 1, 2])]


def jpeg(image: Image.Image) -> bytes:
    data = BytesIO()
    image.save(data, "JPEG")
    return data.getvalue()


def answer(got: list[Sent]) -> Sent | None:
    """The last message, once it is more than what is told meanwhile."""
    return None if not got or is_status(got[-1]) else got[-1]


def is_status(sent: Sent) -> bool:
    return any(data.startswith("cancel:") for data in sent.buttons.values())


def size_of(sent: Sent) -> tuple[int, int]:
    return Image.open(BytesIO(sent.picture)).size


def test_a_worker_is_killed_in_the_middle_and_the_photo_is_answered_once(rig, guest, photos) -> None:
    """And a broker that gives the job out again while the next loads its models has nothing done twice."""
    update = guest.show(photos[0])
    job = f"job:{guest.id}-u{update['update_id']}"
    rig.api.wait(lambda: rig.redis.exists(job.replace("job", "claim", 1)))
    rig.kill_worker()
    # It may have died while it looked for tasks of others, with the lock in its hand.
    rig.redis.set("unacked_mutex", "killed", ex=transport_options(VISIBILITY_TIMEOUT)["unacked_mutex_expire"])
    assert not rig.redis.hexists(job, "finished")
    seen = guest.wait(answer)
    assert "Paint this" in seen.buttons
    assert rig.redis.hget(job, "attempts") == b"2"
    rig.api.repeat(update)
    rig.api.wait(lambda: rig.redis.llen("quick") == 0)
    guest.say("/help")
    guest.wait(lambda got: "words" in got[-1].text)
    assert len(guest.got) == 2


def test_photo_to_answer_to_painting_to_cut_out(rig, guest, photos) -> None:
    guest.show(photos[0])
    seen = guest.wait(answer)
    assert "<b>" in seen.text and "%" in seen.text.splitlines()[1]  # a cocktail, and ingredients
    guest.press(seen, "Paint this")
    painted = guest.wait(lambda got: got[-1].kind == "photo" and got[-1])
    assert size_of(painted) == (512, 512) and "in the style of your photo" in painted.text
    guest.press(seen, "Cut out")
    cut = guest.wait(lambda got: got[-1].kind == "document" and got[-1])
    assert Image.open(BytesIO(cut.picture)).mode == "RGBA"


def test_words_to_picture_and_its_buttons(rig, guest) -> None:
    guest.say("джын, tonic, mint, plutonium")
    painted = guest.wait(lambda got: got and got[-1].kind == "photo" and got[-1])
    assert "Gin, Tonic water, Mint" in painted.text
    assert "“джын” read as Gin" in painted.text and "plutonium" in painted.text
    first, second, *_ = painters()
    assert first in painted.text
    pictures = {painted.picture}
    for button, says in (("Another style", first), ("Any style", "at random"), (f"By {second}", second)):
        guest.press(painted, button)
        before = painted
        painted = guest.wait(lambda got, before=before: got[-1].picture != before.picture and got[-1])
        assert says in painted.text
        pictures.add(painted.picture)
    assert len(pictures) == 4 and len(guest.got) == 1  # one message, edited


def test_russian_by_telegram_and_english_by_choice(rig) -> None:
    guest = rig.api.person(next(NUMBERS), "ru")
    guest.say("негроне")
    painted = guest.wait(answer)
    assert "Негрони" in painted.text and "Джин" in painted.text
    guest.say("/language")
    guest.press(guest.wait(lambda got: "English" in got[-1].buttons and got[-1]), "English")
    guest.wait(lambda got: "English" in got[-1].text)
    guest.say("плутоний")
    assert "I know no drink" in guest.wait(lambda got: len(got) == 3 and got[-1]).text


def test_an_album_is_read_together(rig, guest, photos) -> None:
    for photo in photos:
        guest.show(photo, media_group_id=str(guest.id))
    seen = guest.wait(answer)
    assert seen.text.count("Photo ") == 3 and len(seen.keyboard) == 3 and len(guest.got) == 1


def test_a_job_is_cancelled_while_it_runs(rig, guest, photos) -> None:
    """Photos of an album are steps; the next look at the flag is after each."""
    for photo in photos * 3:
        guest.show(photo, media_group_id=str(guest.id))
    told = guest.wait(lambda got: got and "to go" in got[-1].text and got[-1])
    guest.press(told, "Cancel")
    assert guest.wait(answer).text == "Cancelled."


BAD = {
    "voice": "cannot listen",
    "sticker": "photos and words",
    "pdf": "no picture",
    "huge": "20 MB",
    "huge, and says nothing": "20 MB",
    "damaged": "cannot be read as a picture",
    "nonsense": "did you mean",
    "long": "too long",
    "unknown command": "/help",
}


@pytest.mark.parametrize("case", BAD)
def test_one_sentence_says_what_is_wrong(rig, guest, photos, case) -> None:
    file = {"file_id": "x", "file_unique_id": "x"}
    if case == "voice":
        guest.send(voice=file | {"duration": 3})
    elif case == "sticker":
        guest.send(sticker=file | {"width": 9, "height": 9, "is_animated": False, "is_video": False, "type": "regular"})
    elif case == "pdf":
        guest.attach(b"%PDF", "application/pdf")
    elif case == "huge":
        guest.attach(b"", "image/png", told=21_000_000)
    elif case == "huge, and says nothing":
        guest.attach(b"", "image/png", size=21_000_000, told=1)
    elif case == "damaged":
        guest.attach(photos[0][:999], "image/jpeg")
    else:
        guest.say({"nonsense": "<zxqw>", "long": "gin " * 99, "unknown command": "/fly"}[case])
    [said] = guest.wait()
    assert BAD[case] in said.text and said.text.rstrip(".?!").count(". ") == 0


def test_nobody_gets_at_the_photos_of_others_nor_is_spoken_to_in_groups(rig, guest, photos) -> None:
    guest.show(photos[0])
    seen = guest.wait(answer)
    thief = rig.api.person(next(NUMBERS))
    query = thief.press(seen, "Cut out")
    rig.api.wait(lambda: query in rig.api.answered)
    assert "too old" in rig.api.answered[query]
    thief.send(text="mojito", chat={"id": -7, "type": "group"})
    thief.say("/help")
    [_] = thief.wait()
    assert len(guest.got) == 1 and not rig.api.person(-7).got


def test_a_document_is_as_good_as_a_photo(rig, guest, photos) -> None:
    guest.attach(photos[1], "image/jpeg")
    assert "Cut out" in guest.wait(answer).buttons


def test_flood_control_is_waited_for(rig, guest) -> None:
    rig.api.floods.extend([1, 1])
    start = time.monotonic()
    guest.say("mojito")
    assert guest.wait(answer).kind == "photo"
    assert time.monotonic() - start > 2


def test_one_may_not_have_more_than_three_jobs(rig, guest, photos) -> None:
    with rig.worker_paused():
        for album in range(4):
            guest.show(photos[0], media_group_id=f"{guest.id} {album}")
        guest.wait(lambda got: any("3 tasks under way" in sent.text for sent in got))
    guest.wait(lambda got: sum("Cut out" in sent.buttons for sent in got) == 3)


def test_redis_is_killed_in_between_and_nothing_is_lost(rig, guest, photos) -> None:
    guest.show(photos[2])
    seen = guest.wait(answer)
    rig.kill_redis()
    guest.press(seen, "Paint this")
    time.sleep(0.5)
    rig.start_redis()
    assert guest.wait(lambda got: got[-1].kind == "photo" and got[-1]).picture


def test_a_stylise_dialogue_with_redis_killed_in_its_middle(rig, guest, photos) -> None:
    manner = choose_style(guest, photos[0], lambda: (rig.kill_redis(), rig.start_redis()))
    guest.press(manner, "50 %")
    guest.press(guest.wait(lambda got: "✓ 50 %" in got[-1].buttons and got[-1]), "Stylise")
    stylised = guest.wait(lambda got: "AdaIN" in got[-1].text and got[-1])
    assert "50 %" in stylised.text and stylised.kind == "photo" and stylised.id == manner.id


def test_gatys_tells_how_far_it_is_and_is_cancelled_in_the_middle(rig, guest, photos) -> None:
    manner = choose_style(guest, photos[0])
    guest.press(manner, "Slowly, finer")
    guest.press(guest.wait(lambda got: "✓ Slowly, finer" in got[-1].buttons and got[-1]), "Stylise")
    guest.press(guest.wait(lambda got: "to go" in got[-1].text and got[-1]), "Cancel")
    guest.wait(lambda got: got[-1].text == "Cancelled.")


def test_a_second_photo_is_the_style(rig, guest, photos) -> None:
    guest.show(photos[0])
    seen = guest.wait(answer)
    guest.press(seen, "Stylise")
    guest.wait(lambda got: got[-1].kind == "photo")
    guest.show(photos[1])
    guest.press(guest.wait(lambda got: "✓ 75 %" in got[-1].buttons and got[-1]), "Stylise")
    stylised = guest.wait(lambda got: got[-1].kind == "photo" and len(got) == 3 and got[-1])
    assert "your photo, 75 %" in stylised.text


def choose_style(guest: Person, photo: bytes, meanwhile: Callable[[], object] = lambda: None) -> Sent:
    """The message in which one chooses strength and method, of the second style of the shelf."""
    guest.say("/stylise")
    guest.wait()
    guest.show(photo)
    sheet = guest.wait(lambda got: got[-1].kind == "photo" and got[-1])
    meanwhile()
    guest.press(sheet, list(sheet.buttons)[1])
    return guest.wait(lambda got: "100 %" in got[-1].buttons and got[-1])


def test_twenty_at_once(rig, photos) -> None:
    """Each gets an answer, a place in the queue meanwhile, one message, and no flood of edits."""
    guests = [rig.api.person(next(NUMBERS)) for _ in range(20)]
    start = len(rig.api.calls)
    for number, guest in enumerate(guests):
        guest.show(photos[number % 3])
    for guest in guests:
        assert "Cut out" in guest.wait(answer).buttons
    calls = [call for call in rig.api.calls[start:] if call.method in {"sendMessage", "editMessageText"}]
    places = [call for call in calls if "place" in call.parameters["text"]]
    assert len({call.parameters["chat_id"] for call in places}) > 2  # who is served at once is told no place
    for guest in guests:
        [_] = guest.got
        told = [call.when for call in places if int(call.parameters["chat_id"]) == guest.id]
        assert all(later - earlier >= EDIT_INTERVAL - 0.1 for earlier, later in pairwise(told))


def test_a_redis_of_its_own_keeps_to_itself_and_goes(tmp_path) -> None:
    with launch.own_redis(tmp_path) as url:
        assert Redis.from_url(url).set("a", 1)
        with pytest.raises(InputError, match="another bot"), launch.own_redis(tmp_path):
            pass
    with pytest.raises(ConnectionError), Redis.from_url(url, retry=None) as client:
        client.ping()
    with launch.own_redis(tmp_path) as url:
        assert Redis.from_url(url).get("a") == b"1"


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "nonsense"])
def test_a_redis_that_is_not_there_is_one_sentence(monkeypatch, url) -> None:
    monkeypatch.setenv("BOT_TOKEN", "7:x")
    monkeypatch.setenv("REDIS_URL", url)
    monkeypatch.setattr(launch, "FIND_TRIES", 1)
    with pytest.raises(InputError, match="REDIS_URL"):
        launch.run_all()


@pytest.mark.parametrize("name", ["BOT_API_URL", "BOT_VISIBILITY_TIMEOUT"])
def test_settings_that_cannot_be_are_one_sentence(monkeypatch, name) -> None:
    monkeypatch.setenv("BOT_TOKEN", "7:x")
    monkeypatch.setenv(name, "nonsense")
    with pytest.raises(InputError, match=name):
        launch.run_all()


def test_neither_chat_nor_worker_loads_models_to_start() -> None:
    code = """if True:
        import sys, cocktailman.bot.tasks
        assert not {"torch", "aiogram"} & sys.modules.keys()
        import cocktailman.bot.chat
        assert "torch" not in sys.modules"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_all_stops_together(rig) -> None:
    family = psutil.Process(rig.bot.pid).children(recursive=True)
    assert len(family) == 3  # two workers and the chat
    rig.stop()
    assert rig.bot.wait(1) == 0 and not any(one.is_running() for one in family)


@pytest.mark.parametrize(("token", "says"), [("", "@BotFather"), ("7:" + "x" * 35, "does not know this BOT_TOKEN")])
def test_a_wrong_token_is_one_sentence(rig, token, says) -> None:
    environment = rig.environment | {"BOT_TOKEN": token}
    found = subprocess.run(launch.CHAT, env=environment, capture_output=True, text=True)
    assert found.returncode == 2 and says in found.stderr and found.stderr.count("\n") == 1
