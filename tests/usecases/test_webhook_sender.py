"""What waits for a webhook goes out, is tried again, is given up with its reason, and can be sent again."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from scheduler.errors import BadRequest, Conflict, UnknownWebhook
from scheduler.messages import Delivery, NotDelivered, Webhook, WrongAddress
from scheduler.usecases.desk import Desk
from scheduler.usecases.retries import retry_after
from scheduler.usecases.tools import Tools
from scheduler.usecases.webhook_sender import MOST_ATTEMPTS, MOST_OF_A_PLANT, WebhookSender
from scheduler.usecases.webhooks import add_webhook, change_webhook, ping_webhook, resend_dead_letters, rotate_secret
from tests.builders import down
from tests.usecases.shop import Shop


class Post:
    """A courier that behaves as told. faults : for the next messages, the last for ever; None: taken."""

    def __init__(self) -> None:
        self.faults: list[NotDelivered | None] = [None]
        self.took: list[Delivery] = []
        self.tried = 0
        self.waits: Callable[[Delivery], object] = bool

    def refuses(self, url: str) -> WrongAddress | None:
        return None if url.startswith("http") else WrongAddress(f"'{url}'", "an address")

    def deliver(self, delivery: Delivery, at: dt.datetime) -> None:  # noqa: ARG002
        self.tried += 1
        self.waits(delivery)
        fault = self.faults.pop(0) if len(self.faults) > 1 else self.faults[0]
        if fault is not None:
            raise fault
        self.took.append(delivery)

    def close(self) -> None:
        pass


class Office:
    """A shop that tells, and its sender, driven by hand."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.post = Post()
        shop.tools = Tools(shop.ledger, shop.planner, shop.workers, shop.tools.files, shop.clock, courier=self.post)
        self.sender = WebhookSender(shop.tools, self.post, random.Random(1))
        shop.load("auto")

    def subscribe(self, *types: str) -> Webhook:
        webhook, _ = add_webhook(self.shop.tools, "tiny", "http://mes/x", types or ("plan.released",))
        return webhook

    def release(self) -> None:
        """The desk releases a plan: its first, or one after a breakdown."""
        if self.shop.ledger.plant("tiny").plan_in_force is not None:
            self.shop.post(down(f"d{self.shop.ledger.plant('tiny').revision}", "lathe"))
        Desk(self.shop.tools, "tiny").look()

    def send(self) -> None:
        while self.sender.step():
            self.sender.wait()

    def later(self, seconds: float) -> None:
        self.shop.clock.moment += dt.timedelta(seconds=seconds)

    def message(self, webhook: Webhook, nth: int = 0) -> str:
        """The id of the message about the nth released plan."""
        told = [m.number for m in self.shop.ledger.stream("tiny", 0) if m.type == "plan.released"]
        return f"msg_{webhook.id}_{told[nth]}"

    def of(self, webhook: Webhook) -> Webhook:
        return self.shop.ledger.webhook("tiny", webhook.id)


@pytest.fixture
def office(shop: Shop) -> Office:
    return Office(shop)


def test_a_released_plan_is_told_once_to_who_wants_it(office: Office) -> None:
    hook, other = office.subscribe(), office.subscribe("event.accepted")
    office.release()
    office.send()
    office.send()
    (told,) = office.post.took
    assert (told.webhook, told.type, told.id) == (hook.id, "plan.released", office.message(hook))
    assert '"plant":"tiny","plan":1,"revision":1,"cause":"planned: first plan"' in told.body
    assert office.of(hook).waiting == office.of(other).waiting == 0
    assert office.of(hook).delivered_at is not None


def test_what_waits_survives_the_process(office: Office) -> None:
    office.subscribe()
    office.release()
    again = WebhookSender(office.shop.tools, office.post)  # the one before never came to send
    while again.step():
        again.wait()
    assert [d.type for d in office.post.took] == ["plan.released"]


def test_a_failed_message_waits_longer_each_time_and_keeps_its_id(office: Office) -> None:
    hook = office.subscribe()
    office.release()
    office.post.faults = [NotDelivered("answered 500"), NotDelivered("answered 502"), None]
    office.send()
    office.send()
    assert office.post.tried == 1
    office.later(5)
    office.send()
    assert office.post.tried == 2
    assert office.of(hook).failing_since is not None
    office.later(30)
    office.send()
    (told,) = office.post.took
    assert (told.attempts, told.id) == (2, office.message(hook))
    assert office.of(hook).failing_since is None


def test_the_waits_grow_fourfold_up_to_six_hours_a_fifth_more_or_less() -> None:
    chance = random.Random(7)
    middle = [5.0, 20.0, 80.0, 320.0, 1280.0, 5120.0, 20480.0, 21600.0, 21600.0]
    for attempts, seconds in enumerate(middle, start=1):
        waits = [retry_after(attempts, chance) for _ in range(50)]
        assert 0.8 * seconds <= min(waits) < max(waits) <= 1.2 * seconds
        assert len(set(waits)) > 40
    assert 18 * 3600 < sum(middle) < 20 * 3600


