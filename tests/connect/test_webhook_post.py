"""A signed message is what the specification says, and goes nowhere that it should not."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import threading
import time

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from scheduler.connect.webhook_post import HttpCourier, signed
from scheduler.messages import Delivery, NotDelivered
from scheduler.usecases.webhooks import new_secret
from tests.builders import AT
from tests.connect.receiver import receiving

OLD, NEW = new_secret(), new_secret()


def delivery(url: str = "http://127.0.0.1:9/x", secrets: tuple[str, ...] = (NEW,), body: str = "{}") -> Delivery:
    return Delivery("tiny", "wh-1", "msg_1", url, "plan.released", body, 0, AT, None, secrets)


def test_the_signature_is_the_one_of_the_specifications_example() -> None:
    example = Delivery(
        "tiny", "wh-1", "msg_p5jXN8AQM9LWM0D4loKWxJek", "", "x", '{"test": 2432232314}', 0, AT, None,
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",),
    )  # fmt: skip
    headers = signed(example, dt.datetime.fromtimestamp(1614265330, dt.UTC))
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert headers["webhook-timestamp"] == "1614265330"


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_a_message_arrives_and_is_verified_by_either_secret_after_a_rotation(secret: str) -> None:
    courier = HttpCourier()
    with receiving() as mes:
        courier.deliver(delivery(mes.url, (NEW, OLD), '{"type":"plan.released"}'), dt.datetime.now(dt.UTC))
    courier.close()
    ((headers, body),) = mes.got
    assert Verifier(secret).verify(body, headers) == {"type": "plan.released"}
    assert headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Verifier(new_secret()).verify(body, headers)


def test_a_secret_has_32_bytes_and_does_not_show_in_what_is_logged() -> None:
    assert NEW.startswith("whsec_")
    assert len(NEW) == len("whsec_") + 44
    assert NEW not in repr(delivery())


@pytest.mark.parametrize(
    ("status", "gone", "said"), [(500, False, "answered 500"), (410, True, "answered 410"), (302, False, "redirects")]
)
def test_any_answer_but_2xx_is_a_failure(status: int, gone: bool, said: str) -> None:
    courier = HttpCourier()
    with receiving() as mes:
        mes.answers, mes.headers = [status], {"location": "http://127.0.0.1:9/", "retry-after": "120"}
        with pytest.raises(NotDelivered, match=said) as failed:
            courier.deliver(delivery(mes.url), AT)
    courier.close()
    assert (failed.value.gone, failed.value.retry_after) == (gone, 120.0)
    assert len(mes.got) == 1


def test_nobody_there_and_nobody_answering_are_failures_in_words() -> None:
    courier = HttpCourier(timeout=0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        with pytest.raises(NotDelivered, match=r"no answer within 0\.2 s"):
            courier.deliver(delivery(f"http://127.0.0.1:{port}/"), AT)
        assert time.monotonic() - began < 10
    with pytest.raises(NotDelivered, match="ConnectError"):
        courier.deliver(delivery(f"http://127.0.0.1:{port}/"), AT)
    courier.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://mes/x", "http or https"),
        ("file:///etc/passwd", "http or https"),
        ("mes.example/x", "http or https"),
        ("http://ada:secret@mes/x", "name or password"),
        ("http://169.254.169.254/latest", "no receiver"),
        ("http://[fe80::1]/", "no receiver"),
        ("http://[::ffff:169.254.169.254]/", "no receiver"),
        ("http://0.0.0.0/", "no receiver"),
        ("http://224.0.0.1/", "no receiver"),
        ("http://mes:port/x", "no address"),
        ("http://2852039166/latest", "169.254.169.254"),
        ("http://0xa9fea9fe/", "169.254.169.254"),
        ("http://0251.0376.0251.0376/", "no address"),
        ("http://169.254.43518/", "169.254.169.254"),
        ("http://169.254.169.254./", "169.254.169.254"),
        ("http://0/", "0.0.0.0"),
        ("http://[::]/", "no receiver"),
        ("http://[::169.254.169.254]/", "no receiver"),
        ("http://[::ffff:0:a9fe:a9fe]/", "no receiver"),
        ("http://[64:ff9b::a9fe:a9fe]/", "no receiver"),
        ("http://[64:ff9b:1::a9fe:a9fe]/", "no receiver"),
        ("http://[2002:a9fe:a9fe::1]/", "no receiver"),
        ("http://[2001:0:4136:e378:8000:63bf:5601:5601]/", "no receiver"),
        ("http://[fd00:ec2::254]/", "no receiver"),
        ("http://[fd00:0ec2:0:0:0:0:0:0254]/", "no receiver"),
        ("http://[fd20:ce::254]/", "no receiver"),
        ("http://[64:ff9b::6464:64c8]/", "no receiver"),
        ("http://100.100.100.200/latest/meta-data", "no receiver"),
        ("http://1684301000/", "100.100.100.200"),
        ("http://168.63.129.16/", "no receiver"),
        ("http://192.0.0.192/", "no receiver"),
    ],
)
def test_addresses_that_no_receiver_has_are_refused(url: str, why: str) -> None:
    courier = HttpCourier()
    assert why in str(courier.refuses(url))
    with pytest.raises(NotDelivered, match="refused"):
        courier.deliver(delivery(url), AT)
    courier.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3:8080/hook",
        "https://mes.example/rejig",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:10.1.2.3]/",
        "http://[fd12:3456::1]/",
        "http://[64:ff9b::a01:203]/",
        "http://100.100.100.201/",
    ],
)
def test_a_plants_own_network_is_allowed(url: str) -> None:
    courier = HttpCourier()
    assert courier.refuses(url) is None
    courier.close()


def test_with_a_list_of_hosts_only_those_are_allowed() -> None:
    courier = HttpCourier(["MES.example"])
    assert courier.refuses("https://mes.example/rejig") is None
    assert "REJIG_WEBHOOK_HOSTS" in str(courier.refuses("https://other.example/rejig"))
    courier.close()


def test_an_answer_that_never_ends_has_its_time_as_a_whole() -> None:
    courier = HttpCourier(timeout=0.5)
    with socket.create_server(("127.0.0.1", 0)) as receiver:

        def dripping() -> None:
            line, _ = receiver.accept()
            with contextlib.suppress(OSError), line:
                line.sendall(b"HTTP/1.1 200 OK\r\n")
                while True:
                    line.sendall(b"x: y\r\n")
                    time.sleep(0.1)

        thread = threading.Thread(target=dripping)
        thread.start()
        began = time.monotonic()
        with pytest.raises(NotDelivered, match=r"no answer within 0\.5 s"):
            courier.deliver(delivery(f"http://127.0.0.1:{receiver.getsockname()[1]}/"), AT)
        assert time.monotonic() - began < 10
        thread.join()
    courier.close()


def test_a_name_that_leads_elsewhere_once_it_was_looked_at_is_found_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scheduler.connect.addresses.CLOUDS", frozenset({ipaddress.ip_address("127.0.0.1")}))
    with receiving() as mes:
        url = f"http://localhost:{mes.port}/"
        monkeypatch.setattr(HttpCourier, "_resolves_wrongly", staticmethod(lambda _url: None))
        courier = HttpCourier()
        with pytest.raises(NotDelivered, match=r"it has led to 127\.0\.0\.1"):
            courier.deliver(delivery(url), AT)
        courier.close()
        assert mes.got == []