def test_a_wish_to_wait_is_heard(office: Office) -> None:
    office.subscribe()
    office.release()
    office.post.faults = [NotDelivered("answered 429", retry_after=600), None]
    office.send()
    office.later(300)
    office.send()
    assert office.post.took == []
    office.later(310)
    office.send()
    assert len(office.post.took) == 1


def test_what_nobody_takes_is_given_up_with_its_reason_and_can_be_sent_again(office: Office) -> None:
    hook = office.subscribe()
    office.release()
    office.post.faults = [NotDelivered("answered 500")]
    for _ in range(MOST_ATTEMPTS):
        office.send()
        office.later(7 * 3600)
        if office.of(hook).dead:
            break
    # 10 tries, a day or more after the first failure: the address is disabled too.
    (letter,) = office.shop.ledger.dead_letters("tiny", hook.id)
    assert "answered 500" in letter.reason
    assert office.of(hook).state == "disabled"
    with pytest.raises(Conflict, match="make it active first"):
        resend_dead_letters(office.shop.tools, "tiny", hook.id, None)
    office.release()
    assert [x.type for x in office.shop.ledger.dead_letters("tiny", hook.id)] == ["plan.released"] * 2
    office.post.faults = [None]
    office.send()
    assert office.post.took == []
    assert change_webhook(office.shop.tools, "tiny", hook.id, active=True).disabled_because == ""
    assert resend_dead_letters(office.shop.tools, "tiny", hook.id, [letter.id]) == 1
    assert resend_dead_letters(office.shop.tools, "tiny", hook.id, None) == 1
    office.send()
    assert [d.id for d in office.post.took] == [office.message(hook, n) for n in (0, 1)]
    assert office.shop.ledger.dead_letters("tiny", hook.id) == []


def test_who_says_410_is_told_no_more(office: Office) -> None:
    hook = office.subscribe()
    office.release()
    office.post.faults = [NotDelivered("answered 410", gone=True)]
    office.send()
    assert office.of(hook).disabled_because == "it answered 410 Gone; the last fault: answered 410"
    assert office.of(hook).dead == 1


def test_a_message_that_fails_holds_up_neither_those_behind_it_nor_other_addresses(office: Office) -> None:
    first = office.subscribe()
    office.release()
    office.post.faults = [NotDelivered("answered 503", retry_after=600), None]
    office.send()
    office.subscribe()
    office.release()
    office.send()
    assert sorted(d.webhook == first.id for d in office.post.took) == [False, True]
    assert office.of(first).waiting == 1


def test_a_plant_whose_receivers_answer_slowly_leaves_room_for_the_others(office: Office) -> None:
    office.shop.load("auto", "other")
    answered = threading.Event()
    slow = [office.subscribe() for _ in range(MOST_OF_A_PLANT + 2)]
    quick, _ = add_webhook(office.shop.tools, "other", "http://erp/x", ("plan.released",))
    for webhook in slow:
        ping_webhook(office.shop.tools, "tiny", webhook.id)
    ping_webhook(office.shop.tools, "other", quick.id)
    office.post.waits = lambda delivery: delivery.plant == "other" or answered.wait(60)
    assert office.sender.step() == MOST_OF_A_PLANT + 1
    assert office.sender.step() == 0
    answered.set()
    office.sender.wait()
    assert Counter(told.plant for told in office.post.took) == {"tiny": MOST_OF_A_PLANT, "other": 1}
    office.send()
    assert len(office.post.took) == len(slow) + 1


def test_after_a_rotation_both_secrets_sign_for_a_day(office: Office) -> None:
    hook = office.subscribe()
    _, secret = rotate_secret(office.shop.tools, "tiny", hook.id)
    ping_webhook(office.shop.tools, "tiny", hook.id)
    office.send()
    assert len(office.post.took[0].secrets) == 2
    assert office.post.took[0].secrets[0] == secret
    office.later(25 * 3600)
    ping_webhook(office.shop.tools, "tiny", hook.id)
    office.send()
    assert office.post.took[1].secrets == (secret,)


def test_wrong_addresses_types_and_ids_are_refused_in_words(office: Office) -> None:
    with pytest.raises(BadRequest, match="url: found 'ftp"):
        add_webhook(office.shop.tools, "tiny", "ftp://x", ["plan.released"])
    with pytest.raises(BadRequest, match=r"did you mean 'plan.released'\?"):
        add_webhook(office.shop.tools, "tiny", "http://x", ["plan.release"])
    hook = office.subscribe()
    with pytest.raises(UnknownWebhook, match="did you mean"):
        ping_webhook(office.shop.tools, "tiny", hook.id[:-1])
    office.shop.ledger.remove_webhook("tiny", hook.id)
    office.release()
    office.send()
    assert office.post.took == []


def test_only_one_process_sends(office: Office) -> None:
    lease = office.shop.ledger.lease("webhooks")
    assert lease is not None
    other = WebhookSender(office.shop.tools, office.post)
    assert not other._loop.holds_lease()
    lease.release()
    assert other._loop.holds_lease()
    other.close()


def test_the_secret_is_in_no_record_that_is_shown(office: Office) -> None:
    webhook, secret = add_webhook(office.shop.tools, "tiny", "http://mes/x", ["plan.released"])
    assert secret not in repr(office.of(webhook))
    assert secret not in repr(replace(webhook))
